/** The list: two hundred instances, found, sorted, chosen together, filed, renamed, duplicated, deleted and brought back. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expectAccessible } from '../fixtures/accessibility.ts';
import { instances, slipway, startDemo } from '../fixtures/command-line.ts';
import { keepScreenshot } from '../fixtures/screenshots.ts';
import { manyInstances, storeInstances } from '../fixtures/stored-instances.ts';
import { test as base, expect } from '../fixtures/test.ts';
import { InstanceList } from '../pages/instance-list.ts';
import { Workbench } from '../pages/workbench.ts';

/** What the page may draw, however many instances there are. */
const mostRows = 60;

const test = base.extend<{ readonly stored: number }>({
  stored: [0, { option: true }],
  home: async ({ home, stored }, use) => {
    await storeInstances(home, manyInstances(stored));
    await use(home);
  },
});

const specOf = async (home: string, id: string): Promise<{ name: string; group: string; notes: string }> =>
  JSON.parse(await readFile(join(home, 'instances', id, 'spec.json'), 'utf8'));

test.describe('two hundred instances', () => {
  test.use({ stored: 200 });

  test('are a list of which the page draws little, in groups that stick and fold', async ({ app }) => {
    const list = new InstanceList(app);
    // Four headings.
    await expect.poll(() => list.total()).toBe(204);
    expect(await list.drawn.count()).toBeLessThanOrEqual(mostRows);
    await expect(list.page.getByRole('option', { name: 'firmware, 50 instances, unfolded' })).toBeVisible();

    await list.box.focus();
    await list.page.keyboard.press('End');
    await list.expectActive('guest-200');
    await expect(list.row('guest-200')).toBeInViewport();
    expect(await list.drawn.count()).toBeLessThanOrEqual(mostRows);
    await expect(list.page.getByRole('option', { name: 'No group, 50 instances' })).toBeInViewport();
    await keepScreenshot(app, 'list-200-end');

    await list.page.keyboard.press('ArrowLeft');
    await list.expectActive('No group, 50 instances, folded');
    await expect.poll(() => list.total()).toBe(154);
    await list.page.keyboard.press('ArrowRight');
    await expect.poll(() => list.total()).toBe(204);
    await list.page.keyboard.press('Home');
    await list.expectActive('firmware, 50 instances');
    await list.page.keyboard.press('ArrowDown');
    await list.expectActive('guest-002');
    await expect(list.page.getByRole('heading', { name: 'guest-002' })).toBeVisible();
    await expectAccessible(app.page, 'two hundred instances');
  });

  test('are found by words, by filters, and in another order', async ({ app }) => {
    const list = new InstanceList(app);
    await list.search.fill('guest-01 kind:disk');
    await expect(list.row('guest-012')).toBeVisible();
    await expect(list.row('guest-010')).toHaveCount(0);
    await list.search.fill('no such thing');
    await expect(list.page.getByText('Nothing matches “no such thing”.')).toBeVisible();
    await list.page.getByRole('button', { name: 'Clear the search' }).click();

    await list.choose('Filter', 'aarch64', 'menuitemcheckbox');
    await expect(list.search).toHaveValue('arch:aarch64');
    await expect(list.row('guest-004')).toBeVisible();
    await expect(list.row('guest-002')).toHaveCount(0);
    await list.choose('Filter, 1 on', 'kernel', 'menuitemcheckbox');
    await expect(list.search).toHaveValue('arch:aarch64 kind:kernel');
    await list.search.fill('');

    await list.choose('Sort and group', 'Kind', 'menuitemradio');
    await expect(list.page.getByRole('option', { name: 'demo, 67 instances' })).toBeVisible();
    await list.choose('Sort and group', 'Nothing', 'menuitemradio');
    await expect.poll(() => list.total()).toBe(200);
    // It is a setting: the next window has it too.
    await app.page.reload();
    await expect.poll(() => list.total()).toBe(200);
  });

  test('are deleted together, and one Undo brings all of them back', async ({ app, home }) => {
    const list = new InstanceList(app);
    await list.search.fill('kernels');
    await list.row('guest-001').click();
    await list.row('guest-017').click({ modifiers: ['Shift'] });
    await expect(list.bar).toContainText('5 chosen');
    await list.row('guest-009').click({ modifiers: ['ControlOrMeta'] });
    await expect(list.bar).toContainText('4 chosen');
    await expect(list.bar.getByRole('button', { name: 'Stop 0 of 4 instances' })).toBeDisabled();
    await keepScreenshot(app, 'list-chosen');
    await expectAccessible(app.page, 'several chosen');

    await list.box.focus();
    await list.page.keyboard.press('Delete');
    const dialog = list.page.getByRole('dialog', { name: 'Delete 4 instances' });
    await expect(dialog).toContainText('4 files');
    await expect(dialog.getByRole('button', { name: /^guest-005 · 1 file/ })).toBeVisible();
    await keepScreenshot(app, 'list-delete-many');
    await expectAccessible(app.page, 'deleting several');
    await dialog.getByRole('button', { name: 'Delete', exact: true }).click();
    await expect(list.row('guest-001')).toHaveCount(0);
    await expect(list.row('guest-009')).toBeVisible();
    await expect.poll(async () => (await readdir(join(home, 'trash'))).length).toBe(4);

    await list.page.getByRole('button', { name: 'Undo' }).click();
    await expect(list.row('guest-017')).toBeVisible();
    await expect(list.bar).toContainText('4 chosen');
    expect(await readdir(join(home, 'trash'))).toEqual([]);
    expect(await readdir(join(home, 'instances'))).toHaveLength(200);
  });

  test('are filed together from the keyboard alone', async ({ app, home }) => {
    const list = new InstanceList(app);
    await list.search.fill('firmware');
    await list.page.keyboard.press('Enter');
    await expect(list.box).toBeFocused();
    await list.page.keyboard.press('Home');
    await list.page.keyboard.press('ArrowDown');
    await list.page.keyboard.press('Shift+ArrowDown');
    await list.page.keyboard.press('Shift+ArrowDown');
    await expect(list.bar).toContainText('3 chosen');
    await list.page.keyboard.press('ContextMenu');
    await expect(list.menu).toContainText('3 chosen');
    await list.menu.getByRole('menuitem', { name: 'Group…' }).press('Enter');
    const dialog = list.page.getByRole('dialog', { name: 'Group of 3 instances' });
    await expect(dialog.getByRole('combobox', { name: 'Group' })).toBeFocused();
    await list.page.keyboard.type('night shift');
    await list.page.keyboard.press('Enter');
    await expect(dialog).toHaveCount(0);
    await expect(list.box).toBeFocused();
    await list.search.fill('');
    await expect(list.page.getByRole('option', { name: 'night shift, 3 instances, unfolded' })).toBeAttached();
    await expect.poll(async () => (await specOf(home, 'guest-006')).group).toBe('night shift');
    await list.box.focus();
    await list.page.keyboard.press('ControlOrMeta+a');
    await expect(list.bar).toContainText('200 chosen');
    await list.page.keyboard.press('Escape');
    await expect(list.bar).toHaveCount(0);
  });
});

test.describe('an instance', () => {
  test.use({ stored: 3 });

  test('is renamed where it stands, in the list and in the header', async ({ app, home }) => {
    const list = new InstanceList(app);
    await list.row('guest-002').click();
    await list.page.keyboard.press('F2');
    const field = list.page.getByRole('textbox', { name: 'New name of guest-002' });
    await expect(field).toBeFocused();
    await list.page.keyboard.type('boot loader');
    await list.page.keyboard.press('Enter');
    await expect(list.row('boot loader')).toBeVisible();
    await expect(list.box).toBeFocused();
    await expect.poll(async () => (await specOf(home, 'guest-002')).name).toBe('boot loader');

    await list.page.keyboard.press('F2');
    await list.page.keyboard.type('never mind');
    await list.page.keyboard.press('Escape');
    await expect(list.row('boot loader')).toBeVisible();

    await list.page.getByRole('button', { name: 'More actions' }).click();
    await list.menu.getByRole('menuitem', { name: 'Rename' }).click();
    await expect(list.page.getByRole('textbox', { name: 'New name of boot loader' })).toBeFocused();
    await list.page.keyboard.type('loader');
    await list.page.keyboard.press('Enter');
    await expect(list.page.getByRole('heading', { name: 'loader', exact: true })).toBeVisible();
    await expect(list.row('loader')).toBeVisible();
  });

  test('has notes and a group that are kept as they are typed', async ({ app, home }) => {
    const list = new InstanceList(app);
    await list.row('guest-001').click({ button: 'right' });
    await list.menu.getByRole('menuitem', { name: 'Notes' }).click();
    const notes = list.page.getByRole('textbox', { name: 'Notes' });
    await expect(notes).toBeFocused();
    await list.page.keyboard.type('needs the new firmware');
    await expect(list.page.getByText('Saved')).toBeVisible();
    await list.page.getByRole('combobox', { name: 'Group' }).fill('lab');
    await expect(list.page.getByRole('option', { name: /^lab, 1 instance,/ })).toBeVisible();
    await expect.poll(() => specOf(home, 'guest-001')).toMatchObject({ notes: 'needs the new firmware', group: 'lab' });
    await expectAccessible(app.page, 'details with notes');
    await keepScreenshot(app, 'details-notes');

    // Another client's word is taken.
    await slipway(home, 'label', 'guest-001', '--notes', 'it has it now');
    await expect(notes).toHaveValue('it has it now');
  });

  test('is duplicated under a name that is free', async ({ app, home }) => {
    const list = new InstanceList(app);
    await list.row('guest-003').click({ button: 'right' });
    await list.menu.getByRole('menuitem', { name: 'Duplicate…' }).click();
    const dialog = list.page.getByRole('dialog', { name: 'Duplicate “guest-003”' });
    await expect(dialog.getByRole('textbox', { name: 'Name' })).toHaveValue('guest-003-2');
    await expectAccessible(app.page, 'duplicating');
    await list.page.keyboard.press('Enter');
    await expect(list.row('guest-003-2')).toBeVisible();
    await expect(list.page.getByRole('heading', { name: 'guest-003-2' })).toBeVisible();
    expect(await specOf(home, 'guest-003-2')).toMatchObject({ group: 'release 7', guest: { kind: 'disk' } });
  });

  test('that runs is stopped and started with others, and its name may change meanwhile', async ({ app, home }) => {
    const list = new InstanceList(app);
    const workbench = new Workbench(app);
    await startDemo(home, 'alive');
    await list.row('alive').click();
    await workbench.expectState('ready');
    await list.row('guest-001').click({ modifiers: ['ControlOrMeta'] });
    await expect(list.bar.getByRole('button', { name: 'Stop 1 of 2 instances' })).toHaveText('Stop 1');
    await list.bar.getByRole('button', { name: 'Stop 1 of 2 instances' }).click();
    await list.row('alive').click();
    await list.page.keyboard.press('F2');
    await list.page.keyboard.type('was alive');
    await list.page.keyboard.press('Enter');
    await workbench.expectState('stopped');
    await expect(list.row('was alive')).toBeVisible();
    expect((await instances(home)).find(({ id }) => id === 'alive')).toMatchObject({ state: 'stopped' });

    // What cannot be done to some is told once, each by its name.
    await list.row('guest-002').click({ modifiers: ['ControlOrMeta'] });
    await list.bar.getByRole('button', { name: 'Start 2 instances' }).click();
    await workbench.expectText(/^demo>/).catch(() => undefined);
    await slipway(home, 'stop', '--all', '--now');
  });
});

test('nothing yet: the three ways to begin', async ({ app }) => {
  const workbench = new Workbench(app);
  await expect(workbench.button('Boot the demo guest')).toBeVisible();
  await expect(workbench.button('Boot a file…')).toBeVisible();
  await expect(workbench.button('Paste a command…')).toBeVisible();
  await keepScreenshot(app, 'list-none');
  await expectAccessible(app.page, 'no instances');
});
