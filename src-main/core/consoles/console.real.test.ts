import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ConsoleFrame } from '../../../src-shared/contract/console-frames.ts';
import { CleanupStack } from '../kit/cleanup-stack.ts';
import { eventually } from '../testing/eventually.ts';
import { Console } from './console.ts';
import { Keyboard } from './keyboard.ts';
import { SocketConsole } from './socket-console.ts';
import { boundTranscript } from './transcript-bound.ts';

const image = join(import.meta.dirname, '../../../assets/demo-guest/demo-guest.elf');
const installed = spawnable('qemu-system-x86_64');

let cleanups: CleanupStack;
let directory: string;
let output: string;
beforeEach(async () => {
  cleanups = new CleanupStack();
  directory = await mkdtemp(join(tmpdir(), 'console-real-'));
  cleanups.add(() => rm(directory, { recursive: true, force: true }));
  output = join(directory, 'serial.out');
});
afterEach(() => cleanups.close());

describe.skipIf(!installed)('a console of a real guest [needs qemu-system-x86_64]', () => {
  it('shows the first byte, answers what is typed, and knows the end', async () => {
    const { console, qemu } = await start();
    const viewer = watch(console);
    expect((await console.waitFor(/^Slipway demo guest/, { timeoutMs: 20_000 })).line).toMatch(/^Slipway demo guest/);
    await console.waitFor('demo> ', { timeoutMs: 20_000 });
    expect((await readFile(output)).subarray(0, 18).toString()).toBe('Slipway demo guest');
    await viewer.handle.input(Buffer.from('uptime\r'));
    await console.waitFor(/^up \d+\.\d+ s/, { timeoutMs: 5000 });
    expect(await console.text()).toMatch(/demo> uptime\nup \d+/);
    const exited = once(qemu, 'exit');
    await viewer.handle.input(Buffer.from('poweroff\r'));
    await exited;
    await console.end('The guest switched itself off.');
    await eventually(() => viewer.frames.at(-1)?.kind === 'end');
    const stream = await readFile(output);
    const snapshot = viewer.frames[0];
    expect(viewer.data().equals(stream.subarray(snapshot?.offset))).toBe(true);
    expect(await viewer.handle.input(Buffer.from('x'))).toBe('nobody-reads');
  });

  it('echoes a key within a frame of the display', async () => {
    const { console } = await start();
    await console.waitFor('demo> ', { timeoutMs: 20_000 });
    const viewer = watch(console);
    await eventually(() => viewer.frames.length >= 2);
    const times: number[] = [];
    for (let key = 0; key < 40; key++) {
      const at = performance.now();
      const echoed = viewer.next();
      await viewer.handle.input(Buffer.from('a'));
      await echoed;
      times.push(performance.now() - at);
    }
    times.sort((a, b) => a - b);
    globalThis.console.info(`key to echo frame: median ${times[20]?.toFixed(1)} ms, worst ${times[39]?.toFixed(1)} ms`);
    expect(times[20]).toBeLessThan(16);
  });

  it('loses nothing while old ranges are punched out under QEMU', async () => {
    const { console } = await start();
    await console.waitFor('demo> ', { timeoutMs: 20_000 });
    const lines = 100_000;
    const bound = 256 * 1024;
    const received: Buffer[] = [];
    const handle = console.open(1, (frame) => {
      expect(frame.kind).not.toBe('gap');
      if (frame.kind === 'data') received.push(Buffer.from(frame.payload));
      queueMicrotask(() => handle.ack(frame.offset + frame.extra));
    });
    cleanups.add(() => handle.close());
    await console.input(Buffer.from(`count ${lines}\r`));
    let punched = 0;
    await eventually(
      async () => {
        const range = await boundTranscript(console.tail, bound);
        punched += range?.length ?? 0;
        return received.at(-1)?.includes('demo> ');
      },
      { timeoutMs: 25_000 },
    );
    const numbers = Buffer.concat(received)
      .toString()
      .match(/^\d{8}(?=\r$)/gm)
      ?.map(Number);
    expect(numbers).toEqual(Array.from({ length: lines }, (_, index) => index + 1));
    expect(punched).toBeGreaterThan(400_000);
    expect((await stat(output)).blocks * 512).toBeLessThan(2 * bound);
  });

  it('talks to the monitor and to QMP, one client at a time', async () => {
    await start();
    const monitor = await socketConsole('monitor', 'raw');
    const seen = watch(monitor.console);
    await monitor.console.waitFor('(qemu)', { timeoutMs: 5000 });
    await seen.handle.input(Buffer.from('info status\r'));
    await monitor.console.waitFor('VM status: running', { timeoutMs: 5000 });

    const qmp = await socketConsole('qmp-user', 'qmp');
    const typing = watch(qmp.console);
    await qmp.console.waitFor('{"return": {}}', { timeoutMs: 5000 });
    await typing.handle.input(Buffer.from('{"execute": "query-status"}\r'));
    await qmp.console.waitFor('"running": true', { timeoutMs: 5000 });

    // Another program wants the monitor: it gets it as soon as nobody looks at ours.
    const other = connect(join(directory, 'monitor'));
    cleanups.add(() => void other.destroy());
    let greeting = '';
    other.on('data', (bytes) => {
      greeting += bytes;
    });
    await once(other, 'connect');
    seen.handle.close();
    await eventually(() => greeting.includes('(qemu)'));
    // And now it is ours that has to wait, and says so.
    watch(monitor.console);
    await monitor.console.waitFor('Another program holds this console', { timeoutMs: 10_000 });
  });
});

async function start(): Promise<{ console: Console; qemu: ChildProcess }> {
  await writeFile(output, '', { mode: 0o600 });
  execFileSync('mkfifo', ['-m', '600', join(directory, 'serial.in')]);
  const socket = (name: string) => `unix:${join(directory, name)},server=on,wait=off`;
  const qemu = spawn('qemu-system-x86_64', [
    ...['-accel', 'tcg', '-nodefaults', '-display', 'none', '-m', '64', '-kernel', image],
    ...['-chardev', `pipe,id=serial0,path=${join(directory, 'serial')}`, '-serial', 'chardev:serial0'],
    ...['-monitor', socket('monitor'), '-qmp', socket('qmp-user')],
  ]);
  cleanups.add(async () => {
    if (qemu.exitCode !== null || qemu.signalCode !== null) return;
    const exited = once(qemu, 'exit');
    qemu.kill('SIGKILL');
    await exited;
  });
  const console = new Console();
  cleanups.add(() => console.dispose());
  await console.restart({ path: output, boot: 1, input: new Keyboard(join(directory, 'serial.in')) });
  return { console, qemu };
}

async function socketConsole(name: string, protocol: 'raw' | 'qmp'): Promise<{ console: Console }> {
  const transcript = join(directory, `${name}.out`);
  const console = new Console();
  cleanups.add(() => console.dispose());
  const input = new SocketConsole({
    transcript,
    protocol,
    connect: (signal) =>
      eventually(async () => {
        const socket = connect(join(directory, name));
        socket.on('error', () => undefined);
        await once(socket, 'connect', { signal });
        return socket;
      }),
  });
  await console.restart({ path: transcript, boot: 1, input });
  return { console };
}

function watch(console: Console) {
  const frames: ConsoleFrame[] = [];
  let onNext: () => void = () => undefined;
  const handle = console.open(1, (frame) => {
    frames.push(frame);
    queueMicrotask(() => handle.ack(frame.offset + (frame.kind === 'data' ? frame.extra : 0)));
    if (frame.kind === 'data') onNext();
  });
  cleanups.add(() => handle.close());
  return {
    frames,
    handle,
    data: () => Buffer.concat(frames.filter(({ kind }) => kind === 'data').map(({ payload }) => payload)),
    next: () =>
      new Promise<void>((resolve) => {
        onNext = resolve;
      }),
  };
}

function spawnable(program: string): boolean {
  try {
    execFileSync(program, ['-version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
