import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtemp, open, readdir, readFile, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { runTool } from '../../process/run-tool.ts';
import { ensureSshKeys } from '../ssh-keys.ts';
import { loginReadyText } from './guest-files.ts';
import { appendAuthorizedKey } from './initrd.ts';
import { linuxGuestAvailability, prepareLinuxGuest } from './recipe.ts';

const testCache = process.env.SLIPWAY_TEST_CACHE ?? resolve(import.meta.dirname, '../../../../.cache/test');
const cacheDirectory = join(testCache, 'linux-guest');

async function reasonToSkip(): Promise<string | undefined> {
  for (const tool of ['qemu-system-x86_64', 'ssh']) {
    if (spawnSync(tool, ['-V']).error !== undefined) return `${tool} is not installed`;
  }
  const availability = await linuxGuestAvailability({ cacheDirectory });
  return availability.available ? undefined : availability.reason;
}

const skip = await reasonToSkip();
/** Far more than it takes (about 4 s under TCG), because test machines are shared. */
const bootDeadlineMs = 90_000;
const testTimeoutMs = 180_000;

describe.skipIf(skip !== undefined)(`Linux guest${skip === undefined ? '' : ` (skipped: ${skip})`}`, () => {
  let directory: string;
  let machines: ChildProcess[];
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'guest-'));
    machines = [];
  });
  afterEach(async () => {
    for (const machine of machines) {
      const ended = exitOf(machine);
      machine.kill('SIGKILL');
      await ended;
    }
    await rm(directory, { recursive: true, force: true });
  });

  async function boot(initrd: string, args: readonly string[] = []) {
    const guest = await prepareLinuxGuest({ cacheDirectory });
    const serialPath = join(directory, 'serial.log');
    const log = await open(serialPath, 'w');
    const startedAt = performance.now();
    const machine = spawn(
      'qemu-system-x86_64',
      [
        ...['-accel', 'tcg', '-m', '256', '-nodefaults', '-no-user-config', '-display', 'none', '-serial', 'stdio'],
        ...['-kernel', guest.kernel, '-initrd', initrd, '-append', 'console=ttyS0'],
        ...['-device', 'virtio-rng-pci', '-qmp', 'unix:qmp,server=on,wait=off', ...args],
      ],
      { cwd: directory, stdio: ['pipe', log.fd, log.fd] },
    );
    machines.push(machine);
    await log.close();
    const serial = async (): Promise<string> => (await readFile(serialPath, 'utf8')).replaceAll('\r', '');
    const waitForSerial = async (pattern: RegExp): Promise<string> =>
      await vi.waitFor(
        async () => {
          const text = await serial();
          expect(text).toMatch(pattern);
          return text;
        },
        { timeout: bootDeadlineMs, interval: 25 },
      );
    return { machine, guest, startedAt, serial, waitForSerial };
  }

  it('is built once and then comes from the cache', { timeout: testTimeoutMs }, async () => {
    const first = await prepareLinuxGuest({ cacheDirectory });
    const onProgress = vi.fn();
    const startedAt = performance.now();
    expect(await prepareLinuxGuest({ cacheDirectory, onProgress })).toEqual(first);
    expect(performance.now() - startedAt).toBeLessThan(500);
    expect(onProgress).not.toHaveBeenCalled();
    expect(await linuxGuestAvailability({ cacheDirectory })).toEqual({ available: true, cached: true });
    expect((await readdir(cacheDirectory)).filter((name) => name.startsWith('build-'))).toEqual([]);
  });

  it('leaves nothing behind when it is cancelled', { timeout: testTimeoutMs }, async () => {
    const controller = new AbortController();
    const cancelled = prepareLinuxGuest({
      cacheDirectory: directory,
      signal: controller.signal,
      onProgress: ({ unit }) => unit === 'bytes' && controller.abort(),
    });
    await expect(cancelled).rejects.toMatchObject({ code: 'cancelled' });
    expect(await readdir(directory)).toEqual([]);
  });

  it('boots, lets the key in over ssh and powers down when asked', { timeout: testTimeoutMs }, async () => {
    const keys = await ensureSshKeys(join(directory, 'ssh'));
    const initrd = join(directory, 'initrd');
    await appendAuthorizedKey((await prepareLinuxGuest({ cacheDirectory })).baseInitrd, keys.publicKey, initrd);
    const { machine, guest, startedAt, waitForSerial } = await boot(initrd, [
      ...['-netdev', 'user,id=n0,hostfwd=tcp:127.0.0.1:0-:22', '-device', 'virtio-net-pci,netdev=n0'],
    ]);
    const qmp = join(directory, 'qmp');
    const port = await vi.waitFor(async () => forwardedPort(await command(qmp, 'info usernet')), {
      timeout: 10_000,
      interval: 50,
    });
    const banner = await vi.waitFor(() => firstLine(port), { timeout: bootDeadlineMs, interval: 25 });
    expect(banner).toMatch(/^SSH-2\.0-dropbear/);
    console.info(`ssh banner ${Math.round(performance.now() - startedAt)} ms after the start of QEMU`);
    await waitForSerial(/slipway:~# /);

    const ssh = async (key: string): ReturnType<typeof runTool> =>
      await runTool('ssh', [
        ...['-F', 'none', '-i', key, '-p', String(port), '-o', 'IdentitiesOnly=yes', '-o', 'BatchMode=yes'],
        ...['-o', 'StrictHostKeyChecking=no', '-o', 'UserKnownHostsFile=/dev/null', '-o', 'ConnectTimeout=30'],
        ...['root@127.0.0.1', 'uname -r; hostname; stat -c %a /root/.ssh /root/.ssh/authorized_keys'],
      ]);
    const answer = await ssh(keys.privateKeyPath);
    expect(answer.stderr).not.toContain('denied');
    expect(answer.stdout).toBe(`${guest.version}\nslipway\n700\n600\n`);
    const stranger = await ensureSshKeys(join(directory, 'stranger'));
    expect(await ssh(stranger.privateKeyPath)).toMatchObject({ code: 255, stdout: '' });

    await command(qmp, undefined, 'system_powerdown');
    expect(await exitOf(machine)).toBe(0);
    expect(await waitForSerial(/reboot: Power down/)).toContain('power button, shutting down');
  });

  it('has a shell on the serial console, disks, and no ssh without a key', { timeout: testTimeoutMs }, async () => {
    const disk = join(directory, 'disk.img');
    const image = await open(disk, 'w');
    await image.truncate(8 * 1024 * 1024);
    await image.close();
    const { baseInitrd } = await prepareLinuxGuest({ cacheDirectory });
    const drive = ['-drive', `file=${disk},format=raw,if=virtio`, '-no-reboot'];
    const { machine, waitForSerial } = await boot(baseInitrd, drive);
    const log = await waitForSerial(/slipway:~# /);
    expect(log).toContain(loginReadyText);
    expect(log).toContain('slipway: modules loaded\n');
    expect(log).toContain('slipway: no authorized key, so no ssh\n');
    expect(log).toContain('slipway: no network interface\n');

    machine.stdin?.write('tty; stty size; mkdosfs /dev/vda && mount /dev/vda /mnt && grep vda /proc/mounts\n');
    expect(await waitForSerial(/^\/dev\/vda \/mnt vfat/m)).toMatch(/^\/dev\/ttyS0\n24 80$/m);
    // Job control needs a real terminal: Ctrl-C ends the sleep and not the shell.
    machine.stdin?.write('echo started; sleep 1000\n');
    await waitForSerial(/^started$/m);
    machine.stdin?.write('\x03');
    await waitForSerial(/^started\n\^C\n[\s\S]*slipway:~# /m);
    machine.stdin?.write('echo still-$((40 + 2))\n');
    await waitForSerial(/^still-42$/m);
    machine.stdin?.write('exit\n');
    await waitForSerial(new RegExp(`${loginReadyText}[\\s\\S]*${loginReadyText}[\\s\\S]*slipway:~# `));
    machine.stdin?.write('reboot\n');
    expect(await exitOf(machine)).toBe(0);
  });
});

async function exitOf(machine: ChildProcess): Promise<number | null> {
  if (machine.exitCode !== null || machine.signalCode !== null) return machine.exitCode;
  return await new Promise((done, fail) => {
    const deadline = setTimeout(() => fail(new Error('QEMU did not end')), 30_000);
    machine.once('exit', (code) => {
      clearTimeout(deadline);
      done(code);
    });
  });
}

/** One QMP conversation: greeting, capabilities, one command, its answer. */
async function command(
  path: string,
  monitorLine: string | undefined,
  execute = 'human-monitor-command',
): Promise<string> {
  const socket = connect(path);
  try {
    const args = monitorLine === undefined ? {} : { arguments: { 'command-line': monitorLine } };
    socket.write(
      `${JSON.stringify({ execute: 'qmp_capabilities' })}\n${JSON.stringify({ execute, id: 'it', ...args })}\n`,
    );
    for await (const line of createInterface({ input: socket })) {
      const message: unknown = JSON.parse(line);
      if (typeof message === 'object' && message !== null && 'id' in message && 'return' in message) {
        return String(message.return);
      }
    }
    throw new Error('QMP closed without an answer');
  } finally {
    socket.destroy();
  }
}

function forwardedPort(usernet: string): number {
  const port = /TCP\[HOST_FORWARD\]\s+\d+\s+127\.0\.0\.1\s+(\d+)/.exec(usernet)?.[1];
  if (port === undefined) throw new Error(`no forward in ${usernet}`);
  return Number(port);
}

/** The first line a server sends. SLiRP accepts before the guest listens, so only bytes prove that someone is there. */
async function firstLine(port: number): Promise<string> {
  return await new Promise((done, fail) => {
    const socket = connect(port, '127.0.0.1');
    socket.setTimeout(1000, () => socket.destroy(new Error('no banner yet')));
    socket.once('error', fail);
    socket.once('close', () => fail(new Error('closed without a banner')));
    socket.once('data', (data) => {
      done(data.toString().split('\r\n')[0] ?? '');
      socket.destroy();
    });
  });
}
