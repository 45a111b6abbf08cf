/**
 * The words of `ffx emu` on the command line, on real QEMU: a product bundle from start to reuse, and the consoles in a
 * real terminal. What each flag means is in src-main/command-line; here it is seen to work.
 */
import { spawn, spawnSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { appendAuthorizedKey } from '../../src-main/core/guests/linux/initrd.ts';
import { linuxGuestAvailability, prepareLinuxGuest } from '../../src-main/core/guests/linux/recipe.ts';
import { ensureSshKeys } from '../../src-main/core/guests/ssh-keys.ts';
import { CleanupStack } from '../../src-main/core/kit/cleanup-stack.ts';
import { type BundledProgram, bundleProgram, RunningProgram } from '../../src-main/core/testing/bundled-program.ts';
import { type TestProductBundle, writeTestProductBundle } from '../fixtures/test-product-bundle.ts';
import { checkout, type SlipwayHome, tempSlipway } from './slipway-under-test.ts';

const cacheDirectory = join(process.env.SLIPWAY_TEST_CACHE ?? join(checkout, '.cache/test'), 'linux-guest');
const bootMs = 120_000;

const missing = ['qemu-system-x86_64', 'script'].find((tool) => spawnSync(tool, ['--version']).error !== undefined);
const availability = await linuxGuestAvailability({ cacheDirectory });
const noLinux =
  missing !== undefined ? `${missing} is not installed` : availability.available ? null : availability.reason;

let slipway: BundledProgram;
let home: SlipwayHome;
let bundle: TestProductBundle;
const cleanups = new CleanupStack();

beforeAll(async () => {
  if (missing !== undefined) return;
  slipway = await bundleProgram('src-main/cli.ts');
  cleanups.add(() => slipway.dispose());
  home = await tempSlipway(cleanups);
  cleanups.add(async () => void (await ffx('stop', '--all', '--now')));
  if (noLinux !== null) return;
  const linux = await prepareLinuxGuest({ cacheDirectory });
  const initrd = join(home.home, 'linux-initrd');
  const { publicKey } = await ensureSshKeys(home.paths.ssh);
  await appendAuthorizedKey(linux.baseInitrd, publicKey, initrd);
  bundle = await writeTestProductBundle(home.home, { kernel: linux.kernel, initrd });
}, bootMs);
afterAll(() => cleanups.close(), bootMs);

async function ffx(...args: string[]): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const program = slipway.start(args, { home: home.home, cwd: home.home });
  program.child.stdin?.end();
  const { code } = await program.ended;
  return { code, stdout: program.stdout, stderr: program.stderr };
}

async function machine(...args: string[]): Promise<unknown> {
  return JSON.parse((await ffx('--machine', 'json', ...args)).stdout);
}

describe.skipIf(noLinux !== null)(`a product bundle${noLinux === null ? '' : ` (skipped: ${noLinux})`}`, () => {
  it(
    'start, list, show, screenshot, console, stop, start --reuse, stop --delete',
    async () => {
      const started = await ffx(
        ...['start', 'product_bundle', '--dev-config', bundle.devConfig, '--accel', 'none', '-H'],
        ...['-s', '110', '--log', 'emu.log'],
      );
      expect({ code: started.code, stderr: started.code === 0 ? '' : started.stderr }).toEqual({ code: 0, stderr: '' });
      expect(started.stdout).toMatch(/^\[ready\] {9}fuchsia-emulator {2}fuchsia\/x86_64 {2}ssh 127\.0\.0\.1:\d+/);
      expect(started.stderr).toMatch(/Waiting for Fuchsia to start \(up to 110 seconds\)\.+\n/);
      expect(started.stderr).toContain('Emulator is ready.');
      expect(await readFile(join(home.home, 'emu.log.serial'), 'utf8')).toContain('Linux version');

      expect(await machine('list')).toMatchObject([{ name: 'fuchsia-emulator', engine_state: 'running' }]);
      expect(await machine('show', '--net', '--instance')).toMatchObject([
        { Net: { mode: 'user', mac_address: '52:54:47:5e:82:ef' } },
        { Instance: { engine_state: 'running', engine_type: 'qemu' } },
      ]);
      const path = join(home.home, 'made/by/it/p.png');
      expect(await machine('screenshot', '--output', 'made/by/it/p.png')).toEqual({ path });
      expect((await readFile(path)).subarray(1, 4).toString()).toBe('PNG');

      const monitor = slipway.start(['console', '--command'], { home: home.home });
      monitor.child.stdin?.end('info status\r');
      expect(await monitor.ended).toMatchObject({ code: 0 });
      expect(monitor.stdout).toContain('VM status: running');
      const qmp = slipway.start(['console', '--machine'], { home: home.home });
      qmp.child.stdin?.end('{"execute":"query-status"}\r\n');
      expect(await qmp.ended).toMatchObject({ code: 0 });
      expect(qmp.stdout).toContain('"status": "running"');

      expect((await ffx('stop', '--persist', '--now')).code).toBe(0);
      const again = await ffx('start', '--reuse', '-s', '0');
      expect(again.stdout).toMatch(/^\[running\] {7}fuchsia-emulator/);
      const cleared = await ffx('stop', '--now', '--delete');
      expect(cleared.stderr).toContain('is in the trash until');
      expect(await machine('list')).toEqual([]);
    },
    2 * bootMs,
  );
});

describe.skipIf(noLinux !== null)(`--edit${noLinux === null ? '' : ` (skipped: ${noLinux})`}`, () => {
  it('gives the editor this terminal: it can ask, and hear the answer', async () => {
    const editor = join(home.home, 'editor');
    const script = `#!/bin/sh\ntest -t 0 && test -t 1 || exit 3\necho "what to add?"\nread -r word\nsed -i "s/\\"kernel_args\\": \\[/&\\"$word\\",/" "$1"\n`;
    await writeFile(editor, script, { mode: 0o755 });
    const args = ['start', bundle.directory, '--dev-config', bundle.devConfig, '--accel', 'none', '-H', '--edit'];
    const program = inTerminal({ VISUAL: editor }, ...args, '-s', '0');
    await program.says('what to add?', bootMs);
    program.child.stdin?.write('edited.by=hand\n');
    await program.says(/exit 0 {2}echo/, bootMs);
    expect(JSON.stringify(await machine('show', '--cmd'))).toContain('edited.by=hand');
    await ffx('stop', '--now', '--delete');
  });
});

/** script(1) gives a program a terminal, and us both ends of it. */
function inTerminal(environment: NodeJS.ProcessEnv, ...args: string[]): RunningProgram {
  const line = [process.execPath, slipway.entry, ...args].map((word) => `'${word}'`).join(' ');
  const program = new RunningProgram(
    spawn('script', ['-qfec', `${line}; echo "exit $? $(stty -a | grep -o ' -\\?echo ')"`, '/dev/null'], {
      stdio: 'pipe',
      env: { ...process.env, SLIPWAY_HOME: home.home, SHELL: '/bin/sh', ...environment },
    }),
  );
  cleanups.add(() => program.kill());
  return program;
}

describe.skipIf(missing !== undefined)(`this terminal${missing === undefined ? '' : ` (skipped: ${missing})`}`, () => {
  it('--console: from the first byte, Ctrl-a c to the monitor and back, Ctrl-C to the guest, Ctrl-a x ends it', async () => {
    const program = inTerminal({}, 'start', '--demo', '--accel', 'none', '--console');
    await program.says('demo>');
    program.child.stdin?.write('uptime\r\x03');
    await program.says(/up \d+\.\d+ s/);
    program.child.stdin?.write('\x01c');
    await program.says('(qemu)');
    program.child.stdin?.write('info version\r');
    await program.says(/\n\d+\.\d+\.\d+/);
    program.child.stdin?.write('\x01h');
    await program.says('Ctrl-a x  end the guest');
    // Typed ahead: what follows a key of ours is for what comes after it.
    program.child.stdin?.write('\x01c\x01x');
    await program.says(/exit 0 {2}echo/);
    expect(await machine('list')).toMatchObject([{ name: 'demo', engine_state: 'staged' }]);
  });

  it('--monitor: left with Ctrl-a d, the guest runs on', async () => {
    const program = inTerminal({}, 'start', 'demo', '-m');
    await program.says('(qemu)');
    program.child.stdin?.write('\x01d');
    await program.says('demo runs on.');
    await program.says(/exit 0 {2}echo/);
    expect(await machine('list')).toMatchObject([{ name: 'demo', engine_state: 'running' }]);
    await ffx('stop', '--now');
  });

  it('--console into a pipe: every byte of the boot, and it ends with the guest', async () => {
    const program = slipway.start(['start', 'demo', '--console'], { home: home.home });
    await program.says('demo>');
    program.child.stdin?.end('poweroff\r');
    expect(await program.ended).toMatchObject({ code: 0 });
    const boots = home.paths.instance('demo');
    const transcript = await readFile(boots.boot(3).serialOutput, 'latin1');
    expect(program.stdout).toBe(transcript);
  });
});
