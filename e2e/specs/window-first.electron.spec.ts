/** The window is there before the home is read: with very much in it, and when it cannot be read at all. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { filenames } from '../../src-main/core/home/filenames.ts';
import { startInElectron } from '../fixtures/electron-app.ts';
import { exited } from '../fixtures/processes.ts';
import { manyInstances, storeInstances } from '../fixtures/stored-instances.ts';
import { expect, test } from '../fixtures/test.ts';

const missing = process.env.SLIPWAY_TEST_ELECTRON_MISSING;
test.skip(missing !== undefined, missing ?? '');

test('a thousand stopped instances: what is asked before they are read is answered when they are', async ({ home }) => {
  await storeInstances(home, manyInstances(1000));
  const run = await startInElectron(home, () => undefined);
  // What is measured is in e2e/bench/window.mjs; here a busy machine may take its time.
  await expect(run.page.getByRole('button', { name: 'New instance' }).first()).toBeVisible({ timeout: 30_000 });
  await expect(run.page.getByRole('option', { name: /guest-001/ })).toBeVisible({ timeout: 30_000 });
  await expect(run.page.getByText('Reading the home…')).toBeHidden();
  await run.close();
});

test('a home that cannot be read says why in the window, which closes without a question', async ({ home }) => {
  await mkdir(join(home, filenames.serviceSocket, 'in-the-way'), { recursive: true });
  const run = await startInElectron(home, () => undefined, { SLIPWAY_QUIT: 'ask' });
  const child = run.application.process();
  await expect(run.page.getByRole('heading', { name: 'Not connected' })).toBeVisible();
  await expect(run.page.getByText(/EISDIR/).first()).toBeVisible();
  // Asked again after a reload, it says the same.
  await run.page.reload();
  await expect(run.page.getByRole('heading', { name: 'Not connected' })).toBeVisible();
  await run.application.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close());
  expect(await exited(child, 10_000)).toBe(true);
  expect(child.exitCode).toBe(0);
});
