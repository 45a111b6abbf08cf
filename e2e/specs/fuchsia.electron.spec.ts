/** A Fuchsia guest in the window: bundle, device, launch, ports, ready by its ssh banner, show, stop, start again. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { appendAuthorizedKey } from '../../src-main/core/guests/linux/initrd.ts';
import { prepareLinuxGuest } from '../../src-main/core/guests/linux/recipe.ts';
import { ensureSshKeys } from '../../src-main/core/guests/ssh-keys.ts';
import { slipway } from '../fixtures/command-line.ts';
import { checkout } from '../fixtures/electron-app.ts';
import { keepScreenshot } from '../fixtures/screenshots.ts';
import { expect, test } from '../fixtures/test.ts';
import { writeTestProductBundle } from '../fixtures/test-product-bundle.ts';
import { choosePath } from '../pages/choose-file.ts';
import { Workbench } from '../pages/workbench.ts';

/** Where the other tests of the Linux guest keep the one they built. */
const cacheDirectory = join(process.env.SLIPWAY_TEST_CACHE ?? join(checkout, '.cache', 'test'), 'linux-guest');

test('a product bundle: device, launch, ports, ready, show, stop, and again with what was staged', async ({ app }) => {
  test.setTimeout(300_000);
  const linux = await prepareLinuxGuest({ cacheDirectory });
  const initrd = join(app.home, 'linux-initrd');
  const { publicKey } = await ensureSshKeys(join(app.home, 'ssh'));
  await appendAuthorizedKey(linux.baseInitrd, publicKey, initrd);
  const bundle = await writeTestProductBundle(app.home, { kernel: linux.kernel, initrd });
  expect(existsSync(bundle.devConfig)).toBe(true);

  const workbench = new Workbench(app);
  const dialog = await workbench.openNewInstance('Fuchsia bundle');
  await choosePath(app, dialog.getByRole('button', { name: 'Choose bundle…' }), bundle.directory, 'directory');
  await expect(dialog.getByRole('region', { name: 'Product bundle' })).toContainText('test.x64');
  await dialog.getByRole('radio', { name: /^test-small/ }).click();
  await dialog.getByRole('button', { name: 'More' }).click();
  await choosePath(app, dialog.getByRole('button', { name: 'Choose dev config…' }), bundle.devConfig, 'file');
  await dialog.getByRole('textbox', { name: 'Name', exact: true }).fill('fuchsia-emulator');
  await keepScreenshot(app, 'fuchsia-new');
  // The dev config's arguments are the person's own: asked for natively, and answered with yes here.
  await app.electron.evaluate(({ dialog: native }) => {
    native.showMessageBox = async () => ({ response: 0, checkboxChecked: false });
  });
  await dialog.getByRole('button', { name: 'Launch', exact: true }).click();

  await workbench.expectState('running', 60_000);
  await workbench.tab('Ports').click();
  await expect(workbench.page.getByRole('tabpanel', { name: 'Ports' })).toContainText(/127\.0\.0\.1:\d+/);
  await workbench.expectState('ready', 180_000);
  await workbench.tab('Show').click();
  await expect(workbench.page.getByRole('region', { name: 'Net', exact: true })).toContainText('52:54:47:5e:82:ef');
  await expect(workbench.page.getByRole('region', { name: 'Device', exact: true })).toContainText(
    'fuchsia-emulator_device',
  );
  await keepScreenshot(app, 'fuchsia-show');
  await workbench.button('Stop').click();
  await workbench.expectState('stopped', 30_000);

  await slipway(app.home, 'start', '--name', 'fuchsia-emulator', '--reuse');
  await workbench.tab('Timeline').click();
  await expect(workbench.page.getByRole('tabpanel', { name: 'Timeline' })).toContainText('reused');
  await workbench.button('Stop').click();
  await workbench.expectState('stopped', 30_000);
});
