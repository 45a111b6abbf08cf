/** Every view of an instance, in both themes, as axe reads it; what has a spec of its own is read there. */
import { expectAccessible, showTheme } from '../fixtures/accessibility.ts';
import { slipway, startDemo } from '../fixtures/command-line.ts';
import { expect, test } from '../fixtures/test.ts';
import { Workbench } from '../pages/workbench.ts';

test('the views of an instance, running, panicked and stopped', async ({ app, home }) => {
  test.setTimeout(180_000);
  const workbench = new Workbench(app);
  const { page } = workbench;
  await startDemo(home, 'steady');
  await slipway(home, 'start', '--demo', '--name', 'doomed', '--append', 'autorun=panic', '--timeout', '0');
  await page.getByRole('option', { name: /^doomed, panicked/ }).waitFor();
  for (const colorScheme of ['light', 'dark'] as const) {
    await showTheme(page, colorScheme);
    await page.getByRole('option', { name: /^doomed,/ }).click();
    await workbench.expectState('panicked');
    await workbench.tab('Console').click();
    await expectAccessible(page, `panicked, ${colorScheme}`);
    await page.getByRole('option', { name: /^steady,/ }).click();
    await workbench.expectState('ready');
    for (const view of ['Console', 'Timeline', 'Ports', 'Command', 'Details']) {
      await workbench.tab(view).click();
      await expect(workbench.tab(view)).toHaveAttribute('aria-selected', 'true');
      await expectAccessible(page, `${view}, ${colorScheme}`);
    }
  }
  await slipway(home, 'stop', '--all', '--now');
  await workbench.expectState('stopped');
  for (const colorScheme of ['light', 'dark'] as const) {
    await showTheme(page, colorScheme);
    await workbench.tab('Ports').click();
    await expectAccessible(page, `ports of a stopped instance, ${colorScheme}`);
  }
});
