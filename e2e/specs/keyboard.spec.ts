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
