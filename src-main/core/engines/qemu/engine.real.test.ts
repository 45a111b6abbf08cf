/**
 * Plans against real QEMU: for every kind of guest the planned command line starts (paused), greets on QMP, has our
 * UUID, goes on when continued, and quits without a word on stderr. Real capabilities, real staging, odd file names.
 */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, realpath, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, type TestContext } from 'vitest';
import type { Architecture } from '../../../../src-shared/model/engine.ts';
import { pathsOf } from '../../home/paths.ts';
import { systemClock } from '../../kit/clock.ts';
import { findHostTool } from '../../process/host-tool.ts';
import type { EmulatorEngine } from '../engine.ts';
import { specOf } from '../testing/spec-of.ts';
import { createQemuEngine } from './engine.ts';
import { findFirmware } from './firmware.ts';

const uuid = '3f0c1a9e-2b4d-4c6e-8f10-a1b2c3d4e5f6';
const assetsDirectory = join(import.meta.dirname, '../../../../assets');
const demoKernel = join(assetsDirectory, 'demo-guest', 'demo-guest.elf');

let directory: string;
let engine: EmulatorEngine;
let image: (name: string) => string;

beforeAll(async () => {
  directory = await realpath(await mkdtemp(join(tmpdir(), 'engine, real:')));
  const paths = pathsOf(join(directory, 'home'));
  await mkdir(paths.cache, { recursive: true });
  engine = createQemuEngine({ paths, assetsDirectory, clock: systemClock });
  image = (name) => join(directory, name);
  for (const name of ['a:b,c.img', 'ein Bild ü 漢.raw', 'multiboot.bin']) {
    await writeFile(image(name), 'raw');
    await truncate(image(name), 1024 * 1024);
  }
  execFileSync('qemu-img', ['create', '-q', '-f', 'qcow2', image('disk.qcow2'), '16M']);
  await symlink(demoKernel, image('a:b,c kernel.elf'));
  await mkdir(image('efi, dir'));
  await writeFile(join(image('efi, dir'), 'startup.nsh'), 'echo hello\r\n');
});
afterAll(() => rm(directory, { recursive: true, force: true }));

type Input = Parameters<typeof specOf>[0];
type DiskInput = Extract<Input['guest'], { kind: 'disk' }>['disks'][number];

const everyDisk = (): DiskInput[] => [
  { file: image('a:b,c.img'), access: 'overlay' },
  { file: image('ein Bild ü 漢.raw'), access: 'read-only', interface: 'scsi' },
  { file: image('disk.qcow2'), access: 'copy', interface: 'nvme' },
  { file: image('disk.qcow2'), interface: 'usb' },
  { file: image('disk.qcow2'), interface: 'ide' },
  ...(['virtio', 'ide', 'scsi', 'usb', 'nvme'] as const).map((kind) => ({
    file: image('multiboot.bin'),
    media: 'cdrom' as const,
    interface: kind,
  })),
];

/** Runs the plan of a PlainSpec to its end; what QEMU wrote to stderr is the result. */
async function bootsAndQuits(input: Input): Promise<string> {
  const spec = specOf({ name: 'odd, name="x" é', ...input });
  const paths = pathsOf(join(directory, 'home')).instance(spec.id);
  await rm(paths.directory, { recursive: true, force: true });
  await mkdir(paths.run, { recursive: true });
  await mkdir(paths.staged, { recursive: true });
  const capabilities = await engine.detect(spec);
  const errors = (await engine.validate(spec, capabilities)).filter((found) => found.severity === 'error');
  expect(errors).toEqual([]);
  const staged = await engine.stage(spec, {
    paths,
    signal: new AbortController().signal,
    onProgress: () => undefined,
    onStep: () => undefined,
  });
  expect(engine.expectStaged(spec, paths)).toEqual(staged);
  execFileSync('mkfifo', [join(paths.run, 'serial.in')]);
  await writeFile(join(paths.run, 'serial.out'), '');
  const plan = engine.plan({
    spec,
    staged,
    capabilities,
    acceleration: { accelerator: 'tcg', reason: 'Test.', hint: null, verified: false },
    uuid,
    serialStem: 'serial',
  });
  const log = join(directory, 'log');
  await writeFile(log, '');
  const child = spawn(
    'sh',
    ['-c', 'exec "$@" 2>"$0"', log, plan.binary, ...plan.arguments.flatMap((row) => row.args)],
    {
      cwd: paths.run,
      stdio: 'ignore',
    },
  );
  const exited = once(child, 'exit');
  try {
    await converse(paths.qmp, () => child.exitCode ?? child.signalCode);
    await exited;
  } catch (error) {
    throw new Error(`${String(error)}: ${await readFile(log, 'utf8')}`);
  } finally {
    child.kill('SIGKILL');
    await exited;
  }
  expect(child.exitCode).toBe(0);
  return readFile(log, 'utf8');
}

/** Greeting, UUID, `cont`, and `quit`; throws when QEMU ends before, or says something else. */
async function converse(socketPath: string, ended: () => unknown): Promise<void> {
  const socket = await connectWhenThere(socketPath, ended);
  // A QEMU that quits resets the connection; what counts is what it said before.
  socket.on('error', () => undefined);
  const closed = new Promise((resolve) => socket.once('close', resolve));
  const commands = ['qmp_capabilities', 'query-uuid', 'query-status', 'cont', 'quit'];
  const answers: string[] = [];
  let text = '';
  socket.on('data', (piece) => {
    const lines = (text + String(piece)).split('\n');
    text = lines.pop() ?? '';
    for (const line of lines.filter((one) => /^\{"(QMP|return|error)"/.test(one))) {
      answers.push(line);
      const next = commands.shift();
      if (next !== undefined) socket.write(`${JSON.stringify({ execute: next })}\n`);
    }
  });
  await closed;
  expect(answers.filter((line) => line.startsWith('{"error"'))).toEqual([]);
  expect(answers[2]).toContain(uuid);
  expect(answers[3]).toContain('prelaunch');
  expect(commands).toEqual([]);
}

async function connectWhenThere(path: string, ended: () => unknown): Promise<ReturnType<typeof connect>> {
  for (;;) {
    const socket = connect(path);
    const result = await Promise.race([once(socket, 'connect').then(() => 'connected'), once(socket, 'error')]).catch(
      () => null,
    );
    if (result === 'connected') return socket;
    socket.destroy();
    if (ended() !== null) throw new Error(`QEMU ended with ${String(ended())}`);
    await new Promise(setImmediate);
  }
}

function needs(context: TestContext, architecture: Architecture, uefi = false): void {
  const program = `qemu-system-${architecture}`;
  if (findHostTool([program]) === null) context.skip(`${program} is not installed`);
  if (uefi && findFirmware(architecture) === null) context.skip(`no UEFI firmware for ${architecture}`);
}

const timeout = 60_000;

describe.each(['pc', 'q35', null])('x86_64 on %s', (machine) => {
  const device = { machine };
  it(
    'demo',
    async (context) => {
      needs(context, 'x86_64');
      expect(await bootsAndQuits({ device, guest: { kind: 'demo', append: 'quiet' } })).toBe('');
    },
    timeout,
  );

  it(
    'a kernel with an odd name, a module and every kind of disk',
    async (context) => {
      needs(context, 'x86_64');
      const guest = {
        kind: 'kernel' as const,
        kernel: image('a:b,c kernel.elf'),
        append: 'a,b c=d',
        disks: everyDisk(),
      };
      expect(await bootsAndQuits({ device, guest })).toBe('');
    },
    timeout,
  );

  it(
    'every kind of disk by BIOS',
    async (context) => {
      needs(context, 'x86_64');
      expect(await bootsAndQuits({ device, guest: { kind: 'disk', disks: everyDisk() } })).toBe('');
    },
    timeout,
  );

  it(
    'every kind of disk by UEFI',
    async (context) => {
      needs(context, 'x86_64', true);
      expect(await bootsAndQuits({ device, guest: { kind: 'disk', firmware: 'uefi', disks: everyDisk() } })).toBe('');
    },
    timeout,
  );

  it(
    'own firmware in flash, with an EFI directory',
    async (context) => {
      needs(context, 'x86_64', true);
      const firmware = findFirmware('x86_64');
      const flash = { as: 'pflash' as const, code: firmware?.code ?? '', variables: firmware?.variables ?? null };
      const guest = { kind: 'firmware' as const, image: flash, efiDirectory: image('efi, dir'), disks: everyDisk() };
      expect(await bootsAndQuits({ device, guest })).toBe('');
      expect(
        await bootsAndQuits({ device, guest: { ...guest, image: { ...flash, variables: null }, disks: [] } }),
      ).toBe('');
    },
    timeout,
  );

  it(
    'own firmware by -bios',
    async (context) => {
      needs(context, 'x86_64');
      const guest = { kind: 'firmware' as const, image: { as: 'bios' as const, file: image('multiboot.bin') } };
      expect(await bootsAndQuits({ device, guest, host: { networking: 'none' } })).toBe('');
    },
    timeout,
  );
});

describe('x86_64', () => {
  it(
    'microvm',
    async (context) => {
      needs(context, 'x86_64');
      const guest = { kind: 'kernel' as const, kernel: demoKernel, disks: everyDisk().slice(0, 2) };
      expect(await bootsAndQuits({ device: { machine: 'microvm' }, guest })).toBe('');
    },
    timeout,
  );

  it(
    'debugging aids and extra arguments',
    async (context) => {
      needs(context, 'x86_64');
      const debug = {
        gdb: { port: null },
        startPaused: true,
        noReboot: true,
        noShutdown: true,
        log: ['guest_errors' as const],
      };
      const extraArguments = `-device edu -device pci-testdev -global 'isa-debugcon.iobase=0x402' -append "x 'y' \\$Z"`;
      expect(await bootsAndQuits({ guest: { kind: 'demo' }, runtime: { debug, extraArguments } })).toBe('');
    },
    timeout,
  );
});

describe.each(['aarch64', 'riscv64'] as const)('%s', (architecture) => {
  /** Any bytes: the guest is let go for a moment only. */
  const kernel = () => ({ kind: 'kernel' as const, kernel: image('multiboot.bin'), append: 'a,b', disks: everyDisk() });

  it(
    'a kernel with every kind of disk',
    async (context) => {
      needs(context, architecture);
      expect(await bootsAndQuits({ architecture, guest: kernel() })).toBe('');
    },
    timeout,
  );

  it(
    'a disk by UEFI',
    async (context) => {
      needs(context, architecture, true);
      expect(await bootsAndQuits({ architecture, guest: { kind: 'disk', firmware: 'uefi', disks: everyDisk() } })).toBe(
        '',
      );
    },
    timeout,
  );

  it(
    'own firmware by -bios with an EFI directory',
    async (context) => {
      needs(context, architecture);
      const guest = {
        kind: 'firmware' as const,
        image: { as: 'bios' as const, file: image('multiboot.bin') },
        efiDirectory: image('efi, dir'),
      };
      expect(await bootsAndQuits({ architecture, guest })).toBe('');
    },
    timeout,
  );
});

describe('describe', () => {
  it('says what is installed, or what to install', async () => {
    const found = await engine.describe();
    expect(found.map((one) => one.architecture)).toEqual(['x86_64', 'aarch64', 'riscv64']);
    for (const one of found) {
      if (one.binary === null) expect(one.note).toMatch(/not installed.*[Ii]nstall/s);
      else
        expect(one).toMatchObject({
          version: expect.stringMatching(/^\d+\.\d+/),
          accelerators: expect.arrayContaining(['tcg']),
        });
    }
  });
});
