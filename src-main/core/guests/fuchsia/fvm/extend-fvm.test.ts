import { execFileSync } from 'node:child_process';
import { existsSync, utimesSync } from 'node:fs';
import {
  chmod,
  copyFile,
  link,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { testHost as host, readPiece } from '../sparse/testing/test-host.ts';
import { extendFvm } from './extend-fvm.ts';
import { inspectFvm } from './read-fvm.ts';
import { type FvmRecipe, placesOf, readCopy, sliceMarks, withHash, writeFvm } from './testing/fvm-image.ts';

let directory: string;
let source: string;
let destination: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'fvm-'));
  source = join(directory, 'storage-full.blk');
  await mkdir(join(directory, 'to'));
  destination = join(directory, 'to', 'disk');
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const kib = 1024;
const mib = 1024 * kib;
const recipe: FvmRecipe = {
  sliceBytes: 256 * kib,
  sliceCount: 40,
  partitions: [
    { name: 'blobfs', slices: [1, 2, 3, 17] },
    { name: 'data', slices: [40, 5] },
  ],
  generations: [7n, 7n],
};
const extend = (lengthBytes: number, isLowerBound = false) =>
  extendFvm({ source, destination, host, lengthBytes, isLowerBound });

/** The new image by the writer's own knowledge: two good copies, every used slice in its new place, nothing else. */
function expectExtended(from: FvmRecipe, lengthBytes: number, generation: bigint): void {
  const a = readCopy(destination, 0);
  const copyBytes = a.bytes.length;
  const b = readCopy(destination, copyBytes);
  expect(b.bytes.equals(a.bytes)).toBe(true);
  const { sliceCount, usedBytes } = a.words;
  expect(withHash(Buffer.from(a.bytes), sliceCount ?? 0).equals(a.bytes)).toBe(true);
  expect(a.words).toMatchObject({ sliceBytes: from.sliceBytes, generation: Number(generation) });
  expect(usedBytes).toBe(2 * copyBytes + (sliceCount ?? 0) * from.sliceBytes);
  expect(lengthBytes - (usedBytes ?? 0)).toBeLessThan(from.sliceBytes);
  const used = new Set(from.partitions.flatMap(({ slices }) => slices));
  for (let slice = 1; slice <= from.sliceCount + 1 && slice <= (sliceCount ?? 0); slice++) {
    for (const [offset, mark] of sliceMarks(slice, from.sliceBytes)) {
      const found = readPiece(destination, 2 * copyBytes + (slice - 1) * from.sliceBytes + offset, mark.length);
      expect(found.equals(used.has(slice) ? mark : Buffer.alloc(mark.length))).toBe(true);
    }
  }
}

describe('extendFvm', () => {
  it('gives an image of the length, with the same slices and two good copies of new tables', async () => {
    writeFvm(source, recipe);
    const before = await readFile(source);
    const result = await extend(64 * mib);
    expect(result).toEqual({ outcome: 'extended', bytes: 64 * mib, sliceCount: 255, activeCopy: 'A' });
    expect((await stat(destination)).size).toBe(64 * mib);
    expectExtended(recipe, 64 * mib, 7n);
    expect((await readFile(source)).equals(before)).toBe(true);
    const tables = (path: string) => readPiece(path, 8 * kib, 64 * kib + 8 * 41);
    expect(tables(destination).equals(tables(source))).toBe(true);
    expect(await inspectFvm(destination, { host })).toMatchObject({ allocatedSlices: 6, problems: [] });
  });

  it('vector: 2 GiB of 8 MiB slices get 8192 bytes of table, data at 163840, 255 slices, and stay holes', async () => {
    const big: FvmRecipe = { sliceBytes: 8 * mib, sliceCount: 63, partitions: [{ name: 'blobfs', slices: [1, 63] }] };
    writeFvm(source, big);
    await extend(2048 * mib);
    expect(readCopy(destination, 0).words).toMatchObject({ tableBytes: 8192, sliceCount: 255 });
    expectExtended(big, 2048 * mib, 1n);
    expect((await stat(destination)).blocks * 512).toBeLessThan(2 * mib);
  });

  it('moves every slice when the tables grow', async () => {
    const small: FvmRecipe = {
      ...recipe,
      sliceBytes: 8 * kib,
      sliceCount: 900,
      partitions: [{ name: 'x', slices: [1, 900] }],
    };
    writeFvm(source, small);
    await extend(64 * mib);
    expect(readCopy(destination, 0).words.tableBytes).toBe(73728);
    expectExtended(small, 64 * mib, 7n);
  });

  it('gives back the room of tables that were made too large', async () => {
    writeFvm(source, { ...recipe, room: 100_000 });
    await extend(64 * mib);
    expect(readCopy(destination, 0).words.tableBytes).toBe(8192);
    expectExtended(recipe, 64 * mib, 7n);
  });

  it('does not make an allocation of what lies behind the last entry of a table', async () => {
    const { copyBytes } = writeFvm(source, recipe);
    const { bytes } = readCopy(source, 0);
    bytes.fill(1, 72 * kib + 8 * 41);
    withHash(bytes, recipe.sliceCount);
    const image = await readFile(source);
    for (const offset of [0, copyBytes]) bytes.copy(image, offset);
    await writeFile(source, image);
    await extend(64 * mib);
    expect(await inspectFvm(destination, { host })).toMatchObject({ allocatedSlices: 6, problems: [] });
  });

  it('--length-is-lowerbound: an image that has the length is copied as it is, without it that is an error', async () => {
    const { usedBytes } = writeFvm(source, recipe);
    await expect(extend(usedBytes)).rejects.toMatchObject({ code: 'invalid_input' });
    expect(await readdir(join(directory, 'to'))).toEqual([]);
    expect(await extend(mib, true)).toMatchObject({ outcome: 'kept', bytes: usedBytes, sliceCount: 40 });
    execFileSync('cmp', [source, destination]);
  });

  it('takes a trimmed image as long as its slices are there', async () => {
    const low: FvmRecipe = { ...recipe, partitions: [{ name: 'blobfs', slices: [1, 2] }] };
    const { dataOffset, usedBytes } = placesOf(low);
    writeFvm(source, { ...low, fileBytes: dataOffset + 2 * low.sliceBytes });
    await extend(64 * mib);
    expectExtended(low, 64 * mib, 7n);
    expect(await extend(mib, true)).toMatchObject({ outcome: 'kept', bytes: usedBytes });
    expect((await stat(destination)).size).toBe(usedBytes);
    await truncate(source, dataOffset + 2 * low.sliceBytes - 1);
    await expect(extend(64 * mib)).rejects.toMatchObject({
      failure: { code: 'image_damaged', cause: expect.stringContaining('Slice 2 is in use and lies behind the end') },
    });
  });

  it('gives a writable copy of a read-only source, and refuses the source as destination, by another name too', async () => {
    writeFvm(source, recipe);
    await chmod(source, 0o444);
    await extend(64 * mib);
    expect((await stat(destination)).mode & 0o777).toBe(0o600);
    await rm(destination);
    await link(source, destination);
    await expect(extend(64 * mib)).rejects.toMatchObject({ code: 'invalid_input' });
  });

  it('reports the data that are copied, and leaves the old destination when it is cancelled', async () => {
    const big: FvmRecipe = { sliceBytes: 8 * mib, sliceCount: 4, partitions: [{ name: 'x', slices: [1, 3] }] };
    writeFvm(source, big);
    await writeFile(destination, 'old');
    const seen: number[] = [];
    const controller = new AbortController();
    const onProgress = (done: number, total: number) => {
      seen.push(done / mib, total / mib);
      if (done >= 2 * mib) controller.abort();
    };
    const job = { source, destination, host, lengthBytes: 64 * mib, isLowerBound: false, onProgress };
    await expect(extendFvm({ ...job, signal: controller.signal })).rejects.toThrow('abort');
    expect(seen).toEqual([1, 16, 2, 16]);
    expect(await readFile(destination, 'utf8')).toBe('old');
    expect(await readdir(join(directory, 'to'))).toEqual(['disk']);
    await extendFvm(job);
    expect(seen.slice(-2)).toEqual([16, 16]);
  });

  it('notices a source that is written to meanwhile', async () => {
    writeFvm(source, recipe);
    const onProgress = () => utimesSync(source, 1, 1);
    const extending = extendFvm({ source, destination, host, lengthBytes: 64 * mib, isLowerBound: false, onProgress });
    await expect(extending).rejects.toMatchObject({ code: 'file_unreadable' });
    expect(await readdir(join(directory, 'to'))).toEqual([]);
  });
});

it('every FVM is extended without losing a byte of a slice', async () => {
  const anyRecipe = fc
    .record({
      sliceBytes: fc.constantFrom(8 * kib, 32 * kib, 64 * kib),
      sliceCount: fc.integer({ min: 1, max: 60 }),
      spare: fc.nat(2000),
      generations: fc.tuple(fc.bigInt(0n, 5n), fc.bigInt(0n, 5n)),
      owners: fc.array(fc.nat(4), { minLength: 60, maxLength: 60 }),
    })
    .map(({ sliceBytes, sliceCount, spare, generations, owners }): FvmRecipe => {
      const slicesOf = (owner: number) =>
        Array.from({ length: sliceCount }, (_, index) => index + 1).filter((slice) => owners[slice - 1] === owner);
      const partitions = [1, 2, 3, 4].map((owner) => ({ name: `p${owner}`, slices: slicesOf(owner) }));
      return { sliceBytes, sliceCount, room: sliceCount + spare, generations, partitions };
    });
  await fc.assert(
    fc.asyncProperty(anyRecipe, fc.integer({ min: 64 * kib, max: 16 * mib }), async (from, more) => {
      const { usedBytes } = writeFvm(source, from);
      await extend(usedBytes + more + 200 * kib);
      const [a = 0n, b = 0n] = from.generations ?? [];
      expectExtended(from, usedBytes + more + 200 * kib, a > b ? a : b);
      expect((await inspectFvm(destination, { host })).problems).toEqual([]);
    }),
    { numRuns: 40 },
  );
});

const isRoot = process.getuid?.() === 0;
describe.skipIf(!isRoot)(`on a full disk${isRoot ? '' : ' (skipped: mounting a small tmpfs needs root)'}`, () => {
  let small: string;
  beforeEach(async () => {
    small = join(directory, 'small');
    await mkdir(small);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', small]);
  });
  afterEach(() => execFileSync('umount', [small]));
  const job = () => ({ source, destination: join(small, 'disk'), host, lengthBytes: 64 * mib, isLowerBound: false });

  it('what fits by its data is made, whatever its length', async () => {
    writeFvm(source, recipe);
    expect(await extendFvm(job())).toMatchObject({ outcome: 'extended' });
  });

  it('what cannot fit is refused before the first byte, and what runs out on the way leaves nothing', async () => {
    const { dataOffset } = writeFvm(source, recipe);
    const image = await readFile(source);
    await writeFile(source, image.fill(1, dataOffset + 64, dataOffset + 3 * 256 * kib - 64));
    await writeFile(join(small, 'other'), Buffer.alloc(1.5 * mib));
    await expect(extendFvm(job())).rejects.toMatchObject({ code: 'disk_full' });
    expect(await readdir(small)).toEqual(['other']);
    const trusting = { ...host, requireRoom: async () => undefined };
    await expect(extendFvm({ ...job(), host: trusting })).rejects.toMatchObject({ code: 'disk_full' });
    expect(await readdir(small)).toEqual(['other']);
  });
});

const hasTool = (process.env.PATH ?? '').split(delimiter).some((folder) => existsSync(join(folder, 'fvm')));
it.skipIf(!hasTool)(`fvm extend makes the same image${hasTool ? '' : ' (skipped: fvm is not installed)'}`, async () => {
  writeFvm(source, recipe);
  const theirs = join(directory, 'theirs');
  await copyFile(source, theirs);
  execFileSync('fvm', [theirs, 'extend', '--length', String(64 * mib)]);
  await extend(64 * mib);
  execFileSync('cmp', [theirs, destination]);
});
