/**
 * Our two guests, as bytes and as running machines. They need QEMU and nothing of Slipway: what is wrong here is wrong
 * in the guest, so every other test may trust it.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  closeSync,
  constants,
  existsSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';

const QEMU = 'qemu-system-x86_64';
const DEADLINE_MS = 20_000;
const FIRST_LINE = 'Slipway demo guest 1.0\r\n';
const PROMPT = '\x1b[36mdemo> \x1b[0m';
const KIB = 1024;

const guests = {
  demo: { directory: join(import.meta.dirname, 'demo-guest'), file: 'demo-guest.elf', maximumBytes: 64 * KIB },
  probe: { directory: join(import.meta.dirname, 'probe-guest'), file: 'probe-guest.elf', maximumBytes: 16 * KIB },
} as const;

function imagePath(name: keyof typeof guests): string {
  return join(guests[name].directory, guests[name].file);
}

function firstLineOf(command: string): string | undefined {
  try {
    return execFileSync(command, ['--version'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).split(
      '\n',
    )[0];
  } catch {
    return undefined;
  }
}

/** Why the images cannot be rebuilt bit for bit here, if so: only Debian 12's compiler and linker are the recipe's. */
function reasonNotToRebuild(): string | undefined {
  const release = existsSync('/etc/debian_version') ? readFileSync('/etc/debian_version', 'utf8').trim() : 'no Debian';
  if (!release.startsWith('12')) return `needs Debian 12, this is ${release}`;
  const gcc = firstLineOf('gcc') ?? 'missing';
  if (!gcc.includes('(Debian 12.')) return `needs Debian 12's gcc, found: ${gcc}`;
  const ld = firstLineOf('ld') ?? 'missing';
  if (!ld.includes('Debian) 2.40')) return `needs Debian 12's ld, found: ${ld}`;
  return undefined;
}

const noQemu = firstLineOf(QEMU) === undefined ? `${QEMU} is not installed` : undefined;
const noRebuild = reasonNotToRebuild();

const cleanUps: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'slipway-guest-'));
  cleanUps.push(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** Polls, because a file and a socket path have no event to wait for that is right on every file system. */
async function until<T>(what: string, look: () => T | undefined | Promise<T | undefined>): Promise<T> {
  const deadline = performance.now() + DEADLINE_MS;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (performance.now() > deadline) throw new Error(`gave up after ${DEADLINE_MS} ms waiting for ${what}`);
    await delay(5);
  }
}

interface Machine {
  readonly exitStatus: () => Promise<number | null>;
  readonly stderr: () => string;
}

function startQemu(args: readonly string[], directory: string): Machine {
  const child: ChildProcess = spawn(QEMU, ['-accel', 'tcg', '-nodefaults', '-display', 'none', '-no-reboot', ...args], {
    cwd: directory,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const exited = once(child, 'exit');
  let complaints = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    complaints += chunk.toString();
  });
  cleanUps.push(async () => {
    child.kill('SIGKILL');
    await exited;
  });
  return {
    stderr: () => complaints,
    exitStatus: () =>
      until('QEMU to exit', () =>
        child.exitCode !== null || child.signalCode !== null ? { code: child.exitCode } : undefined,
      ).then(({ code }) => code),
  };
}

interface Demo extends Machine {
  readonly output: () => string;
  readonly type: (text: string) => void;
  /** Everything printed after `from` and up to the end of `text`. */
  readonly waitFor: (text: string, from?: number) => Promise<string>;
  /** Runs one command and returns what it printed: without its echo, up to the next prompt. */
  readonly run: (command: string) => Promise<string>;
  readonly qmp: (command: string, args?: Record<string, string>) => Promise<string>;
}

function startDemo(machineType: string, extra: readonly string[] = [], typedBeforeBoot = ''): Demo {
  const directory = temporaryDirectory();
  const outputPath = join(directory, 'serial.out');
  writeFileSync(outputPath, '');
  execFileSync('mkfifo', [join(directory, 'serial.in')]);
  // Read-write, so that opening does not wait for QEMU to open the other end.
  const input = openSync(join(directory, 'serial.in'), constants.O_RDWR | constants.O_NONBLOCK);
  cleanUps.push(() => closeSync(input));
  writeSync(input, typedBeforeBoot);
  const pipe = ['-chardev', 'pipe,id=serial,path=serial', '-serial', 'chardev:serial'];
  const qmpServer = ['-qmp', 'unix:qmp,server=on,wait=off'];
  const machine = startQemu(
    ['-machine', machineType, '-kernel', imagePath('demo'), ...pipe, ...qmpServer, ...extra],
    directory,
  );

  const output = () => readFileSync(outputPath, 'latin1');
  const waitFor = (text: string, from = 0) =>
    until(JSON.stringify(text), () => {
      const seen = output();
      const at = seen.indexOf(text, from);
      return at < 0 ? undefined : seen.slice(from, at + text.length);
    });
  return {
    ...machine,
    output,
    waitFor,
    type: (text) => writeSync(input, text),
    run: async (command) => {
      const from = output().length;
      writeSync(input, `${command}\r`);
      const seen = await waitFor(PROMPT, from);
      return seen.slice(seen.indexOf('\r\n') + 2, -PROMPT.length);
    },
    qmp: async (command, args = {}) => {
      const socket = connect(join(directory, 'qmp'));
      cleanUps.push(() => void socket.destroy());
      return qmpExchange(socket, command, args);
    },
  };
}

async function qmpExchange(socket: Socket, command: string, args: Record<string, string>): Promise<string> {
  let received = '';
  let failure: Error | undefined;
  socket.on('data', (chunk: Buffer) => {
    received += chunk.toString();
  });
  socket.on('error', (error) => {
    failure = error;
  });
  const answerTo = (marker: string) =>
    until(`QMP ${marker}`, () => {
      if (failure) throw failure;
      return received.split('\r\n').find((line) => line.includes(marker));
    });
  await answerTo('"QMP"');
  socket.write('{"execute":"qmp_capabilities","id":"hello"}\n');
  await answerTo('"hello"');
  socket.write(`${JSON.stringify({ execute: command, arguments: args, id: 'command' })}\n`);
  return answerTo('"command"');
}

function numberedLines(last: number): string {
  return Array.from({ length: last }, (_, index) => `${String(index + 1).padStart(8, '0')}\r\n`).join('');
}

describe.each(Object.keys(guests) as (keyof typeof guests)[])('%s guest image', (name) => {
  test('is small', () => {
    expect(statSync(imagePath(name)).size).toBeLessThanOrEqual(guests[name].maximumBytes);
  });

  test(`is what its source builds to${noRebuild ? ` (skipped: ${noRebuild})` : ''}`, (context) => {
    if (noRebuild) context.skip(noRebuild);
    const directory = temporaryDirectory();
    execFileSync(join(guests[name].directory, 'build.sh'), [directory], { stdio: 'pipe' });
    const rebuilt = readFileSync(join(directory, guests[name].file));
    expect(rebuilt.equals(readFileSync(imagePath(name)))).toBe(true);
  });
});

describe.each(['pc', 'q35'])(`demo guest on %s${noQemu ? ` (skipped: ${noQemu})` : ''}`, (machineType) => {
  test.skipIf(noQemu)('boots, answers, counts exactly, and turns itself off', { timeout: 60_000 }, async () => {
    const demo = startDemo(machineType);
    const boot = await demo.waitFor(PROMPT);
    expect(boot.startsWith(FIRST_LINE)).toBe(true);
    expect(boot).toMatch(/\r\n\[ {4}\d\.\d{6}\] demo: ready\r\n/);
    expect(await demo.run('uptime')).toMatch(/^up \d+\.\d{3} s\r\n$/);
    expect(await demo.run('count 1000')).toBe(numberedLines(1000));
    expect(await demo.run('flood 3')).toMatch(/^(?:[!-~]{62}\r\n){48}flood: 3 KiB in /);
    expect(await demo.run('nonsense')).toContain('no such command');
    demo.type('poweroff\r');
    expect(await demo.exitStatus()).toBe(0);
    expect(demo.output()).toContain('demo: powering off\r\n');
    expect(demo.stderr()).toBe('');
  });

  test.skipIf(noQemu)(
    'turns off when the power button is pressed, even while it prints',
    { timeout: 60_000 },
    async () => {
      const demo = startDemo(machineType, ['-append', 'autorun=count']);
      await demo.waitFor('00001000\r\n');
      await demo.qmp('system_powerdown');
      expect(await demo.exitStatus()).toBe(0);
      const output = demo.output();
      const counted = output.slice(
        output.indexOf('\r\n00000001\r\n') + 2,
        output.indexOf('\r\ndemo: power button pressed'),
      );
      const lines = counted.split('\r\n');
      expect(numberedLines(lines.length).startsWith(counted)).toBe(true);
      expect(output.endsWith('demo: power button pressed\r\ndemo: powering off\r\n')).toBe(true);
    },
  );
});

describe(`demo guest${noQemu ? ` (skipped: ${noQemu})` : ''}`, () => {
  test.skipIf(noQemu)(
    'runs what its command line asks for, then what was typed before it booted',
    { timeout: 60_000 },
    async () => {
      const demo = startDemo(
        'pc',
        ['-append', 'autorun=count:20000 autorun=echo:all:done'],
        'echo early bird\rpoweroff\r',
      );
      expect(await demo.exitStatus()).toBe(0);
      const counted = `${PROMPT}count 20000\r\n${numberedLines(20_000)}`;
      const rest = `${PROMPT}echo all done\r\nall done\r\n${PROMPT}echo early bird\r\nearly bird\r\n`;
      expect(demo.output()).toContain(`demo: ready\r\n${counted}${rest}${PROMPT}poweroff\r\ndemo: powering off\r\n`);
    },
  );

  test.skipIf(noQemu)('loses no input typed faster than it reads', { timeout: 60_000 }, async () => {
    const demo = startDemo('pc');
    await demo.waitFor(PROMPT);
    const numbers = Array.from({ length: 2000 }, (_, index) => index);
    demo.type(`${numbers.map((number) => `echo =${number}=`).join('\r')}\r`);
    await demo.waitFor('\r\n=1999=\r\n');
    const echoed = [...demo.output().matchAll(/\r\n=(\d+)=(?=\r\n)/g)].map(([, number]) => Number(number));
    expect(echoed).toEqual(numbers);
  });

  test.skipIf(noQemu)('edits lines, remembers them, and can be interrupted', { timeout: 60_000 }, async () => {
    const demo = startDemo('pc');
    await demo.waitFor(PROMPT);
    expect(await demo.run('wrong\x15echo ab\x7fc')).toBe('ac\r\n');
    expect(await demo.run('\x1b[A')).toBe('ac\r\n');
    const from = demo.output().length;
    demo.type('sleep 1000\r');
    await demo.waitFor('sleep 1000\r\n', from);
    demo.type('\x03');
    expect(await demo.waitFor(PROMPT, from)).toContain('^C\r\n');
  });

  test.skipIf(noQemu)('asks the terminal for its size', { timeout: 60_000 }, async () => {
    const demo = startDemo('pc');
    await demo.waitFor(PROMPT);
    const from = demo.output().length;
    demo.type('size\r');
    await demo.waitFor('\x1b[6n', from);
    demo.type('\x1b[24;80R');
    expect(await demo.waitFor(PROMPT, from)).toContain('80x24\r\n');
    expect(await demo.run('size')).toContain('no answer');
  });

  test.skipIf(noQemu)('halts the CPU while it waits for a key', { timeout: 60_000 }, async () => {
    const demo = startDemo('pc');
    await demo.waitFor(PROMPT);
    const command = { 'command-line': 'info registers' };
    await until('a halted CPU', async () =>
      (await demo.qmp('human-monitor-command', command)).includes('HLT=1') ? true : undefined,
    );
  });

  test.skipIf(noQemu)('panics with registers and stays down; restarts on demand', { timeout: 60_000 }, async () => {
    const crashed = startDemo('pc');
    await crashed.waitFor(PROMPT);
    crashed.type('panic\r');
    expect(await crashed.waitFor('system halted\r\n')).toMatch(/panic: eax [0-9a-f]{8} {2}ebx/);
    const restarted = startDemo('pc');
    await restarted.waitFor(PROMPT);
    restarted.type('reboot\r');
    expect(await restarted.exitStatus()).toBe(0); // -no-reboot turns a restart into an exit
    expect(restarted.output()).toContain('demo: restarting\r\n');
  });
});

describe(`probe guest${noQemu ? ` (skipped: ${noQemu})` : ''}`, () => {
  const exitDevice = ['-device', 'isa-debug-exit,iobase=0xf4,iosize=0x04'];
  const run = (...extra: string[]) => {
    const directory = temporaryDirectory();
    const machine = startQemu(
      ['-kernel', imagePath('probe'), '-serial', 'file:serial.out', ...exitDevice, ...extra],
      directory,
    );
    return { ...machine, output: () => readFileSync(join(directory, 'serial.out'), 'latin1') };
  };

  test.skipIf(noQemu)('leaves with status 85 when everything works', { timeout: 60_000 }, async () => {
    const probe = run();
    expect(await probe.exitStatus()).toBe(85);
    expect(probe.output()).toMatch(/^probe: started\r\n(?:probe: [a-z ]+\r\n)+probe: timer\r\nprobe: ok\r\n$/);
  });

  test.skipIf(noQemu)('tells a missing feature from success', { timeout: 60_000 }, async () => {
    expect(await run('-cpu', 'qemu32').exitStatus()).toBe(5);
  });
});
