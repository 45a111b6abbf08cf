/** Ports as a person meets them: taken by somebody, one press from a free one, changed while the guest runs. */
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { cp, mkdir } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Locator } from '@playwright/test';
import { expectAccessible, showTheme } from '../fixtures/accessibility.ts';
import { slipway } from '../fixtures/command-line.ts';
import { checkout } from '../fixtures/electron-app.ts';
import { keepScreenshot } from '../fixtures/screenshots.ts';
import { test as base, expect } from '../fixtures/test.ts';
import { Workbench } from '../pages/workbench.ts';

/** A port that this very process listens on. */
const test = base.extend<{ readonly busy: number }>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the fixtures a fixture needs from this pattern.
  busy: async ({}, use) => {
    const server: Server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    await use(typeof address === 'object' && address !== null ? address.port : 0);
    server.close();
  },
});

/** Where the other tests of the Linux guest keep the one they built. */
const builtBefore = join(process.env.SLIPWAY_TEST_CACHE ?? join(checkout, '.cache', 'test'), 'linux-guest');

class PortsTab {
  readonly #workbench: Workbench;

  constructor(workbench: Workbench) {
    this.#workbench = workbench;
  }

  async open(): Promise<void> {
    await this.#workbench.tab('Ports').click();
    await expect(this.table).toBeVisible();
  }

  get table(): Locator {
    return this.#workbench.page.getByRole('table', { name: 'Port mappings' });
  }

  row(name: string): Locator {
    return this.table
      .getByRole('row')
      .filter({ has: this.#workbench.page.getByRole('rowheader', { name, exact: true }) });
  }

  field(name: string, of = 'the new mapping'): Locator {
    return this.table.getByLabel(`${name} of ${of}`, { exact: true });
  }

  /** As it stands in the table. */
  async hostPort(name: string): Promise<number> {
    const text = await this.row(name).getByRole('cell').nth(1).innerText();
    return Number(/:(\d+)/.exec(text)?.[1]);
  }
}

async function inBothThemes(workbench: Workbench, look: (theme: string) => Promise<void>): Promise<void> {
  for (const colorScheme of ['dark', 'light'] as const) {
    await showTheme(workbench.page, colorScheme);
    await look(colorScheme);
  }
}

const bodyOf = async (url: string): Promise<string> => (await fetch(url)).text();

test('a busy port in the form, a free one at a press, ssh, a web server mapped while the guest runs', async ({
  app,
  busy,
}) => {
  test.setTimeout(300_000);
  if (existsSync(builtBefore)) {
    await mkdir(join(app.home, 'cache'), { recursive: true });
    await cp(builtBefore, join(app.home, 'cache', 'linux-guest'), { recursive: true });
  }
  const workbench = new Workbench(app);
  const { page } = workbench;
  const dialog = await workbench.openNewInstance();
  await dialog.getByRole('option', { name: 'Linux recipe' }).dblclick();
  await dialog.getByLabel('Memory (MiB)').first().fill('256');
  await dialog.getByRole('button', { name: 'More', exact: true }).click();
  const host = dialog.getByRole('textbox', { name: 'Host port of ssh' });
  await host.fill(String(busy));
  const taken = dialog.getByText(`TCP port ${busy} on 127.0.0.1 is in use by`);
  await expect(taken).toBeVisible();
  await expect(taken).toContainText(`(pid ${process.pid})`);
  await taken.scrollIntoViewIfNeeded();
  await keepScreenshot(app, 'ports-form-taken');
  await dialog.getByRole('button', { name: /^Use \d+, which is free, for ssh$/ }).click();
  await expect(taken).toBeHidden();
  const chosen = Number(await host.inputValue());
  expect(chosen).toBeGreaterThan(busy);
  await dialog.getByRole('button', { name: 'Launch', exact: true }).click();

  await workbench.expectState('ready', 240_000);
  const ports = new PortsTab(workbench);
  await ports.open();
  await expect(ports.row('ssh')).toContainText(`127.0.0.1:${chosen}`);
  await expect(ports.row('ssh')).toContainText(/answers: SSH-2\.0-dropbear/);
  const { sshLine } = (await slipway(app.home, 'show', 'linux')) as { readonly sshLine: string };
  const inGuest = async (command: string) => {
    const { stdout } = await promisify(execFile)('sh', [
      '-c',
      `${sshLine} -o LogLevel=ERROR -o BatchMode=yes "$0"`,
      command,
    ]);
    return stdout.trim();
  };
  expect(await inGuest('uname -s')).toBe('Linux');
  await page.getByRole('button', { name: 'Copy as: lines for ssh' }).click();
  await expect(page.getByRole('menuitem', { name: /^ssh ssh -p/ })).toBeVisible();
  await expect(page.getByRole('menuitem', { name: /VS Code Remote/ })).toContainText('ssh-remote+slipway-linux');
  await keepScreenshot(app, 'ports-lines');
  await page.keyboard.press('Escape');
  await expect(page.getByRole('button', { name: 'Copy as: lines for ssh' })).toBeFocused();

  await ports.field('Guest port').fill('8080');
  await ports.field('Guest port').press('Enter');
  await expect(ports.row('web')).toContainText('nobody listens in the guest');
  await inGuest('mkdir /tmp/www && echo from the guest > /tmp/www/index.html && busybox httpd -p 8080 -h /tmp/www');
  await expect(ports.row('web')).toContainText(/answers: HTTP\/1\.\d 200/, { timeout: 20_000 });
  await inBothThemes(workbench, async (theme) => {
    await expectAccessible(page, `ports of a running guest, ${theme}`);
    await keepScreenshot(app, `ports-${theme}`);
  });

  const url = `http://127.0.0.1:${await ports.hostPort('web')}/`;
  const open = page.getByRole('button', { name: `Open ${url}` });
  await expect(open).toBeVisible();
  expect(await bodyOf(url)).toBe('from the guest\n');
  if (app.face === 'web') {
    const opened = page.context().waitForEvent('page');
    await open.click();
    const tab = await opened;
    await expect(tab.locator('body')).toHaveText('from the guest');
    await tab.close();
  }

  await page.getByRole('button', { name: 'Remove web' }).click();
  await expect(ports.row('web')).toBeHidden();
  await expect(bodyOf(url)).rejects.toMatchObject({ cause: { code: 'ECONNREFUSED' } });
  await workbench.button('Undo').click();
  await expect(ports.row('web')).toContainText(/answers: HTTP/, { timeout: 20_000 });
  await workbench.button('Stop').click();
  await workbench.expectState('stopped', 30_000);
  await expect(ports.row('web')).toContainText('a free port is chosen at launch');
});

test('a mapping that failed is mended in place; others are typed, changed and refused', async ({ app, busy }) => {
  test.setTimeout(120_000);
  const workbench = new Workbench(app);
  const { page } = workbench;
  await slipway(app.home, 'start', '--demo', '--name', 'demo', '--port', `web:80:${busy}`);
  await page.getByRole('option', { name: /^demo/ }).click();
  const ports = new PortsTab(workbench);
  await ports.open();
  await expect(ports.row('web')).toContainText('taken by');
  await expect(ports.row('web')).toContainText(`(pid ${process.pid})`);
  await keepScreenshot(app, 'ports-failed');
  await expectAccessible(page, 'a mapping that failed');
  await page.getByRole('button', { name: /^Use \d+, which is free, for web$/ }).click();
  await expect(ports.row('web')).not.toContainText('taken by');
  // The demo guest has no network of its own, and QEMU's accepting is not taken for an answer.
  await expect(ports.row('web')).toContainText('the guest’s network does not answer', { timeout: 15_000 });

  // Without a mouse from here: a row of its own, what is wrong with it, and Escape.
  await ports.field('Name').focus();
  await page.keyboard.type('ssh');
  await page.keyboard.press('Tab');
  await page.keyboard.type('22');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Tab');
  await page.keyboard.type(String(busy));
  await expect(ports.table).toContainText(`TCP port ${busy} on 127.0.0.1 is in use by`);
  await page.keyboard.press('Enter');
  // Refused, and with the same words.
  await expect(workbench.button('Add mapping')).toBeEnabled();
  await expect(ports.row('ssh')).toBeHidden();
  await ports.field('Host address').fill('');
  await ports.field('Host address').press('Enter');
  await expect(ports.row('ssh')).toContainText('22/tcp');
  await page.getByRole('button', { name: 'Edit ssh' }).press('Enter');
  await expect(ports.field('Name', 'ssh')).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('button', { name: 'Edit ssh' })).toBeFocused();
  await page.keyboard.press('Enter');
  await ports.field('Guest port', 'ssh').fill('2222');
  await page.keyboard.press('Enter');
  await expect(ports.row('ssh')).toContainText('2222/tcp');
  await expect(page.getByRole('button', { name: 'Edit ssh' })).toBeFocused();

  if (app.face === 'web') {
    // In the window a native dialog asks; a browser has none that could be trusted.
    await ports.field('Guest port').fill('443');
    await ports.field('Listens on').selectOption({ label: 'every address (LAN)' });
    await page.keyboard.press('Tab');
    await workbench.button('Add mapping').press('Enter');
    await expect(ports.table).toContainText('This cannot be done from a browser');
    await expect(ports.row('https')).toBeHidden();
  }

  await slipway(app.home, 'stop', 'demo', '--now');
  await workbench.expectState('stopped');
  await page.getByRole('button', { name: 'Edit web' }).click();
  await ports.field('Host address', 'web').fill(String(busy));
  await page.keyboard.press('Enter');
  await expect(ports.row('web')).toContainText('taken by');
  await page.getByRole('button', { name: /^Use \d+, which is free, for web$/ }).click();
  await expect(ports.row('web')).toContainText('mapped at launch');
  await expectAccessible(page, 'ports of a stopped guest');
  for (const name of ['web', 'ssh']) await page.getByRole('button', { name: `Remove ${name}` }).click();
  await expect(page.getByText('A mapping makes one of its ports a port of this computer')).toBeVisible();
  await keepScreenshot(app, 'ports-none');
});

test('beyond this computer: amber in the row and in the header, with the addresses', async ({ app }) => {
  const workbench = new Workbench(app);
  await slipway(app.home, 'start', '--demo', '--name', 'demo', '--port', 'web:80:0.0.0.0:0');
  await workbench.page.getByRole('option', { name: /^demo/ }).click();
  const ports = new PortsTab(workbench);
  await ports.open();
  await expect(ports.row('web').getByRole('button', { name: /^LAN/ })).toContainText(/Other computers can reach it/);
  const badge = workbench.page.getByRole('button', { name: /^LAN.*this guest/ });
  await expect(badge).toBeVisible();
  await badge.focus();
  await expect(workbench.page.getByRole('tooltip')).toContainText('Other computers can reach this guest: web at');
  await keepScreenshot(app, 'ports-lan');
  await slipway(app.home, 'stop', 'demo', '--now');
});
