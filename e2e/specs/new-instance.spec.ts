/** New instance as it is used every day: gallery, form and command, pasted scripts, templates. Mostly without a mouse. */
import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Locator } from '@playwright/test';
import { expectAccessible, showTheme } from '../fixtures/accessibility.ts';
import { slipway } from '../fixtures/command-line.ts';
import { checkout } from '../fixtures/electron-app.ts';
import { savedFile } from '../fixtures/saved-file.ts';
import { keepScreenshot } from '../fixtures/screenshots.ts';
import type { SlipwayApp } from '../fixtures/slipway-app.ts';
import { expect, test } from '../fixtures/test.ts';
import { Workbench } from '../pages/workbench.ts';

// Two themes are read by axe at every step, and a busy machine takes its time for that.
test.describe.configure({ timeout: 240_000 });

/** Boots in a blink, and is a kernel like any other to whoever names its file. */
const demoKernel = join(checkout, 'assets', 'demo-guest', 'demo-guest.elf');

const search = (dialog: Locator) => dialog.getByRole('combobox', { name: 'Search sources' });
const command = (dialog: Locator) => dialog.getByRole('listbox', { name: 'Arguments' });

/** What a person sees of a screen, in both themes, is read by axe. */
async function expectAccessibleInBothThemes(app: SlipwayApp, what: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await showTheme(app.page, colorScheme);
    await expectAccessible(app.page, `${what}, ${colorScheme}`, '[role="dialog"]');
    await keepScreenshot(app, `new-instance-${what}-${colorScheme}`);
  }
}

/** The window asks natively before a text may name files; here a person says yes. */
async function sayYesNatively(app: SlipwayApp): Promise<void> {
  if (app.face !== 'electron') return;
  await app.electron.evaluate(({ dialog }) => {
    dialog.showMessageBox = async () => ({ response: 0, checkboxChecked: false });
  });
}

const stopAll = (home: string) => slipway(home, 'stop', '--all', '--now');

test('from the gallery to a running demo and once more, by keyboard alone', async ({ app, home }) => {
  const workbench = new Workbench(app);
  const { page } = app;
  await expect(workbench.button('New instance').first()).toBeVisible();
  await page.keyboard.press('n');
  const dialog = page.getByRole('dialog', { name: 'New instance' });
  await expect(search(dialog)).toBeFocused();
  await expectAccessibleInBothThemes(app, 'gallery');

  // Typed words narrow, arrows move, and what was chosen before is where one comes back to.
  await page.keyboard.type('iso');
  await expect(dialog.getByRole('option')).toHaveCount(1);
  await page.keyboard.press('Enter');
  await expect(dialog.getByRole('textbox', { name: 'Name', exact: true })).toBeFocused();
  await page.keyboard.type('mine');
  await page.keyboard.press('Alt+ArrowLeft');
  await expect(dialog.getByRole('option', { name: /^Disk or ISO / })).toHaveAttribute('aria-selected', 'true');
  await page.keyboard.press('Enter');
  await expect(dialog.getByRole('textbox', { name: 'Name', exact: true })).toHaveValue('mine');
  await page.keyboard.press('Control+Enter');
  await expect(dialog.getByText('Choose a disk image or an ISO.').first()).toBeVisible();
  await page.keyboard.press('Alt+ArrowLeft');

  await page.keyboard.press('1');
  await expect(command(dialog)).toContainText('-m size=512M');
  await page.keyboard.press('Control+Enter');
  await expect(dialog).toBeHidden();
  await workbench.expectText('demo: ready');

  // What the terminal has, a bare letter cannot open: the button is where a person goes then.
  await workbench.button('New instance').first().focus();
  await page.keyboard.press('Enter');
  await expect(dialog.getByRole('option', { name: /, once more / })).toHaveAttribute('aria-selected', 'true');
  await page.keyboard.press('Enter');
  await expect(dialog).toBeHidden();
  await expect(page.getByRole('main')).toContainText(/mine-2|demo-2/);
  await workbench.expectState('ready');
  await stopAll(home);
});

test('a script with variables becomes a form that boots', async ({ app, home }) => {
  await copyFile(demoKernel, join(home, 'my kernel.elf'));
  await sayYesNatively(app);
  const workbench = new Workbench(app);
  const { page } = app;
  const dialog = await workbench.openNewInstance();
  await workbench.paste(`#!/bin/sh
# boots what I built
QEMU=qemu-system-x86_64
MEM=\${MEM:-96M}
exec "$QEMU" -name pasted \\
  -kernel "$KERNEL_DIR/my kernel.elf" \\
  -append "quiet $MORE" \\
  -m "$MEM" -smp 2 -nographic
`);
  const value = (name: string) => dialog.getByRole('textbox', { name, exact: true });
  await value('$KERNEL_DIR').fill(home);
  await value('$MORE').fill('verbose=1');
  await expectAccessibleInBothThemes(app, 'pasted');
  await page.keyboard.press('Control+Enter');

  await expect(value('Memory (MiB)')).toHaveValue('96');
  await expect(value('Processors')).toHaveValue('2');
  await expect(value('Kernel command line')).toHaveValue('quiet verbose=1');
  await dialog.getByRole('button', { name: /^All \d+ arguments$/ }).click();
  await expect(dialog.getByRole('table', { name: /^All/ })).toContainText('-nographic');
  await expect(command(dialog)).toContainText('-m size=96M');
  await expectAccessibleInBothThemes(app, 'imported');
  await page.keyboard.press('Control+Enter');
  await workbench.expectText(/^Slipway demo guest/);
  await workbench.expectText('demo: ready');
  await stopAll(home);
});

test('a field lights its arguments, an argument leads to its field, and an edited command changes the form', async ({
  app,
}) => {
  const workbench = new Workbench(app);
  const { page } = app;
  await sayYesNatively(app);
  const dialog = await workbench.openNewInstance('Demo');
  const option = (text: string) => command(dialog).getByRole('option').filter({ hasText: text });
  // The form gives the focus to its first field once it has opened, which may be after ours.
  await expect(async () => {
    await dialog.getByLabel('Memory (MiB)').focus();
    await expect(option('-m size=512M')).toHaveAttribute('data-lit', '', { timeout: 1000 });
  }).toPass();
  await expect(option('-smp')).not.toHaveAttribute('data-lit', '');

  await option('-smp').click();
  await expect(dialog.getByLabel('Processors')).toBeFocused();
  // Inside "More", which opens for it.
  await expect(dialog.getByLabel('Machine')).toBeHidden();
  await command(dialog).focus();
  await page.keyboard.press('Home');
  await expect(dialog.getByLabel('Machine')).toBeHidden();
  while ((await command(dialog).getByRole('option', { selected: true }).textContent())?.startsWith('-machine') !== true)
    await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await expect(dialog.getByLabel('Machine')).toBeFocused();
  await expect(option('-uuid')).toContainText('Slipway');
  await expectAccessibleInBothThemes(app, 'form');

  await dialog.getByRole('button', { name: 'Edit as command' }).click();
  const text = dialog.getByRole('textbox', { name: 'Command line', exact: true });
  await expect(text).toHaveValue(/512/);
  await expectAccessibleInBothThemes(app, 'edit-command');
  await text.fill(`${(await text.inputValue()).replace(/\b512M?\b/, '768M').trimEnd()} -device edu`);
  await page.keyboard.press('Control+Enter');
  const report = dialog.getByRole('status', { name: 'What the edited command changed' });
  await expect(report).toContainText('Memory (MiB): 512 → 768');
  await expect(report).toContainText('-device edu');
  await expect(dialog.getByRole('heading', { name: 'Demo' })).toBeVisible();
  await expect(dialog.getByLabel('Memory (MiB)')).toHaveValue('768');
  await expect(dialog.getByLabel('Extra arguments')).toHaveValue('-device edu');
  await expect(option('-device edu')).toContainText('yours');
  await report.getByRole('button', { name: 'Undo' }).click();
  await expect(dialog.getByLabel('Memory (MiB)')).toHaveValue('512');
  await expect(dialog.getByLabel('Extra arguments')).toHaveValue('');
});

test('what is wrong is said at its field, in sentences', async ({ app }) => {
  const workbench = new Workbench(app);
  const dialog = await workbench.openNewInstance('Demo');
  await dialog.getByLabel('Memory (MiB)').fill('1');
  await expect(dialog.getByText('At least 4.', { exact: true })).toBeVisible();
  // Folded away nobody would see it; so it stands beside the command.
  const preview = dialog.getByRole('region', { name: 'Preview' });
  const more = dialog.getByRole('button', { name: 'More', exact: true });
  await dialog.getByLabel('Memory (MiB)').fill('64');
  await more.click();
  await dialog.getByLabel('Extra arguments').fill('-daemonize');
  const refusal = 'QEMU would become another process';
  await expect(dialog.getByText(refusal).first()).toBeVisible();
  await expect(preview).not.toContainText(refusal);
  await more.click();
  await expect(preview).toContainText(refusal);
  await more.click();
  await expect(preview).not.toContainText(refusal);
  await dialog.getByLabel('Extra arguments').fill('');
  await dialog.getByLabel('Memory (MiB)').fill('1');
  await dialog.getByRole('button', { name: 'Add port mapping' }).click();
  await dialog.getByLabel('Name of port 1').fill('a b');
  await expect(dialog.getByText(/^Letters, digits, dot/).first()).toBeVisible();
  await dialog.getByLabel('Listens on of a b').fill('here');
  await expect(dialog.getByText('An IPv4 address, or localhost.', { exact: true })).toBeVisible();
  await dialog.getByRole('button', { name: 'Launch', exact: true }).click();
  await expect(dialog.getByLabel('Memory (MiB)')).toBeFocused();
  await expect(dialog).not.toContainText(/invalid|expected/i);
});

test('a template is saved, used, given away, taken in and deleted; a script is saved', async ({ app, home }) => {
  await sayYesNatively(app);
  const kernel = join(home, 'kernel.elf');
  await copyFile(demoKernel, kernel);
  const workbench = new Workbench(app);
  const { page } = app;
  // On the empty list: nobody types there, so it can only be meant as a new instance.
  await expect(workbench.button('Boot the demo guest')).toBeVisible();
  let dialog = page.getByRole('dialog', { name: 'New instance' });
  await workbench.paste(`qemu-system-x86_64 -name base -kernel ${kernel} -m 64M -nographic`);
  await expect(dialog.getByLabel('Memory (MiB)')).toHaveValue('64');

  const script = await savedFile(app, () => dialog.getByRole('button', { name: 'Save as script…' }).click());
  expect(script.bytes.toString()).toMatch(/^#!\/[\s\S]*qemu-system-x86_64[\s\S]*kernel\.elf/);

  await dialog.getByRole('button', { name: 'Save as template…' }).click();
  const form = page.getByRole('dialog', { name: 'Save as template' });
  await form.getByRole('textbox', { name: 'Name' }).fill('small');
  await form.getByRole('textbox', { name: 'About' }).fill('Sixty-four megabytes');
  await page.keyboard.press('Enter');
  await expect(page.getByText('The template “small” was saved.')).toBeVisible();
  // The same name again is asked about.
  await dialog.getByRole('button', { name: 'Save as template…' }).click();
  await form.getByRole('textbox', { name: 'Name' }).fill('small');
  await page.keyboard.press('Enter');
  await expect(form).toContainText('There is a template “small” already.');
  await page.keyboard.press('Escape');
  await dialog.getByRole('button', { name: 'Cancel' }).click();

  dialog = await workbench.openNewInstance();
  await dialog.getByRole('option', { name: /^small / }).hover();
  await expectAccessibleInBothThemes(app, 'templates');
  const file = await savedFile(app, () => dialog.getByRole('button', { name: 'Export…' }).click());
  const exported = file.bytes.toString();
  await dialog.getByRole('button', { name: 'Delete' }).click();
  await page
    .getByRole('dialog', { name: /^Delete the template/ })
    .getByRole('button', { name: 'Delete' })
    .click();
  await expect(dialog.getByRole('option', { name: /^small / })).toBeHidden();
  await dialog
    .locator('input[type=file]')
    .setInputFiles({ name: file.name, mimeType: 'application/json', buffer: Buffer.from(exported) });
  await dialog.getByRole('option', { name: /^small / }).click();
  await expect(dialog.getByLabel('Memory (MiB)')).toHaveValue('64');
  await dialog.getByRole('button', { name: 'Create' }).click();
  await expect(dialog).toBeHidden();
  await workbench.expectState('stopped');
  await workbench.button('Launch').first().click();
  await workbench.expectText('demo: ready');
  await stopAll(home);
});

test('the Command tab leads to the form, and says what changed since the boot', async ({ app, home }) => {
  const workbench = new Workbench(app);
  await workbench.button('Boot the demo guest').click();
  await workbench.expectState('ready');
  await workbench.tab('Command').click();
  const tab = workbench.page.getByRole('tabpanel', { name: 'Command' });
  await expect(tab.getByRole('table', { name: 'Arguments' })).toContainText('-m size=512M');
  // While it runs there is nothing to edit.
  await expect(tab.getByRole('button', { name: 'Edit Memory (MiB)' })).toBeHidden();
  await stopAll(home);
  await workbench.expectState('stopped');
  await tab.getByRole('searchbox', { name: 'Search arguments' }).fill('memory');
  await expect(tab.getByRole('row')).toHaveCount(2);
  await tab.getByRole('button', { name: 'Edit Memory (MiB)' }).click();
  const dialog = workbench.page.getByRole('dialog', { name: /^Edit/ });
  await expect(dialog.getByLabel('Memory (MiB)')).toBeFocused();
  await workbench.page.keyboard.press('Control+A');
  await workbench.page.keyboard.type('256');
  await expect(dialog.getByRole('list', { name: 'Changed since the last boot' })).toContainText('size=256M');
  await expectAccessibleInBothThemes(app, 'edit');
  await dialog.getByRole('button', { name: 'Save', exact: true }).click();
  const changed = tab.getByRole('region', { name: 'Changed since this boot' });
  await expect(changed).toContainText('removed: -m size=512M');
  await expect(changed).toContainText('added: -m size=256M');
  await expectAccessible(workbench.page, 'command tab');
  await keepScreenshot(app, 'command-changed');
});
