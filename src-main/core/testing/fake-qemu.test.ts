import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CleanupStack } from '../kit/cleanup-stack.ts';
import { processState } from '../process/identity.ts';
import { signalVerified } from '../process/signal.ts';
import { openSocketPath } from '../process/socket-path.ts';
import { type SpawnedProcess, spawnDetached } from '../process/spawn.ts';
import { QmpClient } from '../qmp/client.ts';
import { cont, queryStatus, queryUuid, quit, systemPowerdown } from '../qmp/commands.ts';
import { eventually } from './eventually.ts';
import { type FakeQemu, type FakeQemuScript, fakeQemuBinary } from './fake-qemu.ts';
import { type TempHome, tempHome } from './temp-home.ts';

const run = promisify(execFile);
let cleanups: CleanupStack;
let home: TempHome;
beforeEach(async () => {
  cleanups = new CleanupStack();
  home = await tempHome();
  cleanups.add(() => home.dispose());
});
afterEach(() => cleanups.close());

async function fake(script: FakeQemuScript): Promise<FakeQemu> {
  const qemu = await fakeQemuBinary(script);
  cleanups.add(() => qemu.dispose());
  return qemu;
}

interface Started extends SpawnedProcess {
  readonly run: string;
  readonly output: string;
  readonly input: string;
  connect(): Promise<QmpClient>;
}

async function start(script: FakeQemuScript, ...more: string[]): Promise<Started> {
  const { binary } = await fake(script);
  const directory = join(home.home, 'run');
  await mkdir(directory);
  const [output, input] = [join(home.home, 'serial.out'), join(home.home, 'serial.in')];
  await writeFile(output, '');
  await run('mkfifo', [input]);
  const args = [
    ...['-S', '-uuid', randomUUID(), '-pidfile', 'pid', '-chardev', 'socket,id=qmp,path=qmp,server=on,wait=off'],
    ...['-mon', 'chardev=qmp,mode=control', '-chardev', 'socket,id=mon,path=monitor,server=on,wait=off'],
    ...['-monitor', 'chardev:mon', '-chardev', 'pipe,id=serial,path=../serial', '-serial', 'chardev:serial'],
    ...more,
  ];
  const spawned = await spawnDetached({ binary, args, cwd: directory, logPath: join(home.home, 'emulator.log') });
  cleanups.add(async () => {
    await signalVerified(spawned.identity, 'SIGKILL');
    await spawned.exited;
  });
  const open = async () => {
    const probe = await QmpClient.probe({ directory, name: 'qmp' });
    if (probe.state !== 'greeted') return null;
    cleanups.add(() => probe.client.end());
    return probe.client;
  };
  return { ...spawned, run: directory, output, input, connect: () => eventually(open) };
}

const log = () => readFile(join(home.home, 'emulator.log'), 'utf8');

describe('fake QEMU', () => {
  it('says what QEMU says about itself', async () => {
    const { binary } = await fake({ version: '8.2.1', help: { accel: 'Accelerators:\nxyz\n' } });
    expect((await run(binary, ['-version'])).stdout).toMatch(/^QEMU emulator version 8\.2\.1 /);
    expect((await run(binary, ['-accel', 'help'])).stdout).toBe('Accelerators:\nxyz\n');
    expect((await run(binary, ['-machine', 'help'])).stdout).toContain('(default)');
    expect((await run(binary, ['-M', 'help'])).stdout).toContain('(default)');
    expect((await run(binary, ['-device', 'help'])).stdout).toContain('virtio-net-pci');
  });

  it('waits for cont, speaks, listens, and leaves nothing behind when its guest powers off', async () => {
    const started = await start({ serial: [{ text: 'booting\r\n' }, { text: 'ready\r\n', afterMs: 5 }], echo: true });
    const client = await started.connect();
    expect(await queryUuid(client)).toBe(started.identity.uuid);
    expect(await queryStatus(client)).toEqual({ status: 'prelaunch', running: false });
    expect(await readFile(started.output, 'utf8')).toBe('');

    await cont(client);
    await eventually(async () => (await readFile(started.output, 'utf8')) === 'booting\r\nready\r\n');
    await writeFile(started.input, 'hello\r');
    await eventually(async () => (await readFile(started.output, 'utf8')).endsWith('hello\r'));
    expect((await readdir(started.run)).sort()).toEqual(['monitor', 'pid', 'qmp']);
    expect(await readFile(join(started.run, 'pid'), 'utf8')).toBe(`${started.pid}\n`);

    await systemPowerdown(client);
    expect(await started.exited).toEqual({ code: 0, signal: null });
    expect(await readdir(started.run)).toEqual([]);
  });

  it('leaves its files behind when it dies', async () => {
    const started = await start({ serial: [{ text: '0123456789' }], dieAfterSerialBytes: 10 });
    await cont(await started.connect());
    expect(await started.exited).toEqual({ code: null, signal: 'SIGKILL' });
    expect((await readdir(started.run)).sort()).toEqual(['monitor', 'pid', 'qmp']);
    expect(await QmpClient.probe({ directory: started.run, name: 'qmp' })).toMatchObject({ state: 'refused' });
  });

  it('dies when told to, with the last words it was given', async () => {
    const started = await start({ dieAfterMs: 1, dieWith: 'exit', dieCode: 3, dieStderr: 'aborted\n' });
    expect(await started.exited).toEqual({ code: 3, signal: null });
    expect(await log()).toBe('aborted\n');
  });

  it('fails at once the way QEMU does', async () => {
    const started = await start({ exit: { code: 1, stderr: 'qemu-system-x86_64: -M x: unsupported machine type\n' } });
    expect(await started.exited).toEqual({ code: 1, signal: null });
    expect(await log()).toContain('unsupported machine type');
  });

  it('floods its serial port', async () => {
    const started = await start({ flood: { bytes: 100_000 } });
    await cont(await started.connect());
    await eventually(async () => (await readFile(started.output)).length >= 100_000);
  });

  it('chats in numbered lines', async () => {
    const started = await start({ chat: { everyMs: 5, lines: 3 } });
    await cont(await started.connect());
    await eventually(async () =>
      /^chat 00000000 .*\r\nchat 00000001 [\s\S]*chat 00000007 /.test(await readFile(started.output, 'latin1')),
    );
  });

  it('hangs on everything but SIGKILL', async () => {
    const started = await start({ ignore: ['system_powerdown', 'quit', 'SIGTERM'] });
    const client = await started.connect();
    await cont(client);
    await systemPowerdown(client);
    await quit(client);
    expect(await signalVerified(started.identity, 'SIGTERM')).toBe('sent');
    expect((await queryStatus(client)).running).toBe(true);
    expect(await processState(started.identity)).toBe('alive');
    await signalVerified(started.identity, 'SIGKILL');
    expect(await started.exited).toEqual({ code: null, signal: 'SIGKILL' });
  });

  it('says goodbye on SIGTERM', async () => {
    const started = await start({});
    const client = await started.connect();
    const events: string[] = [];
    client.events.on(({ event }) => events.push(event));
    await signalVerified(started.identity, 'SIGTERM');
    expect(await started.exited).toEqual({ code: 0, signal: null });
    await client.closed;
    expect(events).toEqual(['SHUTDOWN']);
    expect(await log()).toContain('terminating on signal 15');
  });

  it('can lie about its uuid and its state', async () => {
    const started = await start({ uuid: '00000000-0000-0000-0000-00000000beef', status: 'guest-panicked' });
    const client = await started.connect();
    expect(await queryUuid(client)).toBe('00000000-0000-0000-0000-00000000beef');
    expect((await queryStatus(client)).status).toBe('guest-panicked');
  });

  it('lends a port to the guest, which greets there', async () => {
    const started = await start(
      { banners: { 22: { text: 'SSH-2.0-fake\r\n' } } },
      '-netdev',
      'user,id=net0,hostfwd=tcp:127.0.0.1:0-:22',
    );
    const client = await started.connect();
    const table = String(await client.execute('human-monitor-command', { 'command-line': 'info usernet' }));
    const port = Number(/TCP\[HOST_FORWARD\] +\d+ +127\.0\.0\.1 +(\d+) +10\.0\.2\.15 +22 /.exec(table)?.[1]);
    expect(await firstBytes(connect(port, '127.0.0.1'))).toBe('SSH-2.0-fake\r\n');
  });

  it('has a monitor for people', async () => {
    const started = await start({});
    await started.connect();
    const socketPath = await openSocketPath(started.run, 'monitor');
    cleanups.add(() => socketPath.close());
    const socket = connect(socketPath.path);
    cleanups.add(() => void socket.destroy());
    expect(await firstBytes(socket)).toBe("QEMU 7.2.22 monitor - type 'help' for more information\r\n(qemu) ");
    socket.write('info status\r');
    expect(await firstBytes(socket)).toContain('VM status: prelaunch\r\n(qemu) ');
  });

  it('refuses a second start with the same pid file', async () => {
    const started = await start({});
    await started.connect();
    const { binary } = await fake({});
    const second = run(binary, ['-pidfile', join(started.run, 'pid')]);
    await expect(second).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining('Cannot lock pid file') });
  });
});

describe('tempHome', () => {
  it('tells on a test that leaves a process running', async () => {
    const other = await tempHome();
    const { binary } = await fake({});
    const spawned = await spawnDetached({
      binary,
      args: ['-uuid', randomUUID()],
      cwd: other.home,
      logPath: join(other.home, 'emulator.log'),
    });
    await expect(other.dispose()).rejects.toThrow(`left running:\n  ${spawned.pid} `);
    expect(await spawned.exited).toEqual({ code: null, signal: 'SIGKILL' });
  });
});

function firstBytes(socket: Socket): Promise<string> {
  return new Promise((resolve, reject) => {
    socket.once('error', reject).once('data', (bytes) => resolve(bytes.toString()));
  });
}
