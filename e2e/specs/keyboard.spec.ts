/** What is done without a mouse: a dialog takes the focus and gives it back. */
import { slipway, startDemo } from '../fixtures/command-line.ts';
import { expect, test } from '../fixtures/test.ts';
import { Workbench } from '../pages/workbench.ts';

test('a dialog that is closed gives the focus back to what opened it', async ({ app, home }) => {
  const workbench = new Workbench(app);
  await startDemo(home, 'keys');
  await slipway(home, 'stop', 'keys', '--now');
  await workbench.page.getByRole('option', { name: /^keys/ }).click();
  await workbench.expectState('stopped');
  for (const opener of ['New instance', 'Keyboard shortcuts', 'Edit', 'Delete']) {
    await workbench.button(opener).focus();
    await workbench.page.keyboard.press('Enter');
    await expect(workbench.page.getByRole('dialog')).toBeVisible();
    await workbench.page.keyboard.press('Escape');
    await expect(workbench.page.getByRole('dialog')).toHaveCount(0);
    await expect(workbench.button(opener)).toBeFocused();
  }
});

test('a whole life without a mouse: new instance, launch, console, ports, stop, delete', async ({ app }) => {
  const workbench = new Workbench(app);
  const { page } = workbench;
  const { keyboard } = page;
  // Whatever a mouse would do fails the test: nothing here may need one.
  await page.evaluate(() => {
    for (const type of ['mousedown', 'pointerdown']) window.addEventListener(type, () => document.body.remove());
  });
  await expect(page.getByText('No instances yet.')).toBeVisible();
  await keyboard.press('n');
  await expect(page.getByRole('dialog', { name: 'New instance' })).toBeVisible();
  await keyboard.type('demo');
  await keyboard.press('Enter');
  await expect(page.getByLabel('Name', { exact: true })).toBeFocused();
  await keyboard.type('handmade');
  await keyboard.press('Control+Enter');
  await workbench.expectState('ready');

  // The launch leads into the console; typing needs nothing more.
  await expect(workbench.terminal().locator('textarea')).toBeFocused();
  await keyboard.type('echo typed by hand\r');
  await workbench.expectText(/^typed by hand/);

  await keyboard.press('Alt+3');
  await expect(workbench.tab('Ports')).toHaveAttribute('aria-selected', 'true');
  const name = page.getByRole('textbox', { name: /^Name/ });
  for (let steps = 0; !(await name.evaluate((field) => field === document.activeElement)); steps++) {
    expect(steps, 'the field is reached with Tab').toBeLessThan(40);
    await keyboard.press('Tab');
  }
  await keyboard.type('web');
  await keyboard.press('Tab');
  await keyboard.type('80');
  await keyboard.press('Enter');
  await expect(page.getByRole('row', { name: /web.*80\/tcp.*127\.0\.0\.1:\d+/ })).toBeVisible();

  await keyboard.press('Control+Shift+S');
  await workbench.expectState('stopped');
  await keyboard.press('F6');
  await expect(page.getByRole('listbox', { name: 'Instances' })).toBeFocused();
  await keyboard.press('Delete');
  await expect(page.getByRole('dialog')).toContainText('serial.out');
  const confirm = page.getByRole('dialog').getByRole('button', { name: /^(Delete|Move to)/ });
  for (let steps = 0; !(await confirm.evaluate((button) => button === document.activeElement)); steps++) {
    expect(steps, 'the button is reached with Tab').toBeLessThan(20);
    await keyboard.press('Tab');
  }
  await keyboard.press('Enter');
  await expect(page.getByText('No instances yet.')).toBeVisible();
});
