/** A real Linux guest: launched from the dialog, ready only by its ssh banner, logged into with the embedded key. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { slipway } from '../fixtures/command-line.ts';
import { checkout } from '../fixtures/electron-app.ts';
import { keepScreenshot } from '../fixtures/screenshots.ts';
import { expect, test } from '../fixtures/test.ts';
import { Workbench } from '../pages/workbench.ts';

interface Shown {
  readonly sshLine: string;
  readonly ports: readonly { readonly name: string; readonly host: number; readonly state: string }[];
}

/** Where the other tests of the Linux guest keep the one they built. */
const builtBefore = join(process.env.SLIPWAY_TEST_CACHE ?? join(checkout, '.cache', 'test'), 'linux-guest');

test('boots, is ready by its ssh banner, and ssh runs a command in it', async ({ app }) => {
  test.setTimeout(300_000);
  if (existsSync(builtBefore)) {
    await mkdir(join(app.home, 'cache'), { recursive: true });
    await cp(builtBefore, join(app.home, 'cache', 'linux-guest'), { recursive: true });
  }
  const workbench = new Workbench(app);
  const dialog = await workbench.openNewInstance('Linux recipe');
  await dialog.getByRole('textbox', { name: 'Memory (MiB)' }).or(dialog.getByLabel('Memory (MiB)')).first().fill('256');
  await dialog.getByRole('button', { name: 'Launch', exact: true }).click();

  await workbench.expectState('running', 240_000);
  await workbench.tab('Ports').click();
  await expect(workbench.page.getByRole('tabpanel', { name: 'Ports' })).toContainText(/127\.0\.0\.1:\d+/);
  await workbench.expectState('ready', 120_000);
  await keepScreenshot(app, 'linux-ports');

  const shown = (await slipway(app.home, 'show', 'linux')) as Shown;
  expect(shown.ports.find(({ name }) => name === 'ssh')?.state).toBe('answering');
  // The line is for a person's shell, so a shell runs it here too.
  const { stdout } = await promisify(execFile)('sh', ['-c', `${shown.sshLine} -o BatchMode=yes uname -r`]);
  expect(stdout.trim()).toMatch(/^\d+\.\d+.*cloud-amd64$/);

  await workbench.tab('Console').click();
  await workbench.expectText('slipway: boot finished');
  await keepScreenshot(app, 'linux-console');
  await workbench.button('Stop').click();
  await workbench.expectState('stopped', 30_000);
});
