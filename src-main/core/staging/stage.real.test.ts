import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Progress } from '../../../src-shared/model/instance.ts';
import { type Spec, specSchema } from '../../../src-shared/model/spec.ts';
import type { StagingContext } from '../engines/engine.ts';
import { type InstancePaths, instancePathsOf } from '../home/paths.ts';
import { systemClock } from '../kit/clock.ts';
import { createStaging, type StagingDependencies } from './stage.ts';

let directory: string;
let paths: InstancePaths;
let steps: string[];
let progress: Progress[];
let controller: AbortController;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'stage-'));
  paths = instancePathsOf(join(directory, 'instance'));
  steps = [];
  progress = [];
  controller = new AbortController();
  await mkdir(join(directory, 'assets', 'demo-guest'), { recursive: true });
  await writeFile(join(directory, 'assets', 'demo-guest', 'demo-guest.elf'), 'demo');
});
afterEach(async () => {
  await rm(directory, { recursive: true, force: true });
});

const at = (name: string) => join(directory, name);

function dependencies(change: Partial<StagingDependencies> = {}): StagingDependencies {
  return {
    assetsDirectory: at('assets'),
    linuxGuestDirectory: at('linux'),
    sshDirectory: at('ssh'),
    clock: systemClock,
    prepareLinuxGuest: async () => ({ kernel: at('vmlinuz'), baseInitrd: at('initrd.gz') }),
    appendAuthorizedKey: async (base, key, destination) =>
      writeFile(destination, `${await readFile(base, 'utf8')}+${key}`),
    ensureSshKeys: async () => ({ privateKeyPath: '', publicKeyPath: '', publicKey: 'ssh-ed25519 AAAA slipway' }),
    findFirmware: (architecture) => ({ architecture, name: 'test', code: at('CODE.fd'), variables: at('VARS.fd') }),
    findTool: async () => '/usr/bin/qemu-img',
    ...change,
  };
}

const context = (): StagingContext => ({
  paths,
  signal: controller.signal,
  onProgress: (value) => progress.push(value),
  onStep: (name, note) => steps.push(`${name}: ${note}`),
});

function specOf(guest: unknown, runtime: unknown = {}): Spec {
  return specSchema.parse({ version: 1, id: 'x', name: 'x', createdAt: '2026-01-01T00:00:00.000Z', guest, runtime });
}

const stage = (spec: Spec, change: Partial<StagingDependencies> = {}) =>
  createStaging(dependencies(change)).stage(spec, context());
const stagedFiles = async () => (await readdir(paths.staged)).sort();
const rawDisk = (name: string, text: string) =>
  writeFile(at(name), Buffer.concat([Buffer.from(text), Buffer.alloc(1048576)]));
const info = (path: string): Record<string, unknown> =>
  JSON.parse(execFileSync('qemu-img', ['info', '--output=json', path], { encoding: 'utf8' }));

describe('staging', () => {
  it('demo: its own copy of the kernel, reused the second time, as the preview said', async () => {
    const spec = specOf({ kind: 'demo', append: 'quiet' });
    const images = await stage(spec);
    expect(images).toEqual(createStaging(dependencies()).expect(spec, paths));
    expect(images).toMatchObject({ kernel: join(paths.staged, 'kernel'), append: 'quiet' });
    expect(await readFile(join(paths.staged, 'kernel'), 'utf8')).toBe('demo');
    steps = [];
    await stage(spec);
    expect(steps).toEqual(['Check files: ', 'Kernel: reused: unchanged']);
  });

  it('linux: builds, stages, embeds the key and opens the console', async () => {
    await writeFile(at('vmlinuz'), 'kernel');
    await writeFile(at('initrd.gz'), 'initrd');
    const images = await stage(specOf({ kind: 'linux', append: 'debug' }));
    expect(images.append).toBe('console=ttyS0 debug');
    expect(await readFile(images.initrd ?? '', 'utf8')).toBe('initrd+ssh-ed25519 AAAA slipway');
    steps = [];
    await stage(specOf({ kind: 'linux' }), {
      ensureSshKeys: async () => ({ privateKeyPath: '', publicKeyPath: '', publicKey: 'ssh-ed25519 BBBB new' }),
    });
    expect(steps.slice(-2)).toEqual([
      'Kernel: reused: unchanged',
      'Initrd with ssh key: the ssh key is added to the guest’s initrd: what goes into it has changed',
    ]);
  });

  it('kernel: odd source names never reach QEMU', async () => {
    await writeFile(at('multiboot.bin'), 'k');
    await writeFile(at('a:b,c.img'), 'i');
    const images = await stage(specOf({ kind: 'kernel', kernel: at('multiboot.bin'), initrd: at('a:b,c.img') }));
    expect(images).toMatchObject({ kernel: join(paths.staged, 'kernel'), initrd: join(paths.staged, 'initrd') });
    expect(await readFile(images.initrd ?? '', 'utf8')).toBe('i');
  });

  it('disk: an overlay on a base called a:b,c.img that QEMU opens', async () => {
    await rawDisk('a:b,c.img', 'base');
    const images = await stage(specOf({ kind: 'disk', disks: [{ file: at('a:b,c.img') }] }));
    expect(images.disks).toEqual([
      {
        path: join(paths.staged, 'disk-0.qcow2'),
        format: 'qcow2',
        readOnly: false,
        media: 'disk',
        interface: 'virtio',
        field: 'guest.disks.0',
        note: `overlay on ${at('a:b,c.img')} (raw)`,
      },
    ]);
    expect(info(join(paths.staged, 'disk-0.qcow2'))).toMatchObject({
      'backing-filename': at('a:b,c.img'),
      'backing-filename-format': 'raw',
      'virtual-size': 1048576 + 512,
    });
    expect(
      execFileSync('qemu-io', ['-r', '-c', 'read -P 98 0 1', join(paths.staged, 'disk-0.qcow2')], { encoding: 'utf8' }),
    ).toContain('read 1/1');
  });

  it('a rebuilt base: a new overlay, the guest’s writes kept aside, and said so', async () => {
    const spec = specOf({ kind: 'disk', disks: [{ file: at('base.img') }] });
    await rawDisk('base.img', 'one');
    await stage(spec);
    const overlay = join(paths.staged, 'disk-0.qcow2');
    execFileSync('qemu-io', ['-c', 'write -P 7 4096 512', overlay]);
    const written = await readFile(overlay);
    steps = [];
    await stage(spec);
    expect(steps.at(-1)).toBe('Disk 0: reused: unchanged');
    await rawDisk('base.img', 'two');
    await stage(spec);
    const aside = (await stagedFiles()).find((name) => name.includes('superseded')) ?? '';
    expect(aside).toMatch(/^disk-0\.superseded-\d{8}T\d{9}Z\.qcow2$/);
    expect(await readFile(join(paths.staged, aside))).toEqual(written);
    expect(steps.at(-1)).toContain(
      `has changed: its first bytes are different; what the guest wrote before is kept as staged/${aside}`,
    );
    execFileSync('qemu-io', ['-r', '-c', 'read -P 0 4096 512', overlay]);
  });

  it('another access moves the old private disk aside too', async () => {
    await rawDisk('base.img', 'one');
    await stage(specOf({ kind: 'disk', disks: [{ file: at('base.img') }] }));
    const images = await stage(specOf({ kind: 'disk', disks: [{ file: at('base.img'), access: 'copy' }] }));
    expect(images.disks[0]).toMatchObject({ path: join(paths.staged, 'disk-0.raw'), format: 'raw' });
    expect(await stagedFiles()).toEqual([
      expect.stringMatching(/^disk-0\.raw$/),
      expect.stringMatching(/superseded.*\.qcow2$/),
      'staging.json',
    ]);
  });

  it('a failed restage puts the old disk back', async () => {
    const spec = specOf({ kind: 'disk', disks: [{ file: at('base.img') }] });
    await rawDisk('base.img', 'one');
    await stage(spec);
    await rawDisk('base.img', 'two');
    await expect(stage(spec, { findTool: async () => null })).rejects.toMatchObject({ code: 'tool_missing' });
    expect(await stagedFiles()).toEqual(['disk-0.qcow2', 'staging.json']);
  });

  it('direct, read-only and CD-ROM disks are used where they are, with the format found', async () => {
    execFileSync('qemu-img', ['create', '-q', '-f', 'qcow2', at('x.img'), '1M']);
    const disc = Buffer.alloc(65536);
    disc.write('CD001', 32769);
    await writeFile(at('x.iso'), disc);
    const spec = specOf({
      kind: 'disk',
      disks: [
        { file: at('x.img'), access: 'direct' },
        { file: at('x.img'), access: 'read-only' },
        { file: at('x.iso'), media: 'cdrom' },
      ],
    });
    const images = await stage(spec);
    expect(images.disks.map(({ path, format, readOnly }) => ({ path, format, readOnly }))).toEqual([
      { path: at('x.img'), format: 'qcow2', readOnly: false },
      { path: at('x.img'), format: 'qcow2', readOnly: true },
      { path: at('x.iso'), format: 'raw', readOnly: true },
    ]);
    expect(createStaging(dependencies()).expect(spec, paths)).toEqual(images);
    expect(await stagedFiles()).toEqual([]);
  });

  it('a copied qcow2 still finds a backing file that it names relatively', async () => {
    await rawDisk('base.img', 'base');
    execFileSync('qemu-img', ['create', '-q', '-f', 'qcow2', '-b', 'base.img', '-F', 'raw', at('top.qcow2')]);
    const images = await stage(specOf({ kind: 'disk', disks: [{ file: at('top.qcow2'), access: 'copy' }] }));
    expect(info(images.disks[0]?.path ?? '')).toMatchObject({
      'backing-filename': at('base.img'),
      'backing-filename-format': 'raw',
    });
    expect(info(at('top.qcow2'))['backing-filename']).toBe('base.img');
  });

  it('UEFI variables: one qcow2 per instance, kept between boots and over a firmware update', async () => {
    await writeFile(at('CODE.fd'), Buffer.alloc(65536, 1));
    await writeFile(at('VARS.fd'), Buffer.alloc(65536, 2));
    await rawDisk('base.img', 'base');
    const spec = specOf({ kind: 'disk', firmware: 'uefi', disks: [{ file: at('base.img') }] });
    const images = await stage(spec);
    expect(images.pflash).toEqual({
      code: at('CODE.fd'),
      variables: join(paths.staged, 'variables.qcow2'),
      variablesFormat: 'qcow2',
    });
    expect(info(join(paths.staged, 'variables.qcow2'))).toMatchObject({ format: 'qcow2', 'virtual-size': 65536 });
    await writeFile(at('VARS.fd'), Buffer.alloc(65536, 3));
    steps = [];
    await stage(spec);
    expect(steps[1]).toMatch(/^Firmware variables: reused: kept, although/);
  });

  it('firmware: bios copied; code in qcow2 made raw; the EFI folder by its path', async () => {
    await writeFile(at('bios.bin'), Buffer.alloc(65536, 1));
    await mkdir(at('efi'));
    const bios = await stage(
      specOf({ kind: 'firmware', image: { as: 'bios', file: at('bios.bin') }, efiDirectory: at('efi') }),
    );
    expect(bios).toMatchObject({ bios: join(paths.staged, 'bios'), efiDirectory: at('efi'), pflash: null });
    execFileSync('qemu-img', ['convert', '-O', 'qcow2', at('bios.bin'), at('code.qcow2')]);
    const flash = await stage(specOf({ kind: 'firmware', image: { as: 'pflash', code: at('code.qcow2') } }));
    expect(flash.pflash).toEqual({
      code: join(paths.staged, 'firmware-code'),
      variables: null,
      variablesFormat: 'qcow2',
    });
    expect(await readFile(flash.pflash?.code ?? '')).toEqual(await readFile(at('bios.bin')));
  });

  it('restaging by request makes everything anew', async () => {
    const spec = specOf({ kind: 'disk', disks: [{ file: at('base.img') }] }, { staging: 'restage' });
    await rawDisk('base.img', 'one');
    await stage(spec);
    await stage(spec);
    expect(steps.at(-1)).toContain('restaging was asked for');
    expect(await stagedFiles()).toEqual(['disk-0.qcow2', 'staging.json']);
  });

  it('clears away what a crash left, and only that', async () => {
    await mkdir(paths.staged, { recursive: true });
    await writeFile(join(paths.staged, 'kernel.0123456789ab.tmp'), 'half');
    await writeFile(join(paths.staged, 'mine.tmp'), 'a person’s');
    await writeFile(paths.stagingRecord, 'not json');
    await stage(specOf({ kind: 'demo' }));
    expect(await stagedFiles()).toEqual(['kernel', 'mine.tmp', 'staging.json']);
  });

  it('cancelled while copying: nothing half-written, and the next launch works', async () => {
    await writeFile(at('kernel'), Buffer.alloc(32 * 1048576, 1));
    const spec = specOf({ kind: 'kernel', kernel: at('kernel') });
    const staging = createStaging(dependencies());
    const cancelled = staging.stage(spec, { ...context(), onProgress: () => controller.abort() });
    await expect(cancelled).rejects.toMatchObject({ name: 'AbortError' });
    expect(await stagedFiles()).toEqual([]);
    controller = new AbortController();
    await stage(spec);
    expect((await stat(join(paths.staged, 'kernel'))).size).toBe(32 * 1048576);
  });

  it('reports progress at most ten times a second, and always the end', async () => {
    await writeFile(at('kernel'), Buffer.alloc(64 * 1048576, 1));
    const started = performance.now();
    await stage(specOf({ kind: 'kernel', kernel: at('kernel') }));
    expect(progress.length).toBeLessThanOrEqual(2 + Math.ceil((performance.now() - started) / 100));
    expect(progress.at(-1)).toEqual({ step: 'Kernel', done: 64 * 1048576, total: 64 * 1048576, unit: 'bytes' });
  });

  it('a touched source is not trusted', async () => {
    await writeFile(at('kernel'), 'k');
    const spec = specOf({ kind: 'kernel', kernel: at('kernel') });
    await stage(spec);
    await utimes(at('kernel'), 1, 1);
    await stage(spec);
    expect(steps.at(-1)).toContain('was written to since');
  });
});

describe('staging refuses, before it writes anything', () => {
  const refusal = async (guest: unknown, change: Partial<StagingDependencies> = {}) => {
    const error: unknown = await stage(specOf(guest), change).catch((reason: unknown) => reason);
    await expect(stagedFiles()).rejects.toThrow('ENOENT');
    return error;
  };

  it.each([
    ['a missing kernel', { kind: 'kernel', kernel: '/nope/kernel' }, { code: 'file_missing', field: 'guest.kernel' }],
    ['a folder', { kind: 'kernel', kernel: '/tmp' }, { code: 'file_not_regular', field: 'guest.kernel' }],
    [
      'a device as kernel',
      { kind: 'kernel', kernel: '/dev/null' },
      { code: 'file_not_regular', field: 'guest.kernel' },
    ],
    [
      'a missing disk',
      { kind: 'disk', disks: [{ file: '/nope/d' }] },
      { code: 'file_missing', field: 'guest.disks.0.file' },
    ],
    [
      'an EFI folder that is a file',
      { kind: 'firmware', image: { as: 'bios', file: '/etc/hostname' }, efiDirectory: '/etc/hostname' },
      { code: 'file_not_regular', field: 'guest.efiDirectory' },
    ],
  ])('%s', async (_, guest, failure) => {
    expect(await refusal(guest)).toMatchObject({ failure });
  });

  it('an empty image', async () => {
    await writeFile(at('empty'), '');
    expect(await refusal({ kind: 'disk', disks: [{ file: at('empty') }] })).toMatchObject({
      failure: { code: 'file_empty', field: 'guest.disks.0.file' },
    });
  });

  it('a compressed image, with the command that unpacks it', async () => {
    await writeFile(at('x.img.xz'), Buffer.from('\xfd7zXZ\0more', 'latin1'));
    expect(await refusal({ kind: 'disk', disks: [{ file: at('x.img.xz') }] })).toMatchObject({
      failure: { code: 'invalid_input', hint: expect.stringContaining('xz -d -k') },
    });
  });

  it('an image that is not of the format given', async () => {
    await rawDisk('x.img', 'raw');
    expect(await refusal({ kind: 'disk', disks: [{ file: at('x.img'), format: 'qcow2' }] })).toMatchObject({
      failure: { code: 'invalid_input', field: 'guest.disks.0.format' },
    });
  });

  it('UEFI without firmware', async () => {
    await rawDisk('x.img', 'raw');
    expect(
      await refusal({ kind: 'disk', firmware: 'uefi', disks: [{ file: at('x.img') }] }, { findFirmware: () => null }),
    ).toMatchObject({
      failure: { code: 'guest_unavailable', hint: expect.stringContaining('ovmf') },
    });
  });

  it('a copy of a descriptor, whose data are in other files', async () => {
    execFileSync('qemu-img', ['create', '-q', '-f', 'vmdk', '-o', 'subformat=monolithicFlat', at('x.vmdk'), '1M']);
    const error = await stage(specOf({ kind: 'disk', disks: [{ file: at('x.vmdk'), access: 'copy' }] })).catch(
      (reason: unknown) => reason,
    );
    expect(error).toMatchObject({ failure: { code: 'invalid_input', hint: expect.stringContaining('overlay') } });
    expect(await stagedFiles()).toEqual([]);
  });
});
