/** What a console says where it has nothing to show: never launched, failed without a word, not connected. Both themes. */
import { expectAccessible, showTheme } from '../fixtures/accessibility.ts';
import { slipway, startDemo } from '../fixtures/command-line.ts';
import { keepScreenshot } from '../fixtures/screenshots.ts';
import type { SlipwayApp } from '../fixtures/slipway-app.ts';
import { storeInstances } from '../fixtures/stored-instances.ts';
import { expect, test } from '../fixtures/test.ts';
import { ConsolePanes } from '../pages/console-panes.ts';
import { Workbench } from '../pages/workbench.ts';

test.describe.configure({ timeout: 120_000 });

async function inBothThemes(app: SlipwayApp, what: string): Promise<void> {
  const panes = new ConsolePanes(app.page);
  const { colorScheme } = await app.page.evaluate(() => ({
    colorScheme: matchMedia('(prefers-color-scheme: dark)').matches ? ('dark' as const) : ('light' as const),
  }));
  for (const theme of ['dark', 'light'] as const) {
    await showTheme(app.page, theme);
    await expect(panes.panes.first()).toBeVisible();
    await expectAccessible(app.page, `${what}, ${theme}`, '.console-workspace');
    await keepScreenshot(app, `${what}-${theme}`);
  }
  await showTheme(app.page, colorScheme);
}

test('never launched: what will appear, and the way to it', async ({ app, home }) => {
  await storeInstances(home, [{ id: 'fresh' }]);
  await app.restart();
  await app.page.getByRole('option', { name: /^fresh/ }).click();
  const panes = new ConsolePanes(app.page);
  await expect(panes.terminal().getByText('Not launched yet.')).toBeVisible();
  await inBothThemes(app, 'console-never-launched');
  await panes.tab('Monitor').click();
  await expect(panes.terminal().getByText('QEMU’s monitor can be typed to here')).toBeVisible();
  await panes.tab('Serial').click();
  await panes.terminal().getByRole('button', { name: 'Launch' }).click();
  await new Workbench(app).expectState('ready');
  await panes.expectText(panes.terminal(), /^demo>/);
  await expect(panes.terminal().locator('textarea')).toBeFocused();
  await slipway(home, 'stop', '--all', '--now');
});

test('failed without a word: the failure’s own text, and the engine log in front', async ({ app, home }) => {
  await startDemo(home, 'good').then(() => slipway(home, 'stop', 'good', '--now'));
  await slipway(home, 'start', '--demo', '--name', 'broken', '--extra=-device no-such-device').catch(() => undefined);
  await app.page.getByRole('option', { name: /^broken/ }).click();
  await new Workbench(app).expectState('failed');
  const panes = new ConsolePanes(app.page);
  await expect(panes.tab('Engine log')).toHaveAttribute('aria-selected', 'true');
  await panes.expectText(panes.terminal(), 'no-such-device');
  await panes.tab('Serial').click();
  await expect(panes.terminal().locator('.console-absent')).toContainText('no-such-device');
  await inBothThemes(app, 'console-failed');
});

test('not connected: the text stays, it is said that keys go nowhere, and it goes on', async ({ app, home }) => {
  test.skip(app.face !== 'web', 'a window’s page and its core end together');
  app.allowProblem(/WebSocket|ERR_/);
  let cut: (() => Promise<void>) | null = null;
  await app.page.routeWebSocket(/\/session$/, (page) => {
    const server = page.connectToServer();
    cut = async () => {
      await server.close();
      await page.close();
    };
  });
  await startDemo(home, 'demo');
  await app.page.reload();
  await app.page.getByRole('option', { name: /^demo/ }).click();
  const panes = new ConsolePanes(app.page);
  await panes.type(panes.terminal(), 'echo before\r');
  await panes.expectText(panes.terminal(), /^before$/);
  // Nothing but this connection: the server and the guest go on.
  await app.page.evaluate(() => {
    Object.assign(window, { RealSocket: window.WebSocket });
    window.WebSocket = class extends EventTarget {
      readyState = 3;
      constructor() {
        super();
        setTimeout(() => (this as unknown as { onclose(event: object): void }).onclose({ code: 1006 }));
      }
      send() {}
      close() {}
    } as unknown as typeof WebSocket;
  });
  await (cut as (() => Promise<void>) | null)?.();
  await expect(panes.pane(0).getByText(/^Not connected: keys go nowhere/)).toBeVisible();
  expect((await panes.rows(panes.terminal())).some((row) => row === 'before')).toBe(true);
  await app.page.evaluate(() => {
    window.WebSocket = (window as unknown as { RealSocket: typeof WebSocket }).RealSocket;
  });
  await panes.type(panes.terminal(), 'echo after\r');
  await panes.expectText(panes.terminal(), /^after$/);
  await panes.expectText(panes.terminal(), /^before$/);
  await slipway(home, 'stop', '--all', '--now');
});

test('two panes in both themes, with timestamps', async ({ app, home }) => {
  await startDemo(home, 'demo');
  await app.page.getByRole('option', { name: /^demo/ }).click();
  const panes = new ConsolePanes(app.page);
  await panes.type(panes.terminal(), 'colors\r');
  await panes.tab('Monitor').click();
  await panes.expectText(panes.terminal(), '(qemu)');
  await panes.tab('Monitor').press('Shift+F10');
  await panes.item(/^Move to a new pane/).press('Enter');
  await panes.choose('View', 'Time of day');
  await inBothThemes(app, 'console-panes');
  await app.page.setViewportSize({ width: 1920, height: 1080 }).catch(() => undefined);
  await inBothThemes(app, 'console-panes-large');
  await slipway(home, 'stop', '--all', '--now');
});
