import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { pathsOf } from '../../home/paths.ts';
import type { EngineCapabilities } from '../engine.ts';
import { capabilitiesOf, specOf } from '../testing/spec-of.ts';
import type { HostFacts } from './host-facts.ts';
import { validateLaunch } from './validate.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'validate-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const host: HostFacts = {
  platform: 'linux',
  architecture: 'x86_64',
  totalMiB: 8000,
  availableMiB: 4000,
  processors: 4,
  isRoot: false,
  kvm: 'usable',
  firstUnprivilegedPort: 1024,
};
const firmware = { architecture: 'x86_64' as const, name: 'OVMF', code: '/c', variables: '/v' };

interface Change {
  readonly host?: Partial<HostFacts>;
  readonly capabilities?: Partial<EngineCapabilities>;
  readonly hasFirmware?: boolean;
  readonly hasQemuImg?: boolean;
  readonly home?: string;
}

type Input = Parameters<typeof specOf>[0];

async function findingsOf(input: Input, change: Change = {}) {
  const spec = specOf(input);
  const paths = pathsOf(change.home ?? directory);
  return validateLaunch(spec, capabilitiesOf({ architecture: spec.architecture, ...change.capabilities }), {
    host: { ...host, ...change.host },
    paths: paths.instance(spec.id),
    home: directory,
    hasQemuImg: change.hasQemuImg ?? true,
    findFirmware: () => (change.hasFirmware === false ? null : firmware),
  });
}

/** `severity code field: message`, one line each. */
async function said(input: Input, change?: Change): Promise<string[]> {
  const findings = await findingsOf(input, change);
  return findings.map(({ severity, failure }) => `${severity} ${failure.code} ${failure.field}: ${failure.message}`);
}

async function file(name: string, content: string | Buffer = 'some bytes'): Promise<string> {
  const path = join(directory, name);
  await writeFile(path, content);
  return path;
}

const demo = { guest: { kind: 'demo' as const } };
const bzImage = () => file('bzImage', Buffer.concat([Buffer.alloc(0x202), Buffer.from('HdrS'), Buffer.alloc(100)]));
const kernelGuest = (kernel: string, more: object = {}): Input => ({
  guest: { kind: 'kernel', kernel, append: 'console=ttyS0', ...more },
});
const diskGuest = (disk: object, more: object = {}): Input => ({
  guest: { kind: 'disk', disks: [{ file: '/none', ...disk }], ...more },
});

it('has nothing to say of a guest that is fine', async () => {
  expect(await said(demo)).toEqual([]);
  expect(await said(kernelGuest(await bzImage()))).toEqual([]);
});

describe('files', () => {
  it.each([
    ['missing', async () => join(directory, 'none'), 'error file_missing guest.kernel'],
    ['a folder', async () => directory, 'error file_not_regular guest.kernel'],
    ['empty', () => file('empty', ''), 'error file_empty guest.kernel'],
    ['no kernel', () => file('letter', 'Dear kernel'), 'warning invalid_input guest.kernel: The file does not look'],
  ])('a kernel that is %s', async (_, make, expected) => {
    expect((await said(kernelGuest(await make())))[0]).toContain(expected);
  });

  it('a FIFO, without waiting for a writer', async () => {
    const path = join(directory, 'fifo');
    execFileSync('mkfifo', [path]);
    expect((await said(diskGuest({ file: path })))[0]).toContain('error file_not_regular guest.disks.0.file');
  });

  it('an unreadable disk', async (context) => {
    if (process.getuid?.() === 0) context.skip('root reads every file');
    const path = await file('secret');
    await chmod(path, 0);
    expect((await said(diskGuest({ file: path })))[0]).toContain('error file_unreadable guest.disks.0.file');
  });

  it('reports every file, not only the first', async () => {
    const lines = await said(kernelGuest('/none/k', { initrd: '/none/i', disks: [{ file: '/none/d' }] }));
    expect(lines.map((line) => line.split(':')[0])).toEqual([
      'error file_missing guest.kernel',
      'error file_missing guest.initrd',
      'error file_missing guest.disks.0.file',
    ]);
  });

  it('a disk whose format is not what was said', async () => {
    const qcow2 = join(directory, 'd.qcow2');
    execFileSync('qemu-img', ['create', '-q', '-f', 'qcow2', qcow2, '1M']);
    const raw = await file('d.raw');
    expect(await said(diskGuest({ file: qcow2, format: 'raw' }))).toEqual([
      expect.stringContaining('warning invalid_input guest.disks.0.format'),
    ]);
    expect((await said(diskGuest({ file: raw, format: 'qcow2' })))[0]).toMatch(
      /^error .*is not qcow2; it looks like raw/,
    );
    expect((await said(diskGuest({ file: raw })))[0]).toMatch(/^note .*used as a raw disk/);
    expect(await said(diskGuest({ file: raw, format: 'raw' }))).toEqual([]);
    expect((await said(diskGuest({ file: await file('d.gz', Buffer.from([0x1f, 0x8b, 8, 0])) })))[0]).toMatch(
      /^error .*compressed/,
    );
  });

  it('a Linux that would stay silent', async () => {
    expect(await said(kernelGuest(await bzImage(), { append: 'quiet' }))).toEqual([
      expect.stringMatching(/^note .* guest.append: .*names no console/),
    ]);
  });

  it('a Multiboot module below a path that QEMU would split', async () => {
    const kernel = join(import.meta.dirname, '../../../../assets/demo-guest/demo-guest.elf');
    const guest = kernelGuest(kernel, { initrd: await file('module') });
    expect(await said(guest)).toEqual([]);
    expect((await said(guest, { home: join(directory, 'a home') }))[0]).toContain('error invalid_input guest.initrd');
  });

  it('firmware of a size that QEMU refuses', async () => {
    const path = await file('fw.bin');
    const bios: Input = { guest: { kind: 'firmware', image: { as: 'bios', file: path } } };
    expect((await said(bios))[0]).toContain('multiple of 64 KiB');
    const flash: Input = { architecture: 'aarch64', guest: { kind: 'firmware', image: { as: 'pflash', code: path } } };
    expect((await said(flash))[0]).toContain('exactly 64 MiB');
    await truncate(path, 64 * 1024);
    expect(await said(bios)).toEqual([]);
  });

  it('an EFI directory that is a file', async () => {
    const path = await file('fw.bin', Buffer.alloc(64 * 1024));
    const guest: Input = { guest: { kind: 'firmware', image: { as: 'bios', file: path }, efiDirectory: path } };
    expect((await said(guest))[0]).toContain('error file_not_regular guest.efiDirectory');
    await mkdir(join(directory, 'efi'));
  });
});

describe('machine', () => {
  it('names what it might have been', async () => {
    const [finding] = await findingsOf({ ...demo, device: { machine: 'q53' } });
    expect(finding?.failure).toMatchObject({ field: 'device.machine', hint: expect.stringContaining('q35') });
    expect(await said({ ...demo, device: { machine: 'q35,smm=off' } })).toEqual([]);
  });

  it('warns of an unknown CPU, where CPUs are known', async () => {
    const input = { ...demo, device: { cpu: 'Skylak-Client,-avx' } };
    expect(await said(input)).toEqual([]);
    const [finding] = await findingsOf(input, { capabilities: { cpus: ['max', 'Skylake-Client'] } });
    expect(finding).toMatchObject({
      severity: 'warning',
      failure: { hint: expect.stringContaining('Skylake-Client') },
    });
  });

  it('IDE: no read-only disk, and not more than there are places', async () => {
    const path = await file('d');
    const disk = { file: path, format: 'raw' as const, interface: 'ide' as const };
    expect((await said(diskGuest({ ...disk, access: 'read-only' })))[0]).toContain('guest.disks.0.access: An IDE disk');
    const five: Input = { guest: { kind: 'disk', disks: [disk, disk, disk, disk, disk] } };
    expect((await said(five))[0]).toContain('4 places');
    expect(await said({ ...five, device: { machine: 'q35' } })).toEqual([]);
  });

  it('UEFI without firmware, and BIOS where there is none', async () => {
    const path = await file('d');
    const uefi = diskGuest({ file: path, format: 'raw' }, { firmware: 'uefi' });
    expect(await said(uefi)).toEqual([]);
    const [finding] = await findingsOf(uefi, { hasFirmware: false });
    expect(finding?.failure).toMatchObject({
      code: 'guest_unavailable',
      field: 'guest.firmware',
      hint: expect.stringMatching(/ovmf/i),
    });
    const bios = { ...diskGuest({ file: path, format: 'raw' }), architecture: 'aarch64' as const };
    expect((await said(bios))[0]).toContain('There is no BIOS on aarch64');
  });
});

describe('guest', () => {
  it('ours are for a PC', async () => {
    expect((await said({ ...demo, architecture: 'riscv64' }, { host: { architecture: 'riscv64' } }))[0]).toContain(
      'error guest_unavailable architecture: The demo guest',
    );
  });

  it('needs qemu-img where something is to be made with it', async () => {
    const disk = { file: await file('d'), format: 'raw' as const };
    const without = { hasQemuImg: false };
    const [finding] = await findingsOf(diskGuest(disk), without);
    expect(finding?.failure).toMatchObject({ code: 'tool_missing', message: expect.stringContaining('qemu-img') });
    expect(await said(diskGuest({ ...disk, access: 'direct' }), without)).toEqual([]);
    expect(await said(diskGuest({ ...disk, media: 'cdrom' }), without)).toEqual([]);
    expect(await said(demo, without)).toEqual([]);
  });
});

describe('host', () => {
  const memory = (memoryMiB: number) => said({ ...demo, device: { memoryMiB } });
  it('memory and processors', async () => {
    expect((await memory(8001))[0]).toContain('error memory_insufficient device.memoryMiB');
    expect((await memory(4001))[0]).toContain('warning memory_insufficient device.memoryMiB');
    expect(await memory(4000)).toEqual([]);
    expect((await said({ ...demo, device: { processors: 5 } }))[0]).toContain(
      'warning invalid_input device.processors',
    );
  });

  it.each<[string, Change, RegExp]>([
    ['not compiled in', { capabilities: { accelerators: ['tcg'] } }, /built without it/],
    ['absent', { host: { kvm: 'absent' } }, /no \/dev\/kvm/],
    ['forbidden', { host: { kvm: 'forbidden' } }, /may not open/],
    ['foreign', { host: { architecture: 'aarch64' } }, /host's architecture only/],
  ])('KVM asked for and %s', async (_, change, cause) => {
    const [finding] = await findingsOf({ ...demo, host: { acceleration: 'kvm' } }, change);
    expect(finding).toMatchObject({
      severity: 'error',
      failure: { code: 'engine_unsuitable', cause: expect.stringMatching(cause) },
    });
  });

  it('a foreign architecture is a note', async () => {
    expect(await said(demo, { host: { architecture: 'aarch64' } })).toEqual([
      expect.stringMatching(/^note engine_unsuitable/),
    ]);
  });
});

describe('ports', () => {
  const port = (name: string, hostPort: number | null, more: object = {}) => ({
    name,
    protocol: 'tcp' as const,
    guest: 22,
    host: hostPort,
    ...more,
  });
  const ports = (...list: ReturnType<typeof port>[]) => said({ ...demo, host: { ports: list } });

  it('duplicates, privileged ports, no network', async () => {
    expect(await ports(port('a', null), port('b', null))).toEqual([]);
    expect((await ports(port('a', null), port('a', null)))[0]).toContain('error invalid_input host.ports.1.name');
    expect((await ports(port('a', 40_001), port('b', 40_001, { bind: '0.0.0.0' })))[0]).toContain(
      'already used by the mapping "a"',
    );
    expect(await ports(port('a', 40_001), port('b', 40_001, { protocol: 'udp' }))).toEqual([]);
    expect((await ports(port('a', 22, { protocol: 'udp' })))[0]).toContain('warning not_permitted host.ports.0.host');
    expect((await said({ ...demo, host: { networking: 'none', ports: [port('a', null)] } }))[0]).toContain(
      'without a network',
    );
  });

  it('busy ones: a warning for a mapping, an error for gdb', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const busy = typeof address === 'object' && address !== null ? address.port : 0;
    try {
      expect((await ports(port('a', busy)))[0]).toContain('warning port_busy host.ports.0.host');
      const gdb = { ...demo, runtime: { debug: { gdb: { port: busy } } } };
      expect((await said(gdb))[0]).toContain('error port_busy runtime.debug.gdb.port');
    } finally {
      server.close();
    }
  });

  it('readiness that can never be', async () => {
    const readiness = (check: { kind: 'banner'; port: string } | { kind: 'serial'; pattern: string }) =>
      said({ ...demo, host: { ports: [port('ssh', null)] }, runtime: { readiness: [check] } });
    expect(await readiness({ kind: 'banner', port: 'ssh' })).toEqual([]);
    expect((await readiness({ kind: 'banner', port: 'http' }))[0]).toContain('runtime.readiness.0.port');
    expect((await readiness({ kind: 'serial', pattern: '(' }))[0]).toContain('no regular expression');
  });
});

it('puts errors first', async () => {
  const lines = await said({ ...demo, device: { processors: 5, memoryMiB: 9000 }, runtime: { extraArguments: '-S' } });
  expect(lines.map((line) => line.split(' ')[0])).toEqual(['error', 'error', 'warning']);
});
