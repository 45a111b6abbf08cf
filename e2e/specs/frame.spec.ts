/** The frame: pages beside the list, the look a person chose, and the gallery of parts, which axe reads whole. */
import { expectAccessible, showTheme } from '../fixtures/accessibility.ts';
import { slipway } from '../fixtures/command-line.ts';
import { expect, test } from '../fixtures/test.ts';
import { Workbench } from '../pages/workbench.ts';

const themes = ['light', 'dark'] as const;

test('every part of the design system is accessible, in both themes', async ({ app }) => {
  // axe asks for the colours behind every one of some hundred specimens.
  test.slow();
  const { page } = app;
  await expect(page.getByRole('button', { name: 'New instance' })).toBeVisible();
  await page.evaluate(() => {
    window.location.hash = '#gallery';
  });
  await expect(page.getByRole('heading', { name: 'Gallery of parts' })).toBeVisible();
  // Both themes and densities are on it side by side; densities have the same colours and roles.
  for (const theme of themes) await expectAccessible(page, `the gallery, ${theme}`, `[aria-label="${theme}, compact"]`);
  for (const theme of themes) {
    await showTheme(page, theme);
    await page.getByRole('button', { name: 'Open a dialog' }).first().click();
    await expectAccessible(page, `a dialog, ${theme}`, '[role="dialog"]');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'More', exact: true }).first().click();
    await expectAccessible(page, `a menu, ${theme}`, '[role="menu"]');
    await page.keyboard.press('Escape');
  }
});

test('axe does look, under the page’s own policy', async ({ app }) => {
  const { page } = app;
  await page.getByRole('button', { name: 'New instance' }).evaluate((button) => {
    button.textContent = '';
  });
  await expect(expectAccessible(page, 'a button without a name', '.sidebar-head')).rejects.toThrow(/button-name/);
});

test('a menu works by keys alone, and gives the focus back', async ({ app }) => {
  const { page } = app;
  await expect(page.getByRole('button', { name: 'New instance' })).toBeVisible();
  await page.evaluate(() => {
    window.location.hash = '#gallery';
  });
  const trigger = page.getByRole('button', { name: 'More', exact: true }).first();
  await trigger.focus();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('menuitem', { name: /^Plain/ })).toBeFocused();
  // What cannot be done is passed over.
  await page.keyboard.press('ArrowDown');
  await expect(page.getByRole('menuitem', { name: /^More/ })).toBeFocused();
  await page.keyboard.press('ArrowRight');
  await expect(page.getByRole('menuitem', { name: 'One' })).toBeFocused();
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('ArrowDown');
  await expect(page.getByRole('menuitemcheckbox', { name: 'Keep it' })).toBeChecked();
  await page.keyboard.press('Escape');
  await expect(trigger).toBeFocused();
});

test('a page stands beside the list until an instance is chosen', async ({ app }) => {
  test.slow();
  const workbench = new Workbench(app);
  const { page } = app;
  await workbench.button('Boot the demo guest').click();
  await workbench.expectState('ready');
  for (const name of ['Doctor', 'Settings']) {
    await workbench.button(name).click();
    await expect(page.getByRole('main', { name })).toBeVisible();
    await expect(workbench.button(name)).toHaveAttribute('aria-pressed', 'true');
    for (const theme of themes) {
      await showTheme(page, theme);
      await expectAccessible(page, `${name}, ${theme}`);
    }
  }
  await page.getByRole('option', { name: /^demo/ }).click();
  await expect(page.getByRole('main', { name: 'demo' })).toBeVisible();
  await expect(workbench.button('Settings')).toHaveAttribute('aria-pressed', 'false');
  for (const theme of themes) {
    await showTheme(page, theme);
    await expectAccessible(page, `a running instance, ${theme}`);
  }
  await workbench.button('Stop').click();
  await workbench.expectState('stopped');
});

test('compact is denser, and nothing moves for whoever asked for that', async ({ app }) => {
  const { page } = app;
  const height = async (): Promise<number> =>
    (await page.getByRole('button', { name: 'New instance', exact: true }).boundingBox())?.height ?? 0;
  await expect(page.getByRole('button', { name: 'New instance' })).toBeVisible();
  const comfortable = await height();
  await page.getByRole('button', { name: 'Settings', exact: true }).click();
  await page.getByRole('radio', { name: 'Compact' }).click();
  await expect(page.locator('html')).toHaveAttribute('data-density', 'compact');
  expect(await height()).toBeLessThan(comfortable);
  await page.emulateMedia({ reducedMotion: 'reduce' });
  const quick = await page.evaluate(() => getComputedStyle(document.documentElement).getPropertyValue('--quick'));
  expect(Number.parseFloat(quick)).toBe(0);
});

test('a notice stays while it is pointed at, and makes room where somebody types', async ({ app }) => {
  const workbench = new Workbench(app);
  const { page } = app;
  await workbench.button('Boot the demo guest').click();
  await workbench.expectState('ready');
  await slipway(app.home, 'stop', '--all', '--now');
  await workbench.expectState('stopped');
  await workbench.button('Delete').click();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete', exact: true }).click();
  const notices = page.getByRole('region', { name: 'Notifications' });
  await expect(notices.getByText('was moved to the trash')).toBeVisible();
  await notices.hover();
  await expectAccessible(page, 'a notice', '.notices');
  await expect(notices).toHaveAttribute('data-place', 'bottom');
  // Stands in for a cursor in the lower right of a terminal.
  await page.evaluate(() => {
    const input = document.createElement('input');
    input.setAttribute('style', 'position: fixed; right: 40px; bottom: 30px; width: 8px');
    document.body.append(input);
    input.focus();
  });
  await page.keyboard.press('a');
  await expect(notices).toHaveAttribute('data-place', 'top');
  await notices.getByRole('button', { name: 'Undo' }).click();
  await expect(page.getByRole('option', { name: /^demo/ })).toBeVisible();
  await expect(notices.getByText('was moved to the trash')).toBeHidden();
});
