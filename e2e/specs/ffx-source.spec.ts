/** An instance that `ffx emu` made, as the source of one's own: its images and ports, in the form and then on disk. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stageInstance } from '../../src-main/core/instances/ffx/testing/ffx-emulator.ts';
import { slipway } from '../fixtures/command-line.ts';
import { test as base, expect } from '../fixtures/test.ts';
import { testSparseDisk, testZbi } from '../fixtures/test-product-bundle.ts';
import { Workbench } from '../pages/workbench.ts';

const test = base.extend({
  // Before the application starts: it looks there from its first moment.
  home: async ({ home }, use) => {
    const root = join(home, 'ffx');
    await stageInstance(join(root, 'emu'), { portMap: { ssh: { guest: 22, host: 8022 } } });
    await writeFile(join(root, 'emu', 'f.zbi'), testZbi());
    await writeFile(join(root, 'emu', 'fxfs.blk'), testSparseDisk());
    process.env.SLIPWAY_FFX_INSTANCES = root;
    await use(home);
    delete process.env.SLIPWAY_FFX_INSTANCES;
  },
});

test('what ffx staged becomes a form, and an instance', async ({ app, home }) => {
  const workbench = new Workbench(app);
  await expect(workbench.page.getByRole('option', { name: /emu/ }).first()).toBeVisible();
  const dialog = await workbench.openNewInstance('ffx emu: emu');
  const form = dialog.getByRole('form', { name: 'Instance' });
  await expect(form).toContainText(join(home, 'ffx', 'emu', 'kernel'));
  await expect(dialog.getByLabel('Memory (MiB)')).toHaveValue('512');
  await expect(dialog.getByLabel('Host port of ssh')).toHaveValue('8022');
  await dialog.getByRole('textbox', { name: 'Name', exact: true }).fill('mine');
  await dialog.getByRole('button', { name: 'Create' }).click();
  await expect(dialog).toBeHidden();
  await workbench.expectState('stopped');
  expect(await slipway(home, 'show', 'mine')).toMatchObject({ ports: [{ name: 'ssh', guest: 22 }] });
});
