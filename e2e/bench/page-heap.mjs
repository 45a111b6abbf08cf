/**
 * What the page keeps of a flood: its heap after a collection, before a guest prints and when the page has parsed all of
 * it. The scrollback fills up in the first megabyte; beyond it nothing may grow.
 *
 *     node e2e/bench/page-heap.mjs [--mib 64] [--app CHECKOUT]
 *
 * `--app`: another checkout, for before and after; it has to be built. Needs SLIPWAY_TEST_CHROMIUM or /usr/bin/chromium.
 * Fails when a megabyte that was printed leaves more than 32 KiB. Ends only what it started.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from '@playwright/test';
import { importBundled, numberAfter, root } from './bundle.mjs';
import { instrumentPage } from './instances-page.mjs';

const deadlineMs = 300_000;
const mostPerMebibyte = 32 * 1024;

process.exit(await main());

async function main() {
  const bytes = numberAfter('--mib', 64) * 2 ** 20;
  const at = process.argv.indexOf('--app');
  const app = at < 0 ? root : process.argv[at + 1];
  const scratch = realpathSync(mkdtempSync(join(tmpdir(), 'bench-heap-')));
  const home = join(scratch, 'home');
  const { openRemoteService, SessionClient, pathsOf } = await importBundled(
    `export { openRemoteService } from '${app}/src-main/headless/remote-service.ts';
     export { SessionClient } from '${app}/src-main/headless/session-client.ts';
     export { pathsOf } from '${app}/src-main/core/home/paths.ts';`,
    scratch,
  );
  store(home, fakeQemu(scratch, { chat: { everyMs: 20, lines: 800 } }));
  const server = spawn(process.execPath, [join(app, 'out', 'main', 'cli.js'), 'serve', '--machine', 'json'], {
    env: { ...process.env, SLIPWAY_HOME: home, SLIPWAY_FFX_INSTANCES: join(scratch, 'no-ffx') },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = await once(server.stdout.setEncoding('utf8'), 'data');
  const service = await openRemoteService(pathsOf(home));
  const client = SessionClient.over(service, { trust: 'user', face: 'command-line', allowPower: true, abilities: {} });
  const browser = await chromium.launch({
    executablePath: process.env.SLIPWAY_TEST_CHROMIUM ?? '/usr/bin/chromium',
    args: [...(process.getuid?.() === 0 ? ['--no-sandbox'] : []), '--disable-dev-shm-usage', '--disable-3d-apis'],
  });
  try {
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    await page.addInitScript(instrumentPage);
    await page.goto(JSON.parse(line).url);
    await page.getByRole('option', { name: /^flood/ }).click();
    const session = await page.context().newCDPSession(page);
    const heap = async () => {
      await session.send('HeapProfiler.collectGarbage');
      return (await session.send('Runtime.getHeapUsage')).usedSize;
    };
    await client.call('instance.start', { id: 'flood' });
    // Bytes that came as a stream: one that is too far behind gets a picture instead, which costs nothing.
    const got = async () =>
      (await page.evaluate(() => window.slipwayBench.viewers())).reduce((sum, viewer) => sum + viewer.bytes, 0);
    await until(async () => (await got()) >= bytes / 8, 'the first eighth');
    const from = await got();
    const before = await heap();
    await until(async () => (await got()) >= bytes, 'the rest');
    await client.call('instance.pause', { id: 'flood' });
    const to = await got();
    const after = await heap();
    const perMebibyte = (after - before) / ((to - from) / 2 ** 20);
    const mebibytes = (value) => (value / 2 ** 20).toFixed(1);
    console.table([
      {
        'MiB printed': mebibytes(to),
        'heap MiB at an eighth': mebibytes(before),
        'heap MiB at the end': mebibytes(after),
        'KiB kept of each MiB': (perMebibyte / 1024).toFixed(1),
      },
    ]);
    return perMebibyte <= mostPerMebibyte ? 0 : 1;
  } finally {
    await browser.close();
    await client.call('instance.stop', { id: 'flood' }).catch(() => undefined);
    await client.call('instance.stop', { id: 'flood' }).catch(() => undefined);
    const isDown = async () => (await client.call('instance.list', {})).every(({ status }) => !status.processLives);
    await until(isDown, 'the guest to end').catch((error) => console.error(String(error)));
    client.close();
    await service.close();
    server.kill('SIGTERM');
    await once(server, 'exit');
    rmSync(scratch, { recursive: true, force: true });
  }
}

function store(home, binary) {
  const directory = join(home, 'instances', 'flood');
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const spec = {
    ...{ version: 1, id: 'flood', name: 'flood', createdAt: '2026-01-02T03:04:05.000Z', guest: { kind: 'demo' } },
    host: { networking: 'none', acceleration: 'tcg' },
    runtime: { binary, readiness: [], powerdownMs: 0 },
  };
  writeFileSync(join(directory, 'spec.json'), JSON.stringify(spec), { mode: 0o600 });
}

/** As core/testing/fake-qemu.ts makes one; here without TypeScript in between. */
function fakeQemu(directory, script) {
  const program = join(root, 'src-main', 'core', 'testing', 'fake-qemu-program.mjs');
  const binary = join(directory, 'qemu-system-x86_64');
  writeFileSync(join(directory, 'script.json'), JSON.stringify(script));
  const run = `exec "${process.execPath}" "${program}" --script "${join(directory, 'script.json')}" "$@"`;
  writeFileSync(binary, `#!/bin/sh\n${run}\n`, { mode: 0o755 });
  return binary;
}

async function until(isSo, what) {
  const deadline = performance.now() + deadlineMs;
  while (!(await isSo())) {
    if (performance.now() > deadline) throw new Error(`waited too long for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
