/** Images of a person's own, from the dialog: a kernel with its initrd, and a disk that the guest must not change. */
import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { prepareLinuxGuest } from '../../src-main/core/guests/linux/recipe.ts';
import { checkout } from '../fixtures/electron-app.ts';
import { expect, test } from '../fixtures/test.ts';
import { choosePath } from '../pages/choose-file.ts';
import { Workbench } from '../pages/workbench.ts';

const cacheDirectory = join(process.env.SLIPWAY_TEST_CACHE ?? join(checkout, '.cache', 'test'), 'linux-guest');

test('a kernel with initrd and command line', async ({ app }) => {
  test.setTimeout(120_000);
  const linux = await prepareLinuxGuest({ cacheDirectory });
  const workbench = new Workbench(app);
  const dialog = await workbench.openNewInstance('Linux kernel');
  await choosePath(app, dialog.getByRole('button', { name: 'Choose kernel…' }), linux.kernel, 'file');
  await choosePath(app, dialog.getByRole('button', { name: 'Choose initrd…' }), linux.baseInitrd, 'file');
  await dialog.getByLabel('Kernel command line').fill('console=ttyS0');
  await dialog.getByLabel('Memory (MiB)').fill('256');
  await dialog.getByRole('button', { name: 'Launch', exact: true }).click();
  await workbench.expectText('slipway: boot finished', 'Serial', 120_000);
  await workbench.button('Stop').click();
  await workbench.expectState('stopped', 30_000);
});

test('a disk, which stays as it is', async ({ app }) => {
  const disk = join(app.home, 'a disk, with: odd name.img');
  const file = await open(disk, 'wx');
  await file.write('not bootable');
  await file.truncate(1024 * 1024);
  await file.close();
  const before = await readFile(disk);

  const workbench = new Workbench(app);
  const dialog = await workbench.openNewInstance('Disk or ISO');
  await choosePath(app, dialog.getByRole('button', { name: 'Choose disk…' }), disk, 'file');
  await dialog.getByLabel('Memory (MiB)').fill('128');
  await dialog.getByRole('button', { name: 'Launch', exact: true }).click();
  await workbench.expectState('running', 30_000);
  await workbench.tab('Command').click();
  await expect(workbench.page.getByRole('tabpanel', { name: 'Command' })).toContainText('disk-0.qcow2');
  // Nothing in this guest hears a power button, so the second press is what a person does next.
  await workbench.button('Stop').click();
  await workbench.button('Force stop').click();
  await workbench.expectState('stopped', 30_000);
  expect(await readFile(disk)).toEqual(before);
});
