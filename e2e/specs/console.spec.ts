/** The console workspace on a real guest: panes, search, times, paste, sending, transcripts. On both faces. */
import { expectAccessible } from '../fixtures/accessibility.ts';
import { slipway, startDemo } from '../fixtures/command-line.ts';
import { keepScreenshot } from '../fixtures/screenshots.ts';
import type { SlipwayApp } from '../fixtures/slipway-app.ts';
import { expect, test } from '../fixtures/test.ts';
import { ConsolePanes } from '../pages/console-panes.ts';
import { Workbench } from '../pages/workbench.ts';

async function openDemo(app: SlipwayApp): Promise<ConsolePanes> {
  await startDemo(app.home, 'demo');
  const workbench = new Workbench(app);
  await workbench.page.getByRole('option', { name: /^demo/ }).click();
  await workbench.expectState('ready');
  const panes = new ConsolePanes(app.page);
  await panes.expectText(panes.terminal(), /^demo>/);
  return panes;
}

test.afterEach(async ({ app }) => {
  await slipway(app.home, 'stop', '--all', '--now');
});

test('serial line and monitor side by side, both typed into; one console twice shows the same', async ({ app }) => {
  const panes = await openDemo(app);
  await expect(panes.panes).toHaveCount(1);
  await panes.tab('Monitor').click({ button: 'right' });
  await panes.item(/^Move to a new pane/).click();
  await expect(panes.panes).toHaveCount(2);
  const [serial, monitor] = [panes.terminal(panes.pane(0)), panes.terminal(panes.pane(1))];
  await panes.expectText(monitor, '(qemu)');
  await panes.type(monitor, 'info status\r');
  await panes.expectText(monitor, 'VM status: running');
  await panes.type(serial, 'echo left\r');
  await panes.expectText(serial, /^left$/);
  await keepScreenshot(app, 'console-split');
  await expectAccessible(app.page, 'console, two panes', '.console-workspace');

  // Below the serial line, the serial line again: by the key, from inside the terminal.
  await serial.click();
  await app.page.keyboard.press('Control+Shift+KeyE');
  await expect(panes.panes).toHaveCount(3);
  const again = panes.terminal(panes.pane(1));
  await panes.expectText(again, /^left$/);
  // The new pane has the keys.
  await app.page.keyboard.type('echo both\r');
  await panes.expectText(again, /^both$/);
  await panes.expectText(serial, /^both$/);
  expect((await panes.rows(again)).filter((row) => row !== '').slice(-3)).toEqual(
    (await panes.rows(serial)).filter((row) => row !== '').slice(-3),
  );

  // It comes back as it was.
  await app.page.reload();
  await expect(panes.panes).toHaveCount(3);
  await panes.expectText(panes.terminal(panes.pane(2)), 'VM status: running');
});

test('search: every match counted, patterns, what is no pattern, and the whole transcript', async ({ app }) => {
  const panes = await openDemo(app);
  const terminal = panes.terminal();
  await panes.type(terminal, 'count 300\r');
  await panes.expectText(terminal, '00000300');
  await app.page.keyboard.press('Control+Shift+KeyF');
  const search = app.page.getByRole('search', { name: 'Search in console' });
  const text = search.getByRole('textbox');
  const matches = search.getByRole('status', { name: 'Matches' });
  const toggle = (name: string) => search.getByRole('button', { name, exact: true });
  await text.fill('0000029');
  await expect(matches).toHaveText('11 of 11');
  await text.press('Enter');
  await expect(matches).toHaveText('10 of 11');
  await text.press('Shift+Enter');
  await expect(matches).toHaveText('11 of 11');
  await expect(terminal.locator('.console-active-match')).not.toHaveCount(0);

  await toggle('Regular expression').click();
  await text.fill('^1\\d+$');
  await expect(matches).toHaveText('none');
  await text.fill('^00000[12]\\d\\d$');
  await expect(matches).toHaveText(/of 200$/);
  await text.fill('(');
  await expect(search.getByRole('alert')).toContainText('Not a regular expression');
  await toggle('Regular expression').click();
  await text.fill('DEMO');
  await expect(matches).not.toHaveText('none');
  await toggle('Match case').click();
  await expect(matches).toHaveText('none');
  await toggle('Match case').click();
  await text.fill('0000030');
  await expect(matches).toHaveText('1 of 1');
  await toggle('Whole words').click();
  await expect(matches).toHaveText('none');
  await toggle('Whole words').click();
  await keepScreenshot(app, 'console-search');

  // What the view has lost is still in the transcript, and leads to its place.
  await text.press('Escape');
  await app.page.keyboard.press('Control+Shift+KeyK');
  await app.page.keyboard.press('Control+Shift+KeyF');
  await text.fill('00000123');
  await expect(matches).toHaveText('none');
  await search.getByRole('button', { name: 'Search the whole transcript' }).click();
  const found = search.getByRole('list', { name: 'Matches in the whole transcript' }).getByRole('button');
  await expect(found).toHaveCount(1);
  await expectAccessible(app.page, 'console search', '.console-search');
  await found.click();
  await expect(panes.tab(/transcript$/)).toHaveAttribute('aria-selected', 'true');
  await panes.expectText(panes.terminal(), '00000123');
  await expect(panes.terminal()).toHaveAttribute('data-state', 'read-only');
});

test('timestamps stand beside the lines, in order, and follow the view', async ({ app }) => {
  const panes = await openDemo(app);
  const terminal = panes.terminal();
  await panes.choose('View', 'Time of day');
  await panes.type(terminal, 'count 200\r');
  await panes.expectText(terminal, '00000200');
  const times = async () => {
    const shown = await terminal.locator('.console-times > div').allTextContents();
    return shown.filter((time) => time !== '');
  };
  await expect.poll(async () => (await times()).length).toBeGreaterThan(20);
  const shown = await times();
  for (const time of shown) expect(time).toMatch(/^≤?\d\d:\d\d:\d\d\.\d{3}$/);
  const plain = shown.map((time) => time.replace('≤', ''));
  expect(plain).toEqual([...plain].sort());
  // Row by row beside the text: as tall as the rows are.
  const [line, time] = await Promise.all([
    terminal.locator('.xterm-rows > div').nth(10).boundingBox(),
    terminal.locator('.console-times > div').nth(10).boundingBox(),
  ]);
  expect(Math.abs((line?.y ?? 0) - (time?.y ?? -9))).toBeLessThan(2);
  await keepScreenshot(app, 'console-timestamps');
  // Scrolled back they are those of the older lines.
  await terminal.hover();
  for (let turn = 0; turn < 60; turn++) await app.page.mouse.wheel(0, -600);
  await panes.expectText(terminal, /^Slipway demo guest/);
  await expect.poll(async () => (await times())[0]).not.toBe(shown[0]);
  await panes.choose('View', 'Since the launch');
  await expect.poll(async () => (await times())[0]).toMatch(/^≤?\+\d+\.\d{3}$/);
  await panes.choose('View', 'Off');
  await expect(terminal.locator('.console-times')).toBeHidden();
});

test('several lines are not pasted without a question', async ({ app }) => {
  const panes = await openDemo(app);
  const terminal = panes.terminal();
  const paste = async (text: string) => {
    await expect(terminal).toHaveAttribute('data-state', 'writable');
    await terminal.locator('textarea').evaluate((element, content) => {
      const clipboardData = new DataTransfer();
      clipboardData.setData('text/plain', content);
      element.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
    }, text);
  };
  await paste('echo one\necho two\n');
  const dialog = app.page.getByRole('dialog', { name: 'Paste several lines?' });
  await expect(dialog.getByRole('textbox', { name: 'Lines to paste' })).toHaveValue('echo one\necho two');
  await expectAccessible(app.page, 'paste warning');
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await expect(dialog).toHaveCount(0);

  await paste('echo one\necho two');
  await dialog.getByRole('button', { name: 'Paste as one line' }).click();
  await panes.expectText(terminal, /^demo> echo one echo two$/);
  await app.page.keyboard.press('Enter');
  await panes.expectText(terminal, /^one echo two$/);

  await paste('echo three\necho four\n');
  await dialog.getByRole('button', { name: 'Paste', exact: true }).click();
  await panes.expectText(terminal, /^three$/);
  await panes.expectText(terminal, /^four$/);

  // One line is asked about by nobody.
  await paste('echo five\r');
  await panes.expectText(terminal, /^five$/);
});
