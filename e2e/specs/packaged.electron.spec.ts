/** The packaged application, as `npm run dist` leaves it: it starts with its fuses set, and boots a guest from its own assets. */
import { execFile, spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { test as base, chromium, expect } from '@playwright/test';
import { slipway } from '../fixtures/command-line.ts';
import { checkout, electronEnvironment } from '../fixtures/electron-app.ts';
import { exited, killNow, sandboxArguments } from '../fixtures/processes.ts';
import { test } from '../fixtures/test.ts';

const unpacked = join(checkout, 'dist', 'linux-unpacked');

test('the unpacked app opens its window and boots the demo guest', async ({ home }) => {
  base.setTimeout(180_000);
  base.skip(process.env.SLIPWAY_TEST_ELECTRON_MISSING !== undefined, process.env.SLIPWAY_TEST_ELECTRON_MISSING ?? '');
  await promisify(execFile)(process.execPath, [join(checkout, 'scripts', 'dist.mjs'), '--dir'], { cwd: checkout });
  const info: { development: boolean; electronSource: string } = JSON.parse(
    await readFile(join(unpacked, 'resources', 'build-info.json'), 'utf8'),
  );
  // Anything but the official runtime must say of itself that it is a development build.
  expect(info.development).toBe(info.electronSource !== 'official');

  // The fuses forbid attaching as Playwright's Electron driver does; the debugging port of the page stays.
  const app = spawn(join(unpacked, 'slipway'), [...sandboxArguments, '--remote-debugging-port=0'], {
    env: electronEnvironment(home),
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  try {
    const browser = await chromium.connectOverCDP(await debuggingAddress(app.stderr));
    await expect.poll(() => browser.contexts()[0]?.pages().length ?? 0).toBeGreaterThan(0);
    const [page] = browser.contexts()[0]?.pages() ?? [];
    if (page === undefined) throw new Error('no page');
    await page.getByRole('button', { name: 'Boot the demo guest' }).click();
    await expect(page.getByRole('status', { name: 'State' })).toHaveText('ready', { timeout: 30_000 });
    await page.screenshot({ path: join(checkout, 'test-results', 'screenshots', 'packaged-demo.png') });
    await slipway(home, 'stop', '--all', '--now');
    await browser.close();
  } finally {
    app.kill('SIGTERM');
    if (!(await exited(app, 10_000))) await killNow(app);
  }
});

/** Chromium says on stderr where it listens. What it says later is read and dropped: a full pipe would stop it. */
function debuggingAddress(stderr: NodeJS.ReadableStream): Promise<string> {
  let text = '';
  return new Promise((resolve, reject) => {
    stderr.on('data', (chunk) => {
      text += String(chunk);
      const match = /DevTools listening on (ws:\S+)/.exec(text);
      if (match?.[1] !== undefined) resolve(match[1]);
    });
    stderr.on('end', () => reject(new Error(`it ended without listening:\n${text}`)));
  });
}
