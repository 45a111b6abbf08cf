import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SlipwayError } from '../../../../../src-shared/contract/errors.ts';
import { testHost as host, writePieces } from '../sparse/testing/test-host.ts';
import { extendFvm } from './extend-fvm.ts';
import { inspectFvm } from './read-fvm.ts';
import { type FvmRecipe, placesOf, readCopy, withHash, writeFvm } from './testing/fvm-image.ts';

let directory: string;
let source: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'fvm-'));
  source = join(directory, 'storage-full.blk');
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const kib = 1024;
const recipe: FvmRecipe = {
  sliceBytes: 32 * kib,
  sliceCount: 20,
  partitions: [
    { name: 'blobfs', slices: [1, 2, 3] },
    { name: 'data', slices: [20] },
  ],
};
const inspect = () => inspectFvm(source, { host });
const extend = () =>
  extendFvm({ source, destination: join(directory, 'disk'), host, lengthBytes: 2 ** 22, isLowerBound: false });

async function damage(change: (image: Buffer, copyBytes: number) => void): Promise<void> {
  const image = await readFile(source);
  change(image, placesOf(recipe).copyBytes);
  await writeFile(source, image);
}

describe('inspectFvm', () => {
  it('tells what the image contains', async () => {
    const { usedBytes } = writeFvm(source, recipe);
    expect(await inspect()).toEqual({
      activeCopy: 'A',
      generation: '1',
      sliceBytes: 32 * kib,
      sliceCount: 20,
      allocatedSlices: 4,
      imageBytes: usedBytes,
      partitions: [
        { index: 1, name: 'blobfs', slices: 3, isInactive: false },
        { index: 2, name: 'data', slices: 1, isInactive: false },
      ],
      problems: [],
    });
  });

  it.each([
    ['the larger generation', '1', '2', 'B'],
    ['the larger generation', '3', '2', 'A'],
    ['the larger generation, beyond 2^53 too', '9007199254740992', '9007199254740993', 'B'],
    ['the first of equal ones', '5', '5', 'A'],
  ])('of two valid copies %s counts: %s, %s', async (_, first, second, name) => {
    writeFvm(source, { ...recipe, generations: [BigInt(first), BigInt(second)] });
    expect(await inspect()).toMatchObject({ activeCopy: name, problems: [] });
  });

  it('a copy with a wrong hash does not count, whatever its generation; extending heals it', async () => {
    writeFvm(source, { ...recipe, generations: [9n, 2n] });
    await damage((image) => image.writeUInt8(1, 60 * kib));
    expect(await inspect()).toMatchObject({
      activeCopy: 'B',
      generation: '2',
      problems: ['The first copy is not valid: its hash is wrong.'],
    });
    expect(await extend()).toMatchObject({ activeCopy: 'B' });
    const healed = await inspectFvm(join(directory, 'disk'), { host });
    expect(healed).toMatchObject({ activeCopy: 'A', generation: '2', allocatedSlices: 4, problems: [] });
  });

  it('the second copy is found without the first one’s header, as long as it says the same of itself', async () => {
    writeFvm(source, recipe);
    await damage((image) => image.fill(0xff, 0, 8 * kib));
    expect(await inspect()).toMatchObject({
      activeCopy: 'B',
      problems: ['The first copy is not valid: it does not begin with an FVM header.'],
    });
    await damage((image) => image.fill(0xff, 0, image.length));
    await expect(inspect()).rejects.toMatchObject({
      failure: { code: 'image_damaged', cause: expect.stringContaining('no valid FVM metadata') },
    });
  });

  it('a damaged second copy is told and does no harm', async () => {
    writeFvm(source, recipe);
    await damage((image, copyBytes) => image.writeUInt8(1, copyBytes + 50 * kib));
    expect(await inspect()).toMatchObject({
      activeCopy: 'A',
      problems: ['The second copy is not valid: its hash is wrong.'],
    });
  });

  it('tables that contradict each other are told', async () => {
    writeFvm(source, recipe);
    await damage((image, copyBytes) => {
      const { bytes } = readCopy(source, 0);
      bytes.writeUInt32LE(7, 8 * kib + 64 + 32);
      bytes.writeUInt16LE(3, 72 * kib + 8 * 9);
      bytes.writeUInt16LE(65535, 72 * kib + 8 * 10);
      withHash(bytes, recipe.sliceCount);
      for (const offset of [0, copyBytes]) bytes.copy(image, offset);
    });
    expect((await inspect()).problems).toEqual([
      'Partition "blobfs" counts 7 slices and has 3.',
      '2 slices belong to partitions that do not exist.',
    ]);
  });
});

describe('a header that no image can have', () => {
  const most = '0xffffffffffffffff';
  it.each([
    ['a newer version', 8, '2', 'version 2'],
    ['more slices than the format counts', 16, most, 'slices'],
    ['more slices than the table has entries', 16, '1024', 'allocation table 8192 bytes'],
    ['more slices than the disk has room for', 16, '1000', 'on a disk of'],
    ['slices of 0 bytes', 24, '0', 'slices a size of 0 bytes'],
    ['slices of 2^64 bytes', 24, most, 'slices'],
    ['slices of 1000 bytes', 24, '1000', 'not a multiple of 8192'],
    ['a disk of 0 bytes', 32, '0', 'on a disk of 0 bytes'],
    ['a disk of 2^64 bytes', 32, most, 'more than 2^53 bytes'],
    ['a partition table of another size', 40, '8192', 'partition table 8192 bytes'],
    ['an allocation table of 0 bytes', 48, '0', 'allocation table 0 bytes'],
    ['an allocation table of no whole blocks', 48, '8200', 'allocation table 8200 bytes'],
    ['an allocation table of 2^64 bytes', 48, most, 'allocation table'],
    ['tables that go on after the end of the file', 48, '0x40000000', 'in a file of'],
  ])('%s', async (_, offset, value, cause) => {
    writeFvm(source, recipe);
    await damage((image, copyBytes) => {
      for (const copy of [0, copyBytes]) {
        image.writeBigUInt64LE(BigInt(value), copy + offset);
        withHash(image.subarray(copy, copy + copyBytes), recipe.sliceCount);
      }
    });
    const failure = { code: 'image_damaged', cause: expect.stringContaining(cause) };
    await expect(inspect()).rejects.toMatchObject({ failure });
    await expect(extend()).rejects.toMatchObject({ failure });
  });
});

it('an image that asks for 16 GiB of tables takes no memory for them, and can be cancelled', async () => {
  writeFvm(source, recipe);
  const { bytes } = readCopy(source, 0);
  const table = 2n ** 34n;
  bytes.writeBigUInt64LE(2n ** 31n - 1024n, 16);
  bytes.writeBigUInt64LE(8192n, 24);
  bytes.writeBigUInt64LE(2n ** 52n, 32);
  bytes.writeBigUInt64LE(table, 48);
  writePieces(source, 2 ** 36, [[0, bytes]]);
  const before = process.memoryUsage().arrayBuffers;
  const reading = inspectFvm(source, { host, signal: AbortSignal.timeout(100) });
  await expect(reading).rejects.toMatchObject({ name: 'TimeoutError' });
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(64 * kib * kib);
});

it('random damage is an error with words, or an image that is still read', async () => {
  const anywhere = fc.oneof(fc.nat(120), fc.nat(200 * kib), fc.constantFrom(8, 16, 24, 32, 40, 48, 56));
  const changes = fc.array(fc.tuple(anywhere, fc.nat(255)), { minLength: 1, maxLength: 8 });
  writeFvm(source, recipe);
  const whole = await readFile(source);
  const { copyBytes } = placesOf(recipe);
  await fc.assert(
    fc.asyncProperty(changes, fc.boolean(), fc.option(fc.nat(whole.length)), async (bytes, isRehashed, cut) => {
      const image = Buffer.from(whole);
      for (const [at, byte] of bytes) image[at] = byte;
      // Damage behind a good hash reaches the code that no hash protects.
      if (isRehashed) for (const at of [0, copyBytes]) withHash(image.subarray(at, at + copyBytes), recipe.sliceCount);
      await writeFile(source, cut === null ? image : image.subarray(0, Math.max(1, cut)));
      for (const work of [inspect, extend]) {
        const outcome: unknown = await work().catch((error: unknown) => error);
        if (outcome instanceof Error) expect(outcome).toBeInstanceOf(SlipwayError);
      }
    }),
    { numRuns: 100 },
  );
});
