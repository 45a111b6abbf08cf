/** The console workspace on a real guest: panes, search, times, paste, sending, transcripts. On both faces. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expectAccessible } from '../fixtures/accessibility.ts';
import { slipway, startDemo } from '../fixtures/command-line.ts';
import { checkout } from '../fixtures/electron-app.ts';
import { savedFile } from '../fixtures/saved-file.ts';
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

// Some of these do a lot one after the other, on a busy machine.
test.describe.configure({ timeout: 150_000 });

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
  await expect(again).toHaveAttribute('data-state', 'writable');
  await expect(again.locator('textarea')).toBeFocused();
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
  const search = app.page.getByRole('search', { name: 'Search in console' });
  await app.page.getByRole('button', { name: 'Search', exact: true }).click();
  await expect(search).toBeVisible();
  await app.page.keyboard.press('Escape');
  await expect(search).toBeHidden();
  await app.page.keyboard.press('Control+Shift+KeyF');
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
  await expect(matches).toHaveText('2 of 2');
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
  for (let turn = 0; turn < 150; turn++) await app.page.mouse.wheel(0, -600);
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
  // The guest can echo before the dialog has given the focus back.
  await expect(terminal.locator('textarea')).toBeFocused();
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

async function transcriptOf(home: string, boot: number): Promise<Buffer> {
  const paths = await readdir(home, { recursive: true });
  const path = paths.find((one) => one.includes(`/${String(boot).padStart(4, '0')}/`) && /serial\.out$/.test(one));
  if (path === undefined) throw new Error(`no transcript of boot ${boot} in ${paths.join(' ')}`);
  return readFile(join(home, path));
}

test('older boots are read, searched and saved; what is saved is what was printed', async ({ app }) => {
  const panes = await openDemo(app);
  const workbench = new Workbench(app);
  await panes.type(panes.terminal(), 'count 500\r');
  await panes.expectText(panes.terminal(), '00000500');
  await panes.type(panes.terminal(), 'poweroff\r');
  await workbench.expectState('stopped');
  // A key that goes nowhere is not lost in silence.
  await panes.terminal().click();
  await app.page.keyboard.type('x');
  await expect(panes.pane(0).getByText('Nothing can be typed here while the guest does not run.')).toBeVisible();
  await workbench.button('Launch').click();
  await workbench.expectState('ready');
  await panes.expectText(panes.terminal(), /── boot 2 ──/);

  await panes.tool('Panes and transcripts').click();
  await panes.item('Jump to boot').press('ArrowRight');
  await panes.item(/^Boot 1 ·/).press('Enter');
  await expect(panes.tab(/^Boot 1 ·/)).toHaveAttribute('aria-selected', 'true');
  await panes.expectText(panes.terminal(), '00000500');
  await expect(panes.pane(0).getByText(/^Boot 1, .*Read-only\.$/)).toBeVisible();
  await expectAccessible(app.page, 'an older boot', '.console-workspace');
  await keepScreenshot(app, 'console-older-boot');
  await panes.pane(0).getByRole('button', { name: 'Read from its start' }).click();
  await panes.expectText(panes.terminal(), /^Slipway demo guest/);
  await panes.tab(/^Boot 1 ·/).click();

  const save = async (item: string) => (await savedFile(app, () => panes.choose('Panes and transcripts', item))).bytes;
  const saved = await save('Save the whole transcript…');
  expect(saved.equals(await transcriptOf(app.home, 1))).toBe(true);
  const timed = (await save('Save the transcript with timestamps…')).toString();
  const lines = timed.trimEnd().split('\n');
  expect(lines.length).toBeGreaterThan(500);
  for (const line of lines) expect(line).toMatch(/^\[(<=)?\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z\] /);
  await panes.pane(0).getByRole('button', { name: 'Show the current boot' }).click();
  await expect(panes.tab('Serial')).toHaveAttribute('aria-selected', 'true');

  // A file of the person's own, read in the page.
  const file = join(app.home, 'kept.log');
  await writeFile(file, Array.from({ length: 400 }, (_, n) => `kept line ${n}\n`).join(''));
  const chooser = app.page.waitForEvent('filechooser');
  await panes.choose('Panes and transcripts', 'Open a transcript file…');
  await (await chooser).setFiles(file);
  await expect(panes.tab('kept.log')).toHaveAttribute('aria-selected', 'true');
  await panes.expectText(panes.terminal(), 'kept line 399');
});

test('tabs are reached, moved and closed by keys alone; screen reader mode has its live region', async ({ app }) => {
  const panes = await openDemo(app);
  await panes.tab('Serial').focus();
  await app.page.keyboard.press('ArrowRight');
  await expect(panes.tab('Monitor')).toBeFocused();
  await app.page.keyboard.press('End');
  await expect(panes.tab('Engine log')).toHaveAttribute('aria-selected', 'true');
  await app.page.keyboard.press('Delete');
  await expect(panes.tab('Engine log')).toHaveCount(0);
  await panes.tab('QMP').focus();
  await app.page.keyboard.press('Shift+F10');
  await panes.item(/^Split down/).press('Enter');
  await expect(panes.panes).toHaveCount(2);
  await expect(panes.tab('QMP', panes.pane(1))).toHaveAttribute('aria-selected', 'true');
  // The keys are in the new pane's terminal; the next pane's are one key away.
  await expect(panes.terminal(panes.pane(1)).locator('textarea')).toBeFocused();
  await app.page.keyboard.press('Control+Shift+KeyO');
  await expect(panes.terminal(panes.pane(0)).locator('textarea')).toBeFocused();
  await app.page.keyboard.press('Control+Shift+KeyO');
  await app.page.keyboard.press('Control+Shift+KeyU');
  await expect(panes.panes).toHaveCount(1);

  await panes.tab('Serial').click();
  await panes.choose('View', 'Screen reader mode');
  const live = panes.terminal().locator('.live-region');
  await expect(live).toHaveAttribute('aria-live', 'assertive');
  await panes.type(panes.terminal(), 'echo spoken\r');
  await expect(panes.terminal().locator('.xterm-accessibility-tree')).toContainText('spoken');
  await expect(live).toContainText('spoken');
  await expectAccessible(app.page, 'console with screen reader mode', '.console-workspace');
});

/** Where the other tests of the Linux guest keep the one they built. */
const builtBefore = join(process.env.SLIPWAY_TEST_CACHE ?? join(checkout, '.cache', 'test'), 'linux-guest');

test('Linux: a file arrives complete and in order, the size is set, a break is heard', async ({ app }) => {
  test.setTimeout(300_000);
  if (existsSync(builtBefore)) {
    await mkdir(join(app.home, 'cache'), { recursive: true });
    await cp(builtBefore, join(app.home, 'cache', 'linux-guest'), { recursive: true });
  }
  await slipway(app.home, 'start', '--linux', '--name', 'linux', '--memory', '256', '--timeout', '0');
  await app.page.getByRole('option', { name: /^linux/ }).click();
  const panes = new ConsolePanes(app.page);
  const terminal = panes.terminal();
  await panes.expectText(terminal, 'slipway: boot finished', 240_000);

  const text = Array.from({ length: 400 }, (_, n) => `${n} ${'abcdefghij'.repeat((n % 7) + 1)}\n`).join('');
  const file = join(app.home, 'to-send.txt');
  await writeFile(file, text);
  await panes.type(terminal, '\r');
  await panes.type(terminal, 'stty -echo; cat > /tmp/sent; stty echo; md5sum /tmp/sent; wc -lc /tmp/sent\r');
  await panes.choose('Send', 'Text file…');
  const dialog = app.page.getByRole('dialog', { name: 'Send a text file' });
  const chooser = app.page.waitForEvent('filechooser');
  await dialog.getByRole('button', { name: 'Choose a file…' }).click();
  await (await chooser).setFiles(file);
  await dialog.getByLabel('Pause after each line (ms)').fill('2');
  await dialog.getByRole('button', { name: 'Send', exact: true }).click();
  await expect(app.page.getByRole('progressbar', { name: /^Sending/ })).toBeVisible();
  await expect(app.page.getByText(/to-send\.txt: .* were sent\./)).toBeVisible({ timeout: 60_000 });
  await terminal.click();
  await app.page.keyboard.press('Control+KeyD');
  await panes.expectText(terminal, createHash('md5').update(text).digest('hex'), 60_000);
  await panes.expectText(terminal, new RegExp(`^\\s*400\\s+${text.length} /tmp/sent$`));

  await panes.tool('Send').click();
  const size = panes.item(/^Window size: stty rows \d+ cols \d+$/);
  const [, rows, columns] = /rows (\d+) cols (\d+)/.exec((await size.textContent()) ?? '') ?? [];
  await size.click();
  await panes.type(terminal, 'stty size\r');
  await panes.expectText(terminal, new RegExp(`^${rows} ${columns}$`));

  await panes.type(terminal, 'echo 1 > /proc/sys/kernel/sysrq; dmesg -n 8\r');
  await panes.choose('Send', 'Break');
  await expect(app.page.getByText('A break was sent.')).toBeVisible();
  // SysRq's help: the kernel took the key after the break for its own.
  await terminal.click();
  await app.page.keyboard.type('h');
  await panes.expectText(terminal, 'sysrq: HELP');
  await keepScreenshot(app, 'console-linux');
});

test('a browser’s window of one console is typed into, and has the token without asking', async ({ app }) => {
  test.skip(app.face !== 'web', 'the window face has its own, see console-windows.electron.spec.ts');
  const panes = await openDemo(app);
  await panes.terminal().click();
  const opened = app.page.context().waitForEvent('page');
  await app.page.keyboard.press('Control+Shift+KeyX');
  const page = await opened;
  const own = new ConsolePanes(page);
  await own.type(own.terminal(), 'echo popup\r');
  await own.expectText(own.terminal(), /^popup$/);
  await panes.expectText(panes.terminal(), /^popup$/);
  await page.reload();
  await own.type(own.terminal(), 'echo reloaded\r');
  await own.expectText(own.terminal(), /^reloaded$/);
  expect(page.url()).not.toContain('token');
});

test('letters of a smaller pane stand apart, also where motion is not wanted', async ({ app }) => {
  // A transition of everything, however short, had the terminal measure the letters it had before.
  await app.page.emulateMedia({ reducedMotion: 'reduce' });
  const panes = await openDemo(app);
  await panes.terminal().click();
  await app.page.keyboard.press('Control+Shift+D');
  await expect(app.page.getByRole('tab', { name: 'Serial', exact: true })).toHaveCount(2);
  const widest = () =>
    app.page.evaluate(() => {
      const places = [...document.querySelectorAll<HTMLElement>('.xterm-rows, .xterm-rows span')];
      return Math.max(...places.map(({ style }) => Math.abs(Number.parseFloat(style.letterSpacing || '0'))));
    });
  await expect.poll(widest).toBeLessThan(0.5);
});
