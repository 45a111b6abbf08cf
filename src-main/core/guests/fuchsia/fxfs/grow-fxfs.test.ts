import { chmod, link, mkdir, mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { buildSparse } from '../sparse/testing/sparse-image.ts';
import { testHost as host } from '../sparse/testing/test-host.ts';
import { targetSizeOf } from '../target-size.ts';
import { growFxfs, inspectFxfs } from './grow-fxfs.ts';

let directory: string;
let source: string;
let destination: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'fxfs-'));
  source = join(directory, 'disk');
  await mkdir(join(directory, 'instance'));
  destination = join(directory, 'instance', 'disk');
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const mib = 1024 * 1024;
const grow = (targetBytes: number) => growFxfs({ source, destination, host, targetBytes });

describe('growFxfs', () => {
  it('vector (seed, test_staging_resize_fxfs): a read-only image of 12 bytes becomes a writable disk of 4 KiB', async () => {
    await writeFile(source, 'hello, world');
    await chmod(source, 0o444);
    expect(await grow(4096)).toMatchObject({ format: 'raw', imageBytes: 12, bytes: 4096 });
    const disk = await readFile(destination);
    expect(disk.equals(Buffer.concat([Buffer.from('hello, world'), Buffer.alloc(4084)]))).toBe(true);
    expect((await stat(destination)).mode & 0o777).toBe(0o600);
    expect((await stat(source)).mode & 0o777).toBe(0o444);
  });

  it('vector (seed, test_staging_no_reuse_fxfs): padded to 32 bytes, and staged again when the source is another', async () => {
    for (const text of ['THIS_STRING', 'THAT_VALUE*']) {
      await writeFile(source, text);
      await grow(32);
      expect(await readFile(destination, 'utf8')).toBe(text.padEnd(32, '\0'));
    }
    expect(await readdir(join(directory, 'instance'))).toEqual(['disk']);
  });

  it('never cuts: an image that is larger than the target keeps its size', async () => {
    await writeFile(source, 'hello, world');
    expect(await grow(5)).toMatchObject({ bytes: 12 });
    expect(await readFile(destination, 'utf8')).toBe('hello, world');
  });

  it('ffx cut a sparse image whose file is smaller than the target and whose disk is not; here the disk decides', async () => {
    const { image, disk } = buildSparse(
      [
        { kind: 'raw', data: Buffer.alloc(4096, 'superblock') },
        { kind: 'skip', blocks: 2046 },
        { kind: 'raw', data: Buffer.alloc(4096, 'end') },
      ],
      { blockBytes: 4096 },
    );
    await writeFile(source, image);
    const storageBytes = 4 * mib;
    expect(image.length).toBeLessThan(storageBytes);
    const facts = await inspectFxfs(source, { host });
    expect(facts).toEqual({ format: 'android-sparse', imageBytes: 8 * mib, dataBytes: 8192 });
    const target = targetSizeOf(storageBytes, facts.imageBytes);
    expect(target).toMatchObject({ bytes: 8 * mib + 838860, decidedBy: 'image' });
    expect(await grow(target.bytes)).toMatchObject({ bytes: target.bytes });
    const staged = await readFile(destination);
    expect(staged.subarray(0, disk.length).equals(disk)).toBe(true);
    expect(staged.length).toBe(target.bytes);
    expect((await stat(destination)).blocks * 512).toBeLessThan(mib);
    // The same when nobody asked what the target should be.
    expect(await grow(storageBytes)).toMatchObject({ bytes: 8 * mib });
    expect((await readFile(destination)).equals(disk)).toBe(true);
  });

  it('keeps the holes of a raw image and adds one', async () => {
    await writeFile(source, 'begin');
    await truncate(source, 256 * mib);
    await grow(1024 * mib);
    const facts = await stat(destination);
    expect(facts.size).toBe(1024 * mib);
    expect(facts.blocks * 512).toBeLessThan(mib);
  });

  it('reports progress that ends at the whole, and leaves nothing when it is cancelled', async () => {
    await writeFile(source, Buffer.alloc(3 * mib, 1));
    const seen: number[] = [];
    await growFxfs({
      source,
      destination,
      host,
      targetBytes: 4 * mib,
      onProgress: (done, total) => seen.push(done, total),
    });
    expect(seen.slice(-2)).toEqual([3 * mib, 3 * mib]);
    await rm(destination);
    const controller = new AbortController();
    const job = { source, destination, host, targetBytes: 4 * mib, signal: controller.signal };
    await expect(growFxfs({ ...job, onProgress: () => controller.abort() })).rejects.toThrow('abort');
    expect(await readdir(join(directory, 'instance'))).toEqual([]);
  });

  it('source and destination that are one file are an error', async () => {
    await writeFile(source, 'precious');
    await expect(growFxfs({ source, destination: source, host, targetBytes: 64 })).rejects.toMatchObject({
      code: 'invalid_input',
    });
    await link(source, destination);
    await expect(grow(64)).rejects.toMatchObject({ code: 'invalid_input' });
    expect(await readFile(source, 'utf8')).toBe('precious');
  });

  it('says what is missing or empty', async () => {
    await expect(inspectFxfs(source, { host, field: 'guest.disk' })).rejects.toMatchObject({
      failure: { code: 'file_missing', field: 'guest.disk' },
    });
    await writeFile(source, '');
    await expect(grow(4096)).rejects.toMatchObject({ code: 'file_empty' });
  });
});
