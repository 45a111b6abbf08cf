/** What of guests is seen beside the window: notifications and the tray. */
import { slipway, startDemo } from '../fixtures/command-line.ts';
import { expect, test } from '../fixtures/test.ts';
import { Workbench } from '../pages/workbench.ts';

// The desktop's own part is left out: under a bare X server nobody draws a notification. What is made of it is recorded.
test('a guest behind the window is told of, and a press leads to it', async ({ app, home }) => {
  const workbench = new Workbench(app);
  await startDemo(home, 'quiet');
  await workbench.page.getByRole('option', { name: /^quiet/ }).click();
  await workbench.expectState('ready');
  await app.electron.evaluate(({ Notification, BrowserWindow }) => {
    const record: { title: string; press(): void }[] = [];
    Object.assign(globalThis, { record });
    Notification.prototype.show = function show(this: Electron.Notification) {
      record.push({ title: this.title, press: () => void this.emit('click') });
    };
    for (const window of BrowserWindow.getAllWindows()) window.blur();
    BrowserWindow.getFocusedWindow = () => null;
    Notification.isSupported = () => true;
  });
  await slipway(home, 'start', '--demo', '--name', 'doomed', '--append', 'autorun=panic', '--timeout', '0');
  const titles = () =>
    app.electron.evaluate(() =>
      (globalThis as unknown as { record: { title: string }[] }).record.map((one) => one.title),
    );
  await expect.poll(titles).toContain('doomed panicked');
  await app.electron.evaluate(() => {
    const { record } = globalThis as unknown as { record: { title: string; press(): void }[] };
    record.find(({ title }) => title === 'doomed panicked')?.press();
  });
  await expect(workbench.page.getByRole('heading', { name: 'doomed' })).toBeVisible();
  await slipway(home, 'stop', '--all', '--now');
});

test('the tray lists the guests that run, and goes when it is not wanted', async ({ app, home }) => {
  const workbench = new Workbench(app);
  await startDemo(home, 'alpha');
  await workbench.page.getByRole('option', { name: /^alpha/ }).click();
  await workbench.expectState('ready');
  await app.electron.evaluate(({ Tray }) => {
    const trays = { menus: [] as string[][], destroyed: 0 };
    Object.assign(globalThis, { trays });
    const { destroy } = Tray.prototype;
    Tray.prototype.setContextMenu = (menu: Electron.Menu | null) => {
      trays.menus.push(menu?.items.map(({ label }) => label).filter((label) => label !== '') ?? []);
    };
    Tray.prototype.destroy = function destroyed(this: Electron.Tray) {
      trays.destroyed += 1;
      destroy.call(this);
    };
  });
  const trays = () =>
    app.electron.evaluate(() => (globalThis as unknown as { trays: { menus: string[][]; destroyed: number } }).trays);
  await workbench.page.getByRole('button', { name: 'Settings' }).click();
  const tray = workbench.page.getByRole('switch', { name: 'Icon in the tray' });
  await tray.click();
  await expect.poll(async () => (await trays()).destroyed).toBe(1);
  await tray.click();
  await expect.poll(async () => (await trays()).menus.at(-1)).toEqual(['Open Slipway', 'alpha: ready', 'Quit Slipway']);
  await slipway(home, 'stop', 'alpha', '--now');
  await expect
    .poll(async () => (await trays()).menus.at(-1))
    .toEqual(['Open Slipway', 'No guest is running', 'Quit Slipway']);
});
