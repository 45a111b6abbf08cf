import { existsSync, readFileSync, statSync } from 'node:fs';
import { chmod, copyFile, mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Progress } from '../../../../src-shared/model/instance.ts';
import type { FuchsiaSpec } from '../../../../src-shared/model/spec.ts';
import type { BootSources } from '../../guests/fuchsia/boot-sources.ts';
import { writeFvm } from '../../guests/fuchsia/fvm/testing/fvm-image.ts';
import { buildSparse } from '../../guests/fuchsia/sparse/testing/sparse-image.ts';
import { bootfsItem, buildBootfs, buildZbi, kernelItem } from '../../guests/fuchsia/zbi/testing/zbi-builder.ts';
import { listZbi, readFileOfZbi } from '../../guests/fuchsia/zbi/zbi.ts';
import { ensureSshKeys } from '../../guests/ssh-keys.ts';
import { instancePathsOf } from '../../home/paths.ts';
import { systemClock } from '../../kit/clock.ts';
import { stageFuchsia } from './stage.ts';
import { fuchsiaLayout } from './staged-layout.ts';
import { fuchsiaSpec, testDevice, testSources } from './testing/fuchsia-bench.ts';

const kib = 1024;
let root: string;
let steps: { name: string; note: string }[];
let reports: Progress[];
const at = (name: string) => join(root, name);
const staged = (name: string) => at(`instance/staged/${name}`);
const noteOf = (name: string) => steps.findLast((step) => step.name === name)?.note;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'stage-'));
  await mkdir(at('bundle'));
  await writeFile(at('bundle/multiboot.bin'), 'a kernel');
  await writeFile(at('bundle/fuchsia.zbi'), zbi('first'));
  await writeFile(at('bundle/fxfs.blk'), disk('first'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

const zbi = (text: string) =>
  buildZbi([kernelItem(), bootfsItem(buildBootfs([{ name: 'bin/init', content: Buffer.from(text) }]))]);
/** 4 KiB. */
const disk = (text: string) => Buffer.alloc(4 * kib, text);

function sourcesOf(change: Partial<BootSources> = {}): BootSources {
  const place = (name: string) => ({ file: at(`bundle/${name}`), field: 'guest.source.directory' });
  return testSources({
    kernel: place('multiboot.bin'),
    zbi: place('fuchsia.zbi'),
    disk: { kind: 'fxfs', ...place('fxfs.blk') },
    ...change,
  });
}

const spec = (reuse: FuchsiaSpec['guest']['reuse']) => fuchsiaSpec({ reuse });

async function stage(
  wanted: FuchsiaSpec = spec('check'),
  sources: BootSources = sourcesOf(),
  options: { keys?: string; signal?: AbortSignal; onStep?: (name: string) => unknown } = {},
) {
  steps = [];
  reports = [];
  const paths = instancePathsOf(at('instance'));
  const keys = await ensureSshKeys(at(options.keys ?? 'ssh'));
  const layout = fuchsiaLayout(sources, paths, null);
  return stageFuchsia(
    { spec: wanted, sources, layout, keys, clock: systemClock },
    {
      paths,
      signal: options.signal ?? new AbortController().signal,
      onProgress: (progress) => reports.push(progress),
      onStep: (name, note) => {
        steps.push({ name, note });
        options.onStep?.(name);
      },
    },
  );
}

describe('stageFuchsia', () => {
  it('stages kernel, boot image and disk under the bundle’s own names', async () => {
    const files = await stage();
    expect(files).toMatchObject({
      kernel: staged('multiboot.bin'),
      zbi: staged('fuchsia.zbi'),
      disk: staged('fxfs.blk'),
      zbiHash: expect.stringMatching(/^[0-9a-f]+$/),
      diskHash: expect.stringMatching(/^[0-9a-f]+$/),
    });
    expect(readFileSync(staged('multiboot.bin'), 'utf8')).toBe('a kernel');
    const { items, bootable } = await listZbi(staged('fuchsia.zbi'));
    expect(bootable.isBootable).toBe(true);
    expect(items.map(({ name }) => name)).toEqual([
      'KERNEL_X64',
      'BOOTLOADER_FILE',
      'SERIAL_NUMBER',
      'ENTROPY',
      'BOOTFS',
    ]);
    const { publicKey } = await ensureSshKeys(at('ssh'));
    const keys = await readFileOfZbi(staged('fuchsia.zbi'), 'data/ssh/authorized_keys');
    expect(Buffer.from(keys).toString()).toBe(`${publicKey}\n`);
    expect(statSync(staged('fxfs.blk')).size).toBe(64 * kib);
    expect(noteOf('stage the disk: done')).toBe('The disk gets 64 KiB, as the device says; its image has 4 KiB.');
    expect(reports.length).toBeGreaterThan(0);
  });

  it('a read-only source gives a writable disk', async () => {
    await chmod(at('bundle/fxfs.blk'), 0o444);
    await stage();
    expect(statSync(staged('fxfs.blk')).mode & 0o777).toBe(0o600);
  });

  it('a disk larger than the device’s storage gets its own size and a tenth', async () => {
    const device = testDevice({ storage: { quantity: 1, units: 'kilobytes' } });
    await stage(spec('check'), sourcesOf({ device }));
    expect(statSync(staged('fxfs.blk')).size).toBe(4096 + 409);
  });

  it('weakness “sparse truncation”: the expanded size decides, so nothing of a sparse image is cut off', async () => {
    const blockBytes = 4 * kib;
    const end = Buffer.alloc(blockBytes, 'the end');
    const chunks = [
      { kind: 'skip', blocks: 31 },
      { kind: 'raw', data: end },
    ] as const;
    await writeFile(at('bundle/fxfs.blk'), buildSparse(chunks, { blockBytes }).image);
    expect(statSync(at('bundle/fxfs.blk')).size).toBeLessThan(64 * kib);
    await stage();
    const made = readFileSync(staged('fxfs.blk'));
    expect(made.length).toBe(128 * kib + Math.floor((128 * kib) / 10));
    expect(made.subarray(31 * blockBytes, 32 * blockBytes).equals(end)).toBe(true);
  });

  it('extends an FVM image to the device’s storage', async () => {
    writeFvm(at('bundle/fvm.blk'), {
      sliceBytes: 32 * kib,
      sliceCount: 2,
      partitions: [{ name: 'blob', slices: [1] }],
    });
    const fvm = { kind: 'fvm', file: at('bundle/fvm.blk'), field: 'guest.source.directory' } as const;
    const device = testDevice({ storage: { quantity: 1, units: 'megabytes' } });
    await stage(spec('check'), sourcesOf({ device, disk: fvm }));
    expect(statSync(staged('fvm.blk')).size).toBe(1024 * kib);
  });

  describe.each(['fvm', 'fxfs'] as const)('vectors (seed, staging reuse and no reuse of %s)', (kind) => {
    const name = `${kind}.blk`;
    const device = testDevice({ storage: { quantity: 1, units: 'megabytes' } });
    const sources = () =>
      sourcesOf({ device, disk: { kind, file: at(`bundle/${name}`), field: 'guest.source.directory' } });
    /** A source of this kind; another build is another image. */
    const writeSource = (build: 1 | 2) =>
      kind === 'fvm'
        ? writeFvm(at(`bundle/${name}`), {
            sliceBytes: 32 * kib,
            sliceCount: 2,
            partitions: [{ name: `build${build}`, slices: [build] }],
          })
        : writeFile(at(`bundle/${name}`), disk(`build${build}`));

    beforeEach(async () => {
      await writeSource(1);
      await stage(spec('check'), sources());
      // What a guest would have written: in the last bytes, which belong to no image.
      const bytes = readFileSync(staged(name));
      bytes.write('guest', bytes.length - 5);
      await writeFile(staged(name), bytes);
      await writeSource(2);
    });
    const endOfStaged = () => readFileSync(staged(name)).subarray(-5).toString();

    it('reuse keeps what is staged, the guest’s writes too, though the source is another', async () => {
      await stage(spec('reuse'), sources());
      expect(noteOf('stage the disk')).toMatch(/^reused/);
      expect(endOfStaged()).toBe('guest');
    });

    it('no reuse makes it anew from the source, at the size of the device', async () => {
      await stage(spec('restage'), sources());
      expect(endOfStaged()).not.toBe('guest');
      expect(readFileSync(staged(name)).includes('build2')).toBe(true);
      expect(statSync(staged(name)).size).toBe(1024 * kib);
    });
  });

  it('weakness “swallowed fvm error”: a disk that cannot be resized fails the launch and leaves nothing', async () => {
    await writeFile(at('bundle/fvm.blk'), Buffer.alloc(256 * kib, 'no fvm'));
    const fvm = { kind: 'fvm', file: at('bundle/fvm.blk'), field: 'guest.source.directory' } as const;
    await expect(stage(spec('check'), sourcesOf({ disk: fvm }))).rejects.toMatchObject({ code: 'image_damaged' });
    expect(existsSync(staged('fvm.blk'))).toBe(false);
    expect((await readdir(at('instance/staged'))).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  it('a source that is the staged file itself is an error', async () => {
    await stage();
    const own = { file: staged('fuchsia.zbi'), field: 'guest.source.zbi' };
    await expect(stage(spec('restage'), sourcesOf({ zbi: own }))).rejects.toMatchObject({ code: 'invalid_input' });
    expect((await listZbi(staged('fuchsia.zbi'))).bootable.isBootable).toBe(true);
  });

  it('room is asked for before anything is written', async () => {
    const device = testDevice();
    const huge = at('bundle/huge.blk');
    // A sparse image that claims more data than any disk of a test machine has, in a file of a page.
    const blockBytes = 1024 * 1024 * 1024;
    const chunks = [{ kind: 'fill', value: 7, blocks: 0 }] as const;
    const { image } = buildSparse(chunks, { blockBytes, totalBlocks: 4_000_000 });
    image.writeUInt32LE(4_000_000, 28 + 4);
    await writeFile(huge, image);
    const sources = sourcesOf({ device, disk: { kind: 'fxfs', file: huge, field: 'guest.source.disk.file' } });
    await expect(stage(spec('check'), sources)).rejects.toMatchObject({ code: 'disk_full' });
    expect(existsSync(staged('multiboot.bin'))).toBe(false);
  });

  it('cancelled, it leaves nothing half-written', async () => {
    const abort = new AbortController();
    abort.abort(new Error('enough'));
    await expect(stage(spec('check'), sourcesOf(), { signal: abort.signal })).rejects.toThrow('enough');
    expect(existsSync(staged('multiboot.bin'))).toBe(false);
  });

  it('cancelled in the middle, what is done stays done and the rest is as before', async () => {
    const abort = new AbortController();
    const sources = sourcesOf();
    const stopAtDisk = stage(spec('check'), sources, {
      signal: abort.signal,
      onStep: (name) => name === 'stage the disk' && abort.abort(new Error('enough')),
    });
    await expect(stopAtDisk).rejects.toThrow('enough');
    expect((await readdir(at('instance/staged'))).sort()).toEqual(['fuchsia.zbi', 'multiboot.bin', 'staging.json']);
    await stage();
    expect(noteOf('embed boot data in the ZBI')).toBe('reused: unchanged');
    expect(noteOf('stage the disk')).toBe('not staged yet');
  });

  it('files of one name from two folders do not become one', async () => {
    await mkdir(at('other'));
    await copyFile(at('bundle/fuchsia.zbi'), at('other/multiboot.bin'));
    const twin = { file: at('other/multiboot.bin'), field: 'guest.source.zbi' };
    const files = await stage(spec('check'), sourcesOf({ zbi: twin }));
    expect(files.zbi).toBe(staged('zbi-multiboot.bin'));
    expect(readFileSync(staged('multiboot.bin'), 'utf8')).toBe('a kernel');
  });
});

describe('staging again', () => {
  it('check: everything unchanged is used again', async () => {
    await stage();
    await stage();
    expect(noteOf('stage the kernel')).toBe('reused: unchanged');
    expect(noteOf('embed boot data in the ZBI')).toBe('reused: unchanged');
    expect(noteOf('stage the disk')).toBe('reused: unchanged');
  });

  it('check: a touched file with the same bytes is used again, by its Fletcher-64', async () => {
    await stage();
    await utimes(at('bundle/fxfs.blk'), 1, 1);
    await stage();
    expect(noteOf('stage the disk')).toMatch(/^reused: another file with the same bytes \([0-9a-f]+\)$/);
  });

  it('check: a rebuilt disk is staged anew, and what the guest wrote before is kept', async () => {
    await stage();
    await writeFile(staged('fxfs.blk'), 'guest', { flag: 'r+' });
    await writeFile(at('bundle/fxfs.blk'), disk('again'));
    await stage();
    expect(noteOf('stage the disk')).toMatch(/has changed.*kept as staged\/fxfs\.superseded-.*\.blk$/);
    const kept = (await readdir(at('instance/staged'))).find((name) => name.startsWith('fxfs.superseded-')) ?? '';
    expect(readFileSync(staged(kept)).subarray(0, 5).toString()).toBe('guest');
    expect(readFileSync(staged('fxfs.blk')).subarray(0, 5).toString()).toBe('again');
  });

  it('reuse: the staged files are used whatever became of their sources', async () => {
    await stage();
    await writeFile(at('bundle/fxfs.blk'), disk('again'));
    await writeFile(at('bundle/fuchsia.zbi'), zbi('again'));
    await stage(spec('reuse'));
    expect(noteOf('stage the disk')).toBe('reused: as asked, without a look at its source');
    expect(noteOf('embed boot data in the ZBI')).toMatch(/^reused/);
  });

  it('restage: everything is made anew', async () => {
    await stage();
    await writeFile(staged('fxfs.blk'), 'guest', { flag: 'r+' });
    await stage(spec('restage'));
    expect(noteOf('stage the disk')).toBe('restaging was asked for');
    expect(readFileSync(staged('fxfs.blk')).subarray(0, 5).toString()).toBe('first');
  });

  it('weakness “stale ssh keys at reuse”: a boot image with another key is made anew, and it is said', async () => {
    await stage();
    await stage(spec('reuse'), sourcesOf(), { keys: 'other-ssh' });
    expect(noteOf('embed boot data in the ZBI')).toBe('its ssh key or serial number is not the one of today');
    const { publicKey } = await ensureSshKeys(at('other-ssh'));
    const keys = await readFileOfZbi(staged('fuchsia.zbi'), 'data/ssh/authorized_keys');
    expect(Buffer.from(keys).toString()).toBe(`${publicKey}\n`);
    expect(noteOf('stage the disk')).toMatch(/^reused/);
  });

  it('a boot image that something else changed is made anew', async () => {
    await stage();
    await writeFile(staged('fuchsia.zbi'), 'x');
    await stage(spec('reuse'));
    expect(noteOf('embed boot data in the ZBI')).toBe('the staged file was changed by something else');
  });

  it('a step that fails leaves what was there', async () => {
    await stage();
    const before = readFileSync(staged('fuchsia.zbi'));
    const damaged = zbi('again');
    damaged.writeUInt8(damaged.readUInt8(70) ^ 0xff, 70);
    await writeFile(at('bundle/fuchsia.zbi'), damaged);
    await expect(stage()).rejects.toMatchObject({ code: 'image_damaged' });
    expect(readFileSync(staged('fuchsia.zbi')).equals(before)).toBe(true);
  });
});
