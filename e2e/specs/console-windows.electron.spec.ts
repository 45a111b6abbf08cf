/** A console in a window of its own: typed into, confined like the main window, gone with its instance or when closed. */
import type { Page } from '@playwright/test';
import { expectAccessible } from '../fixtures/accessibility.ts';
import { slipway, startDemo } from '../fixtures/command-line.ts';
import { callOverNewPort, getsPort } from '../fixtures/page-port.ts';
import type { SlipwayApp } from '../fixtures/slipway-app.ts';
import { expect, test } from '../fixtures/test.ts';
import { ConsolePanes } from '../pages/console-panes.ts';
import { Workbench } from '../pages/workbench.ts';

async function openDemo(app: SlipwayApp, name: string): Promise<ConsolePanes> {
  await startDemo(app.home, name);
  const workbench = new Workbench(app);
  await workbench.page.getByRole('option', { name: new RegExp(`^${name}`) }).click();
  await workbench.expectState('ready');
  const panes = new ConsolePanes(app.page);
  await panes.expectText(panes.terminal(), /^demo>/);
  return panes;
}

/** Detaches the console in front, and is its window's page. */
async function detach(app: SlipwayApp): Promise<Page> {
  const opened = app.electron.waitForEvent('window');
  await app.page.keyboard.press('Control+Shift+KeyX');
  return opened;
}

/** As the close button does; Playwright's own way asks no window. */
const closeConsole = (app: SlipwayApp) =>
  app.electron.evaluate(({ BrowserWindow }) =>
    BrowserWindow.getAllWindows()
      .find(
        ({ webContents }) =>
          webContents.getURL().includes('#console/demo/serial') || webContents.getURL().includes('#console/brief'),
      )
      ?.close(),
  );

const windowCount = (app: SlipwayApp) =>
  app.electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length);

test('types into the guest, survives a reload of the main window and of itself, and closes alone', async ({ app }) => {
  const panes = await openDemo(app, 'demo');
  await panes.terminal().click();
  const page = await detach(app);
  const own = new ConsolePanes(page);
  await own.expectText(own.terminal(), /^demo>/);
  await expect(page.getByRole('heading', { name: 'demo' })).toBeVisible();
  await expect(page.getByRole('status', { name: 'State' })).toHaveText('ready');
  await own.type(own.terminal(), 'echo window\r');
  await own.expectText(own.terminal(), /^window$/);
  await panes.expectText(panes.terminal(), /^window$/);
  await expect.poll(() => page.title()).toBe('demo – Serial – Slipway');
  await expectAccessible(page, 'a console’s window', '.detached-head');

  await app.page.reload();
  await panes.expectText(panes.terminal(), /^window$/);
  await own.type(own.terminal(), 'echo still\r');
  await own.expectText(own.terminal(), /^still$/);
  await page.reload();
  await own.type(own.terminal(), 'echo again\r');
  await own.expectText(own.terminal(), /^again$/);
  await panes.expectText(panes.terminal(), /^again$/);

  // Once more is the same window; another console is another one.
  await panes.terminal().click();
  await app.page.keyboard.press('Control+Shift+KeyX');
  await panes.tab('Monitor').click();
  await panes.expectText(panes.terminal(), '(qemu)');
  const monitor = await detach(app);
  const ownMonitor = new ConsolePanes(monitor);
  await ownMonitor.type(ownMonitor.terminal(), 'info status\r');
  await ownMonitor.expectText(ownMonitor.terminal(), 'VM status: running');
  expect(await windowCount(app)).toBe(3);

  await closeConsole(app);
  await expect.poll(() => windowCount(app)).toBe(2);
  await panes.tab('Serial').click();
  await panes.type(panes.terminal(), 'echo after\r');
  await panes.expectText(panes.terminal(), /^after$/);
  await slipway(app.home, 'stop', '--all', '--now');
});

test('is confined like the main window, and each window has its own session', async ({ app }) => {
  const panes = await openDemo(app, 'demo');
  await panes.terminal().click();
  const page = await detach(app);
  await new ConsolePanes(page).expectText(new ConsolePanes(page).terminal(), /^demo>/);
  const preferences = await app.electron.evaluate(({ BrowserWindow }) =>
    BrowserWindow.getAllWindows().map(({ webContents }) => {
      const undocumented = webContents as unknown as { getLastWebPreferences?(): Record<string, unknown> };
      const { sandbox, contextIsolation, nodeIntegration, webviewTag } = undocumented.getLastWebPreferences?.() ?? {};
      return { sandbox, contextIsolation, nodeIntegration, webviewTag };
    }),
  );
  expect(preferences).toHaveLength(2);
  expect(preferences[1]).toEqual(preferences[0]);
  expect(await page.evaluate(() => window.open('about:blank') === null)).toBe(true);
  // A port of its own, without taking the main window's away.
  expect(await page.evaluate(callOverNewPort, { name: 'files.grant', input: { path: '/etc/passwd' } })).toMatchObject({
    failure: { code: 'not_permitted' },
  });
  await panes.type(panes.terminal(), 'echo undisturbed\r');
  await panes.expectText(panes.terminal(), /^undisturbed$/);
  await app.electron.evaluate(async ({ BrowserWindow }) => {
    const own = BrowserWindow.getAllWindows().find(({ webContents }) => webContents.getURL().includes('#console/'));
    await own?.loadURL('data:text/html,<p>foreign</p>');
  });
  await expect(page.getByText('foreign')).toBeVisible();
  expect(await page.evaluate(getsPort)).toBe(false);
  await slipway(app.home, 'stop', '--all', '--now');
});

test('says that its instance was deleted; remembers its place; closes with the application', async ({ app }) => {
  const panes = await openDemo(app, 'brief');
  await panes.terminal().click();
  const page = await detach(app);
  await new ConsolePanes(page).expectText(new ConsolePanes(page).terminal(), /^demo>/);
  const bounds = await app.electron.evaluate(({ BrowserWindow }) => {
    const window = BrowserWindow.getAllWindows().find(({ webContents }) => webContents.getURL().includes('#console/'));
    window?.setBounds({ x: 40, y: 50, width: 620, height: 410 });
    return window?.getBounds();
  });
  await closeConsole(app);
  await expect.poll(() => windowCount(app)).toBe(1);
  await panes.terminal().click();
  const again = await detach(app);
  await new ConsolePanes(again).expectText(new ConsolePanes(again).terminal(), /^demo>/);
  const found = await app.electron.evaluate(({ BrowserWindow }) =>
    BrowserWindow.getAllWindows()
      .find(({ webContents }) => webContents.getURL().includes('#console/'))
      ?.getBounds(),
  );
  expect([found?.width, found?.height]).toEqual([bounds?.width, bounds?.height]);

  await slipway(app.home, 'stop', 'brief', '--now');
  await slipway(app.home, 'delete', 'brief', '--yes').catch(() => slipway(app.home, 'delete', 'brief'));
  await expect(again.getByText('This instance was deleted.')).toBeVisible();
  // Closing the main one is quitting; the other is no reason to stay.
  await app.close();
});
