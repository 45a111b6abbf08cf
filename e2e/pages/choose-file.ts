/** Choosing a file as a person does: in the native dialog, which Electron's main process answers here, or in the page's browser. */
import type { Locator } from '@playwright/test';
import type { SlipwayApp } from '../fixtures/slipway-app.ts';
import { expect } from '../fixtures/test.ts';

/** `button` opens the choice; `path` is absolute. */
export async function choosePath(
  app: SlipwayApp,
  button: Locator,
  path: string,
  kind: 'file' | 'directory',
): Promise<void> {
  if (app.face === 'electron') {
    // The driver can lose its promise to the collector in the main process; setting the answer twice is harmless.
    await expect(() =>
      app.electron.evaluate(({ dialog }, chosen) => {
        dialog.showOpenDialog = async () => ({ canceled: false, filePaths: [chosen] });
      }, path),
    ).toPass();
    await button.click();
    return;
  }
  await button.click();
  const browser = app.page.getByRole('dialog').filter({ has: app.page.getByRole('listbox', { name: 'Files' }) });
  const filter = browser.getByRole('textbox', { name: 'Filter files' });
  const parent = browser.getByRole('button', { name: 'Parent directory' });
  const option = (name: string) => browser.getByRole('option', { name, exact: true });
  await expect(filter).toBeVisible();
  // From wherever it begins to the root, and down again.
  await expect(async () => {
    if (await parent.isEnabled()) await parent.click();
    await expect(browser.getByTitle('/', { exact: true })).toBeVisible({ timeout: 200 });
  }).toPass();
  const names = path.split('/').filter((name) => name !== '');
  for (const [index, name] of names.entries()) {
    await expect(browser.getByTitle(`/${names.slice(0, index).join('/')}`, { exact: true })).toBeVisible();
    await filter.fill(name);
    await option(name).click();
    if (index < names.length - 1 || kind === 'file') await option(name).dblclick();
  }
  if (kind === 'directory') await browser.getByRole('button', { name: 'Choose', exact: true }).click();
  await expect(browser).toBeHidden();
}
