import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { StagingDependencies } from './stage.ts';
import { StagingBench, specOf } from './testing/staging-bench.ts';

let bench: StagingBench;
beforeEach(async () => {
  bench = await StagingBench.open();
});
afterEach(() => bench.close());

describe('staging refuses, before it writes anything', () => {
  const refusal = async (guest: unknown, change: Partial<StagingDependencies> = {}) => {
    const error: unknown = await bench.stage(specOf(guest), change).catch((reason: unknown) => reason);
    await expect(bench.stagedFiles()).rejects.toThrow('ENOENT');
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
    await writeFile(bench.at('empty'), '');
    expect(await refusal({ kind: 'disk', disks: [{ file: bench.at('empty') }] })).toMatchObject({
      failure: { code: 'file_empty', field: 'guest.disks.0.file' },
    });
  });

  it('a compressed image, with the command that unpacks it', async () => {
    await writeFile(bench.at('x.img.xz'), Buffer.from('\xfd7zXZ\0more', 'latin1'));
    expect(await refusal({ kind: 'disk', disks: [{ file: bench.at('x.img.xz') }] })).toMatchObject({
      failure: { code: 'invalid_input', hint: expect.stringContaining('xz -d -k') },
    });
  });

  it('an image that is not of the format given', async () => {
    await bench.rawDisk('x.img', 'raw');
    expect(await refusal({ kind: 'disk', disks: [{ file: bench.at('x.img'), format: 'qcow2' }] })).toMatchObject({
      failure: { code: 'invalid_input', field: 'guest.disks.0.format' },
    });
  });

  it('UEFI without firmware', async () => {
    await bench.rawDisk('x.img', 'raw');
    expect(
      await refusal(
        { kind: 'disk', firmware: 'uefi', disks: [{ file: bench.at('x.img') }] },
        { findFirmware: () => null },
      ),
    ).toMatchObject({
      failure: { code: 'guest_unavailable', hint: expect.stringContaining('ovmf') },
    });
  });

  it('a copy of a descriptor, whose data are in other files', async () => {
    execFileSync('qemu-img', [
      'create',
      '-q',
      '-f',
      'vmdk',
      '-o',
      'subformat=monolithicFlat',
      bench.at('x.vmdk'),
      '1M',
    ]);
    const error = await bench
      .stage(specOf({ kind: 'disk', disks: [{ file: bench.at('x.vmdk'), access: 'copy' }] }))
      .catch((reason: unknown) => reason);
    expect(error).toMatchObject({ failure: { code: 'invalid_input', hint: expect.stringContaining('overlay') } });
    expect(await bench.stagedFiles()).toEqual([]);
  });

  it('a base that another QEMU writes to', async () => {
    execFileSync('qemu-img', ['create', '-q', '-f', 'qcow2', bench.at('x.qcow2'), '1M']);
    const args = [
      '-nodefaults',
      '-S',
      '-display',
      'none',
      '-blockdev',
      `driver=qcow2,node-name=d,file.driver=file,file.filename=${bench.at('x.qcow2')}`,
    ];
    const holder = spawn('qemu-system-x86_64', [...args, '-device', 'virtio-blk-pci,drive=d', '-qmp', 'stdio'], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const ended = once(holder, 'exit');
    try {
      await once(holder.stdout, 'data');
      const error: unknown = await bench
        .stage(specOf({ kind: 'disk', disks: [{ file: bench.at('x.qcow2') }] }))
        .catch((reason: unknown) => reason);
      expect(error).toMatchObject({
        failure: { code: 'file_unreadable', field: 'guest.disks.0.file', message: expect.stringContaining('in use') },
      });
      expect(await bench.stagedFiles()).toEqual([]);
    } finally {
      holder.kill('SIGKILL');
      await ended;
    }
  });
});

const isRoot = process.getuid?.() === 0;

describe.skipIf(!isRoot)(
  `staging on a full disk${isRoot ? '' : ' (skipped: mounting a small tmpfs needs root)'}`,
  () => {
    beforeEach(async () => {
      await mkdir(bench.paths.directory, { recursive: true });
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', bench.paths.directory]);
    });
    afterEach(() => execFileSync('umount', [bench.paths.directory]));

    it.each([
      ['a kernel', { kind: 'kernel', kernel: 'big' }],
      ['a copied disk', { kind: 'disk', disks: [{ file: 'big', access: 'copy' }] }],
      ['firmware variables', { kind: 'firmware', image: { as: 'pflash', code: 'big', variables: 'big' } }],
    ])('%s: which file, how much, and nothing left', async (_, guest) => {
      await writeFile(bench.at('big'), Buffer.alloc(4 * 1048576, 1));
      const spec = specOf(JSON.parse(JSON.stringify(guest).replaceAll('"big"', JSON.stringify(bench.at('big')))));
      const error: unknown = await bench.stage(spec).catch((reason: unknown) => reason);
      expect(error).toMatchObject({
        failure: {
          code: 'disk_full',
          message: expect.stringMatching(/it needs 4\.0 MiB, .* are free/),
          hint: expect.any(String),
        },
      });
      expect(await bench.stagedFiles()).toEqual([]);
    });
  },
);
