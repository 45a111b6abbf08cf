/**
 * The strongest proof that an import says the same: the command as it was pasted and the instance it became run side by
 * side, both paused, and QEMU itself is asked over QMP what machine, memory, processors, drives and PCI devices each has.
 */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdir, mkdtemp, readFile, realpath, rm, truncate, writeFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pathsOf } from '../../../home/paths.ts';
import { systemClock } from '../../../kit/clock.ts';
import { findHostTool, systemSearch } from '../../../process/host-tool.ts';
import { specOf } from '../../testing/spec-of.ts';
import { createQemuEngine } from '../engine.ts';
import { findFirmware } from '../firmware.ts';
import { importCommand } from './import-command.ts';

const assetsDirectory = join(import.meta.dirname, '../../../../../assets');
let directory: string;

beforeAll(async () => {
  directory = await realpath(await mkdtemp(join(tmpdir(), 'import real, ')));
  await mkdir(join(directory, 'esp'));
  await writeFile(join(directory, 'esp', 'startup.nsh'), 'echo hello\r\n');
  for (const [name, mebibytes] of [
    ['a.img', 4],
    ['b.img', 8],
    ['cd.iso', 2],
    ['sd.img', 16],
    ['floppy.img', 1],
  ] as const) {
    await writeFile(join(directory, name), 'x');
    await truncate(join(directory, name), mebibytes * 1024 * 1024);
  }
  execFileSync('qemu-img', ['create', '-q', '-f', 'qcow2', join(directory, 'd.qcow2'), '16M']);
  await copyFile(join(assetsDirectory, 'demo-guest', 'demo-guest.elf'), join(directory, 'kernel.elf'));
  await writeFile(join(directory, 'flat.bin'), Buffer.alloc(4096, 0x13));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

interface PausedGuest {
  ask(execute: string, args?: object): Promise<unknown>;
  end(): Promise<void>;
}

/** Starts QEMU and greets it. Throws with what it said when it ends before. */
async function paused(binary: string, args: readonly string[], cwd: string, socketPath: string): Promise<PausedGuest> {
  const log = join(directory, 'log');
  const child = spawn('sh', ['-c', 'exec "$@" > "$0" 2>&1 < /dev/null', log, binary, ...args], {
    cwd,
    stdio: 'ignore',
  });
  const exited = once(child, 'exit');
  const end = async () => {
    child.kill('SIGKILL');
    await exited;
  };
  try {
    const socket = await connected(socketPath, () => child.exitCode ?? child.signalCode);
    const answer = reader(socket);
    await answer();
    const ask = async (execute: string, parameters: object = {}) => {
      socket.write(`${JSON.stringify({ execute, arguments: parameters })}\n`);
      return answer();
    };
    await ask('qmp_capabilities');
    return {
      ask,
      end: async () => {
        socket.destroy();
        await end();
      },
    };
  } catch (error) {
    await end();
    throw new Error(`${String(error)}: ${await readFile(log, 'utf8').catch(() => '')}`);
  }
}

async function connected(path: string, ended: () => unknown): Promise<Socket> {
  for (;;) {
    const socket = connect(path);
    const result = await Promise.race([once(socket, 'connect').then(() => true), once(socket, 'error')]).catch(
      () => null,
    );
    if (result === true) return socket;
    socket.destroy();
    if (ended() !== null) throw new Error(`QEMU ended with ${String(ended())}`);
    await new Promise(setImmediate);
  }
}

/** The next answer: events are passed over. */
function reader(socket: Socket): () => Promise<unknown> {
  let text = '';
  const waiting: unknown[] = [];
  let wake = () => {};
  socket.on('error', () => wake());
  socket.on('data', (piece) => {
    text += String(piece);
    const lines = text.split('\n');
    text = lines.pop() ?? '';
    for (const line of lines) {
      const message = JSON.parse(line) as Record<string, unknown>;
      if ('error' in message) waiting.push({ error: message.error });
      else if ('return' in message) waiting.push(message.return);
      else if ('QMP' in message) waiting.push(message.QMP);
    }
    wake();
  });
  return async () => {
    while (waiting.length === 0) await new Promise<void>((done) => (wake = done));
    return waiting.shift();
  };
}

interface Block {
  readonly inserted?: {
    readonly image: { readonly filename: string; readonly 'backing-image'?: { readonly filename: string } };
    readonly ro: boolean;
  };
}

/** What QEMU says of itself, without what differs on purpose. */
async function facts({ ask }: PausedGuest) {
  const type = (await ask('qom-get', { path: '/machine', property: 'type' })) as unknown;
  const memory = await ask('query-memory-size-summary');
  const cpus = (await ask('query-cpus-fast')) as { 'qom-type'?: string; 'qom-path': string }[];
  const kinds: unknown[] = [];
  for (const { 'qom-path': path } of cpus) {
    // The 32-bit programs' CPUs are those of the larger ones by another name.
    kinds.push(String(await ask('qom-get', { path, property: 'type' })).replace('-i386-cpu', '-x86_64-cpu'));
  }
  const blocks = (await ask('query-block')) as Block[];
  const drives = blocks.flatMap(({ inserted }) =>
    inserted === undefined ? [] : [`${fileOf(inserted.image)} ${inserted.ro ? 'ro' : 'rw'}`],
  );
  const buses = (await ask('query-pci')) as { devices?: PciDevice[] }[] | { error: unknown };
  const devices = Array.isArray(buses) ? buses.flatMap((bus) => (bus.devices ?? []).flatMap(idsOf)) : [];
  const status = await ask('query-status');
  return {
    type,
    memory,
    kinds,
    drives: drives.sort(),
    devices: devices.sort(),
    status: (status as { status: string }).status,
  };
}

interface PciDevice {
  readonly id: { readonly vendor: number; readonly device: number };
  readonly pci_bridge?: { readonly devices?: PciDevice[] };
}

function idsOf({ id, pci_bridge }: PciDevice): string[] {
  return [`${id.vendor.toString(16)}:${id.device.toString(16)}`, ...(pci_bridge?.devices ?? []).flatMap(idsOf)];
}

/** Flash variables are a copy, overlays and snapshots are temporary: what counts is the file behind. */
function fileOf(image: { filename: string; 'backing-image'?: { filename: string } }): string {
  const file = image['backing-image']?.filename ?? image.filename;
  const json = /^json:(.*)$/.exec(file)?.[1];
  const named =
    json === undefined ? file : String((JSON.parse(json) as { file?: { filename?: string } }).file?.filename);
  return /variables\.qcow2$|vars\.fd$/.test(named) ? 'variables' : resolve(directory, named);
}

const x86 = 'qemu-system-x86_64';
const commands: readonly (readonly [string, string])[] = [
  ['a kernel with a default PC', `${x86} -kernel kernel.elf -append "a b" -m 256 -smp 2 -nographic`],
  [
    'q35, a virtio disk and an e1000',
    `${x86} -M q35 -m 512 -drive file=a.img,format=raw,if=virtio -netdev user,id=n0 -device e1000,netdev=n0,mac=52:54:00:11:22:33`,
  ],
  ['an IDE disk, a CD and a Cirrus card', `${x86} -hda a.img -cdrom cd.iso -boot d -m 64 -vga cirrus`],
  [
    'two IDE disks the wrong way round',
    'qemu-system-i386 -serial mon:stdio -drive file=b.img,index=1,media=disk,format=raw -drive file=a.img,index=0,media=disk,format=raw -smp 2 -m 128',
  ],
  [
    'arm with virtio',
    'qemu-system-aarch64 -M virt -cpu cortex-a57 -m 256 -smp 2 -kernel flat.bin -drive if=virtio,file=d.qcow2,format=qcow2 -nic user -nographic',
  ],
  ['32-bit arm', 'qemu-system-arm -M virt -cpu cortex-a15 -m 128 -kernel flat.bin -nographic'],
  [
    'riscv with a virtio-mmio disk',
    'qemu-system-riscv64 -machine virt -bios none -kernel flat.bin -m 128M -smp 3 -nographic -drive file=a.img,if=none,format=raw,id=disk0 -device virtio-blk-device,drive=disk0,bus=virtio-mmio-bus.0',
  ],
  [
    'a raspberry with a card',
    'qemu-system-aarch64 -M raspi3b -kernel flat.bin -sd sd.img -serial null -serial stdio -display none',
  ],
  [
    'scsi and usb',
    `${x86} -M q35 -m 256 -device virtio-scsi-pci,id=scsi -drive if=none,id=h,file=a.img,format=raw -device scsi-hd,drive=h,bus=scsi.0 -device qemu-xhci,id=x -drive if=none,id=s,file=b.img,format=raw -device usb-storage,drive=s,bus=x.0`,
  ],
  [
    'nvme, slots and sockets',
    `${x86} -M q35 -m 256M,slots=2,maxmem=1G -smp 4,sockets=2,cores=2 -drive file=a.img,if=none,id=nvm,format=raw -device nvme,serial=deadbeef,drive=nvm -device virtio-rng-pci`,
  ],
  [
    'a network that stays',
    `${x86} -m 128 -hda a.img -netdev user,id=net0,net=192.168.76.0/24 -device rtl8139,netdev=net0 -device edu`,
  ],
  [
    'microvm',
    `${x86} -M microvm -m 128 -kernel kernel.elf -nodefaults -no-user-config -serial stdio -display none -drive id=t,file=a.img,format=raw,if=none -device virtio-blk-device,drive=t -netdev user,id=n -device virtio-net-device,netdev=n`,
  ],
  ['isapc', 'qemu-system-i386 -M isapc -m 16 -hda a.img -net none'],
  ['a snapshot', `${x86} -snapshot -m 128 -drive file=a.img,format=raw -drive file=d.qcow2,if=virtio,format=qcow2`],
  [
    'a block graph without defaults',
    `${x86} -M q35 -m 128 -nodefaults -blockdev driver=file,node-name=f,filename=d.qcow2 -blockdev driver=qcow2,node-name=q,file=f -device virtio-blk-pci,drive=q,bootindex=1 -device virtio-vga`,
  ],
  [
    'one thread for all processors',
    `${x86} -accel tcg,thread=single -smp 2 -m 128 -kernel kernel.elf -nographic -vga none -net none`,
  ],
  ['a floppy first', `${x86} -m 32 -drive file=floppy.img,if=floppy,format=raw -hda a.img -boot a`],
];

async function runBoth(text: string) {
  const home = join(directory, 'home');
  await rm(home, { recursive: true, force: true });
  const paths = pathsOf(home);
  await mkdir(paths.cache, { recursive: true });
  const host = { directory, home: '/nonexistent', processors: 2, machine: 'x86_64' };
  const { request } = importCommand({ text, host, variables: {} });
  const spec = specOf({ ...request, name: 'imported' });
  const instance = paths.instance(spec.id);
  await mkdir(instance.run, { recursive: true });
  await mkdir(instance.staged, { recursive: true });
  const engine = createQemuEngine({ paths, assetsDirectory, clock: systemClock });
  const capabilities = await engine.detect(spec);
  const errors = (await engine.validate(spec, capabilities)).filter(({ severity }) => severity === 'error');
  expect(errors).toEqual([]);
  const context = { paths: instance, signal: new AbortController().signal, onProgress() {}, onStep() {} };
  const staged = await engine.stage(spec, context);
  for (const line of ['serial', 'serial-2']) {
    execFileSync('mkfifo', [join(instance.run, `${line}.in`)]);
    await writeFile(join(instance.run, `${line}.out`), '');
  }
  const acceleration = { accelerator: 'tcg', reason: '', hint: null, verified: false } as const;
  const plan = engine.plan({
    spec,
    staged,
    capabilities,
    acceleration,
    uuid: '11111111-2222-4333-8444-555555555555',
    serialStem: 'serial',
  });
  const words = JSON.parse(
    execFileSync('sh', ['-c', `node -e 'console.log(JSON.stringify(process.argv.slice(1)))' -- ${text}`], {
      encoding: 'utf8',
    }),
  ) as string[];
  const [program = '', ...args] = words;
  const socket = join(directory, 'qmp');
  await rm(socket, { force: true });
  const own = [
    '-S',
    '-display',
    'none',
    '-monitor',
    'none',
    '-qmp',
    `unix:${socket.replaceAll(',', ',,')},server=on,wait=off`,
  ];
  // One after the other: QEMU locks images it writes to.
  const original = await paused(program, [...args, ...own], directory, socket);
  const expected = await facts(original).finally(original.end);
  const guest = await paused(
    plan.binary,
    plan.arguments.flatMap((row) => row.args),
    instance.run,
    instance.qmp,
  );
  const actual = await facts(guest).finally(guest.end);
  return { expected, actual };
}

describe('an imported command, asked over QMP', () => {
  it.for(commands)('%s', async ([, text], { skip }) => {
    const program = text.split(' ')[0] ?? '';
    skip(findHostTool([program], systemSearch) === null, `${program} is not installed`);
    const { expected, actual } = await runBoth(text);
    expect(actual).toEqual(expected);
  });

  it('UEFI flash and a directory as a disk', async ({ skip }) => {
    const firmware = findFirmware('x86_64');
    skip(firmware === null, 'no UEFI firmware for x86_64 is installed');
    await copyFile(firmware?.variables ?? '', join(directory, 'vars.fd'));
    const { expected, actual } = await runBoth(
      `${x86} -M q35 -m 128 -drive if=pflash,format=raw,readonly=on,file=${firmware?.code} -drive if=pflash,format=raw,file=vars.fd -drive format=raw,file=fat:rw:esp -net none`,
    );
    expect(actual).toEqual(expected);
  });
});
