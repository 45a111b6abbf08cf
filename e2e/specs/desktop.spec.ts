/** What belongs to no instance: the doctor, settings, the palette, the sheet of keys, support bundles, news. */
import { strFromU8, unzipSync } from 'fflate';
import { expectAccessible, showTheme } from '../fixtures/accessibility.ts';
import { slipway, startDemo } from '../fixtures/command-line.ts';
import { savedFile } from '../fixtures/saved-file.ts';
import { expect, test } from '../fixtures/test.ts';
import { Workbench } from '../pages/workbench.ts';

test('the doctor says what this host offers, and what to type where something is missing', async ({ app }) => {
  const { page } = new Workbench(app);
  await page.getByRole('button', { name: 'Doctor' }).click();
  const doctor = page.getByRole('main', { name: 'Doctor' });
  await expect(doctor.getByText('QEMU for x86_64: version')).toBeVisible();
  await expect(doctor.getByText(/^(note: |could be better: |fine: )?Guests for x86_64: /)).toBeVisible();
  await expect(doctor.getByText(/GiB are free for images/)).toBeVisible();
  await doctor.getByRole('button', { name: 'Check again' }).click();
  await expect(doctor.getByRole('button', { name: 'Check again' })).toBeEnabled();
  for (const colorScheme of ['dark', 'light'] as const) {
    await showTheme(page, colorScheme);
    await expectAccessible(page, `doctor, ${colorScheme}`);
  }
});

test('settings are kept, each with a way back to its default', async ({ app }) => {
  const workbench = new Workbench(app);
  const open = async () => {
    await workbench.page.getByRole('button', { name: 'Settings' }).click();
    return workbench.page.getByRole('main', { name: 'Settings' });
  };
  let settings = await open();
  await settings.getByRole('radio', { name: 'Dark' }).click();
  await expect(workbench.page.locator('html')).toHaveAttribute('data-theme', 'dark');
  await settings.getByRole('radio', { name: 'Compact' }).click();
  await expect(workbench.page.locator('html')).toHaveAttribute('data-density', 'compact');
  const scrollback = settings.getByLabel('Scrollback (lines)');
  await scrollback.fill('5');
  await expect(settings.getByText('From 100 to 200000.')).toBeVisible();
  await scrollback.fill('2000');
  await scrollback.press('Enter');
  await settings.getByRole('switch', { name: 'Copy what is selected' }).click();

  await app.restart();
  settings = await open();
  await expect(settings.getByLabel('Scrollback (lines)')).toHaveValue('2000');
  await expect(settings.getByRole('switch', { name: 'Copy what is selected' })).toBeChecked();
  await expect(settings.getByText('Default: 10000 lines')).toBeVisible();
  await settings.getByRole('button', { name: 'Back to default: Scrollback' }).click();
  await expect(settings.getByLabel('Scrollback (lines)')).toHaveValue('10000');
  await expectAccessible(workbench.page, 'settings, dark');
  await settings.getByRole('radio', { name: 'Light' }).click();
  await expectAccessible(workbench.page, 'settings, light');
});

test('the palette finds what can be done now, and does it', async ({ app, home }) => {
  const workbench = new Workbench(app);
  const { page } = workbench;
  await startDemo(home, 'alpha');
  await startDemo(home, 'beta');
  await page.getByRole('option', { name: /^alpha/ }).click();
  await workbench.expectState('ready');
  const choose = async (text: string) => {
    await page.keyboard.press('Control+Shift+P');
    await page.getByRole('combobox', { name: 'Commands' }).fill(text);
    await expectAccessible(page, `palette for ${text}`);
    await page.keyboard.press('Enter');
    await expect(page.getByRole('combobox', { name: 'Commands' })).toHaveCount(0);
  };
  await choose('go beta');
  await expect(page.getByRole('heading', { name: 'beta' })).toBeVisible();
  await choose('ports');
  await expect(workbench.tab('Ports')).toHaveAttribute('aria-selected', 'true');
  await choose('console split right');
  await expect(page.getByRole('tab', { name: 'Serial', exact: true })).toHaveCount(2);
  await choose('stop beta');
  await workbench.expectState('stopped');
  await choose('dark theme');
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
  await choose('keyboard');
  await expectAccessible(page, 'sheet of keys', '[role="dialog"]');
  await page.keyboard.press('Escape');
  await slipway(home, 'stop', '--all', '--now');
});

test('a support bundle has everything but what is private', async ({ app, home }) => {
  const workbench = new Workbench(app);
  const { page } = workbench;
  await startDemo(home, 'patient');
  await page.getByRole('option', { name: /^patient/ }).click();
  await workbench.expectState('ready');
  await workbench.type('echo password=hunter2\r');
  await workbench.expectText(/^password=hunter2/);
  await slipway(home, 'stop', 'patient', '--now');
  await workbench.expectState('stopped');
  await page.keyboard.press('Control+Shift+P');
  await page.getByRole('combobox', { name: 'Commands' }).fill('support bundle patient');
  const first = await savedFile(app, () => page.keyboard.press('Enter'));
  expect(Object.keys(unzipSync(new Uint8Array(first.bytes)))).not.toContain('instance/boot-1/serial.txt');
  // What the guest printed comes along when the person says so.
  const { name, bytes } = await savedFile(app, () => page.getByRole('button', { name: 'Save one with it' }).click());
  expect(name).toMatch(/^slipway-support-patient-.*\.zip$/);
  const files = unzipSync(new Uint8Array(bytes));
  const text = (file: string) => strFromU8(files[file] ?? new Uint8Array());
  expect(Object.keys(files)).toEqual(
    expect.arrayContaining(['README.txt', 'host/report.txt', 'instance/spec.json', 'instance/boot-1/serial.txt']),
  );
  expect(text('instance/boot-1/serial.txt')).toContain('password=(removed)');
  expect(text('instance/boot-1/serial.txt')).not.toContain('hunter2');
  expect(text('host/report.txt')).toContain('QEMU for x86_64');
  expect(text('instance/command.txt')).toContain('qemu-system-x86_64');
});

test('a guest that panics behind one’s back is told, and leads there', async ({ app, home }) => {
  const workbench = new Workbench(app);
  const { page } = workbench;
  await startDemo(home, 'quiet');
  await page.getByRole('option', { name: /^quiet/ }).click();
  await workbench.expectState('ready');
  // A page in a test is not always the one with the focus; what a person sees then is this one.
  await page.evaluate(() => Object.defineProperty(document, 'hasFocus', { value: () => true }));
  await slipway(home, 'start', '--demo', '--name', 'doomed', '--append', 'autorun=panic', '--timeout', '0');
  await expect(page.getByText(/^doomed: panicked\. \[.*panic: asked for/)).toBeVisible();
  await page.getByRole('button', { name: 'Show', exact: true }).click();
  await expect(page.getByRole('heading', { name: 'doomed' })).toBeVisible();
  await workbench.expectState('panicked');
  await expectAccessible(page, 'a panicked guest');
  await slipway(home, 'stop', '--all', '--now');
});
