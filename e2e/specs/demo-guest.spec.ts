/** What a person does first: boot the demo guest, watch it, talk to it, restart it, turn it off. On both faces. */

import { slipway } from '../fixtures/command-line.ts';
import { keepScreenshot } from '../fixtures/screenshots.ts';
import { expect, test } from '../fixtures/test.ts';
import { Workbench } from '../pages/workbench.ts';

test('boots, is watched from the first byte, answers, restarts, and is turned off from inside', async ({ app }) => {
  const workbench = new Workbench(app);
  await workbench.button('Boot the demo guest').click();
  await workbench.expectState('ready');

  // The first line begins with the first byte the guest ever sent.
  await workbench.expectText('demo: ready');
  expect((await workbench.rows())[0]).toMatch(/^Slipway demo guest \d/);
  await keepScreenshot(app, 'demo-booted');

  await workbench.type('uptime\r');
  await workbench.expectText(/^up \d+\.\d+ s$/);
  await keepScreenshot(app, 'demo-uptime');

  await workbench.button('Restart').click();
  await expect(workbench.page.getByText('boot 2', { exact: false }).first()).toBeVisible();
  await workbench.expectState('ready');
  await workbench.expectText(/^demo>/);

  await workbench.type('poweroff\r');
  await workbench.expectState('stopped');
  await keepScreenshot(app, 'demo-stopped');
  await expect(workbench.button('Launch')).toBeVisible();
});

test('after a kill of the owner the guest runs on and the console continues', async ({ app }) => {
  const workbench = new Workbench(app);
  await workbench.button('Boot the demo guest').click();
  await workbench.expectText(/^demo>/);
  await workbench.type('echo before\r');
  await workbench.expectText(/^before$/);

  app.mayLeaveGuests();
  await app.kill();
  await app.restart();

  await workbench.page.getByRole('option', { name: /^demo/ }).or(workbench.button('demo')).first().click();
  await workbench.expectState('ready');
  await workbench.expectText(/^before$/);
  await workbench.type('echo after\r');
  await workbench.expectText(/^after$/);
  await slipway(app.home, 'stop', '--all', '--now');
  await workbench.expectState('stopped');
});

test('monitor and QMP are terminals too', async ({ app }) => {
  const workbench = new Workbench(app);
  await workbench.button('Boot the demo guest').click();
  await workbench.expectState('ready');

  await workbench.tab('Monitor').click();
  await workbench.expectText('(qemu)', 'Monitor');
  await workbench.type('info status\r', 'Monitor');
  await workbench.expectText('VM status: running', 'Monitor');

  await workbench.tab('QMP').click();
  await workbench.expectText('qmp>', 'QMP');
  await workbench.type('{"execute":"query-name"}\r', 'QMP');
  await workbench.expectText('"name": "demo"', 'QMP');
  await slipway(app.home, 'stop', '--all', '--now');
});

test('pause, resume, stop, delete and undo', async ({ app }) => {
  const workbench = new Workbench(app);
  await workbench.button('Boot the demo guest').click();
  await workbench.expectState('ready');
  await workbench.button('Pause').click();
  await workbench.expectState('paused');
  await workbench.button('Resume').click();
  await workbench.expectState('ready');
  await workbench.button('Stop').click();
  await workbench.expectState('stopped');

  await workbench.button('Delete').click();
  const dialog = workbench.page.getByRole('dialog');
  await expect(dialog).toContainText('serial transcript of boot 1');
  await dialog.getByRole('button', { name: /delete|trash/i }).click();
  await expect(workbench.button('Boot the demo guest')).toBeVisible();
  await workbench.button('Undo').click();
  await workbench.expectState('stopped');
});
