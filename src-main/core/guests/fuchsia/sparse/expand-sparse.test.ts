import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, link, mkdir, mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SlipwayError } from '../../../../../src-shared/contract/errors.ts';
import { expandSparse } from './expand-sparse.ts';
import { withImage } from './image-file.ts';
import { inspectSparse } from './inspect-sparse.ts';
import { isAndroidSparse } from './sparse-format.ts';
import { buildSparse, type TestChunk } from './testing/sparse-image.ts';
import { testHost as host, readPiece } from './testing/test-host.ts';

let directory: string;
let source: string;
let destination: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'sparse-'));
  source = join(directory, 'fxfs.fastboot');
  await mkdir(join(directory, 'to'));
  destination = join(directory, 'to', 'disk');
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const mib = 1024 * 1024;
const block = (text: string, blocks = 1) => Buffer.alloc(4096 * blocks, text);
const every: readonly TestChunk[] = [
  { kind: 'raw', data: block('first') },
  { kind: 'skip', blocks: 300 },
  { kind: 'crc' },
  { kind: 'fill', value: 0xdeadbeef, blocks: 20 },
  { kind: 'fill', value: 0, blocks: 600 },
  { kind: 'raw', data: block('last', 2) },
  { kind: 'crc' },
];
const inspect = () => withImage(source, { host }, inspectSparse);
const expand = () => expandSparse({ source, destination, host });

describe('expandSparse', () => {
  it('vector: a header of 28 bytes and chunks of every type become the disk they stand for', async () => {
    const { image, disk } = buildSparse(every, { blockBytes: 4096 });
    expect(image.subarray(0, 28).toString('hex')).toBe('3aff26ed010000001c000c00001000009b0300000700000000000000');
    await writeFile(source, image);
    expect(await expand()).toEqual({ bytes: disk.length, dataBytes: 23 * 4096 });
    expect((await readFile(destination)).equals(disk)).toBe(true);
  });

  it('knows the expanded size before it writes, which the size of the file says nothing of', async () => {
    const { image, disk } = buildSparse(every, { blockBytes: 4096 });
    await writeFile(source, image);
    const facts = await inspect();
    expect(facts).toMatchObject({ expandedBytes: disk.length, dataBytes: 23 * 4096, hasChecksum: true });
    expect(facts.expandedBytes).toBeGreaterThan(100 * image.length);
  });

  it('leaves holes for what is not there and for zeros, however they are said', async () => {
    const chunks: TestChunk[] = [
      { kind: 'skip', blocks: 4096 },
      { kind: 'raw', data: Buffer.alloc(2 * mib) },
      { kind: 'fill', value: 0, blocks: 4096 },
      { kind: 'raw', data: block('x') },
    ];
    await writeFile(source, buildSparse(chunks, { blockBytes: 4096 }).image);
    await expand();
    const facts = await stat(destination);
    expect(facts.size).toBe(34 * mib + 4096);
    expect(facts.blocks * 512).toBeLessThan(128 * 1024);
  });

  it('takes longer headers, as a later minor version may have', async () => {
    const { image, disk } = buildSparse(every, { blockBytes: 4096, extraHeaderBytes: 4 });
    await writeFile(source, image);
    await expand();
    expect((await readFile(destination)).equals(disk)).toBe(true);
  });

  it('makes a larger disk when asked, never a smaller one', async () => {
    const { image, disk } = buildSparse(every, { blockBytes: 4096 });
    await writeFile(source, image);
    await expandSparse({ source, destination, host, atLeastBytes: disk.length + 5 * mib });
    expect((await stat(destination)).size).toBe(disk.length + 5 * mib);
    await expandSparse({ source, destination, host, atLeastBytes: 1 });
    expect((await readFile(destination)).equals(disk)).toBe(true);
  });

  it('reports its data as they are written, and follows a cancel', async () => {
    await writeFile(source, buildSparse([{ kind: 'fill', value: 7, blocks: 1024 }], { blockBytes: 4096 }).image);
    await writeFile(destination, 'old');
    const seen: number[] = [];
    const controller = new AbortController();
    const onProgress = (done: number, total: number) => {
      seen.push(done, total);
      if (done >= 2 * mib) controller.abort();
    };
    const expanding = expandSparse({ source, destination, host, signal: controller.signal, onProgress });
    await expect(expanding).rejects.toThrow('abort');
    expect(seen).toEqual([mib, 4 * mib, 2 * mib, 4 * mib]);
    expect(await readFile(destination, 'utf8')).toBe('old');
    expect(await readdir(join(directory, 'to'))).toEqual(['disk']);
  });

  it('gives a writable disk of a read-only source, and refuses the source as destination', async () => {
    await writeFile(source, buildSparse(every, { blockBytes: 4096 }).image);
    await chmod(source, 0o444);
    await expand();
    expect((await stat(destination)).mode & 0o777).toBe(0o600);
    await rm(destination);
    await link(source, destination);
    await expect(expand()).rejects.toMatchObject({ code: 'invalid_input' });
  });

  it('refuses before the first byte what cannot fit: 16 TiB of ones said in 40 bytes', async () => {
    const { image } = buildSparse([{ kind: 'fill', value: 1, blocks: 0 }], {
      blockBytes: 4096,
      totalBlocks: 2 ** 32 - 1,
    });
    image.writeUInt32LE(2 ** 32 - 1, 32);
    await writeFile(source, image);
    await expect(expand()).rejects.toMatchObject({ code: 'disk_full' });
    expect(await readdir(join(directory, 'to'))).toEqual([]);
  });

  it('says which file is missing', async () => {
    const expanding = expandSparse({ source, destination, host, field: 'guest.disk' });
    await expect(expanding).rejects.toMatchObject({ failure: { code: 'file_missing', field: 'guest.disk' } });
  });
});

describe('a damaged sparse image', () => {
  const at32 = (offset: number, value: number) => (image: Buffer) => {
    image.writeUInt32LE(value, offset);
    return image;
  };
  const at16 = (offset: number, value: number) => (image: Buffer) => {
    image.writeUInt16LE(value, offset);
    return image;
  };
  it.each([
    ['no magic', at32(0, 1), 'does not begin as'],
    ['version 2', at16(4, 2), 'version 2'],
    ['a header of 27 bytes', at16(8, 27), 'header has 27 bytes'],
    ['chunk headers of 8 bytes', at16(10, 8), 'chunk headers have 8 bytes'],
    ['blocks of 0 bytes', at32(12, 0), 'blocks have 0 bytes'],
    ['blocks of 4095 bytes', at32(12, 4095), 'not a multiple of 4'],
    ['no blocks', at32(16, 0), 'disk of 0 blocks'],
    ['more blocks than its chunks', at32(16, 1000), 'fill 923 blocks of a disk with 1000'],
    ['fewer blocks than its chunks', at32(16, 5), 'ends at block 301 of a disk with 5'],
    ['more chunks than fit in the file', at32(20, 2 ** 32 - 1), 'chunks take at least'],
    ['one chunk more than there is', at32(20, 8), 'ends at byte'],
    ['one chunk fewer than there is', at32(20, 5), 'fill 921 blocks'],
    [
      'a chunk of an unknown type',
      at16(28, 0xcac5),
      'Chunk 1 of 7, at byte 28 of the file, is of an unknown type, 0xcac5',
    ],
    ['a chunk shorter than its header', at32(36, 4), 'has -8 bytes of data'],
    ['a raw chunk with too few bytes', at32(36, 12 + 4095), 'and 4096 are right'],
    ['blocks whose bytes overflow 32 bits', at32(32, 2 ** 32 - 1), 'bytes of data'],
    ['a raw chunk that is cut off', (image: Buffer) => image.subarray(0, 2000), 'after the end of the file'],
    ['a header that is cut off', (image: Buffer) => image.subarray(0, 20), 'does not begin as'],
  ])('%s', async (_, damage, cause) => {
    await writeFile(source, damage(buildSparse(every, { blockBytes: 4096 }).image));
    await expect(inspect()).rejects.toMatchObject({
      failure: { code: 'image_damaged', cause: expect.stringContaining(cause) },
    });
    await expect(expand()).rejects.toMatchObject({ code: 'image_damaged' });
    expect(await readdir(join(directory, 'to'))).toEqual([]);
  });

  it('a wrong check sum', async () => {
    const { image } = buildSparse([...every.slice(0, 6), { kind: 'crc', wrong: true }], { blockBytes: 4096 });
    await writeFile(source, image);
    await expect(expand()).rejects.toMatchObject({
      failure: { code: 'image_damaged', cause: expect.stringContaining('check sum in chunk 7') },
    });
    expect(await readdir(join(directory, 'to'))).toEqual([]);
  });

  it('an empty file, a folder, a FIFO', async () => {
    await writeFile(source, '');
    await expect(inspect()).rejects.toMatchObject({ code: 'file_empty' });
    await rm(source);
    execFileSync('mkfifo', [source]);
    await expect(inspect()).rejects.toMatchObject({ code: 'file_not_regular' });
    await rm(source);
    await mkdir(source);
    await expect(inspect()).rejects.toMatchObject({ code: 'file_not_regular' });
  });
});

const anyChunk = (blockBytes: number): fc.Arbitrary<TestChunk> =>
  fc.oneof(
    fc.array(fc.constantFrom(0, 0, 1, 255), { minLength: 1, maxLength: 6 }).map(
      (bytes): TestChunk => ({
        kind: 'raw',
        data: Buffer.concat(bytes.map((byte) => Buffer.alloc(blockBytes, byte))),
      }),
    ),
    fc.record({ kind: fc.constant('fill'), value: fc.constantFrom(0, 1, 0xffffffff), blocks: fc.nat(40) }),
    fc.record({ kind: fc.constant('skip'), blocks: fc.nat(60) }),
    fc.constant<TestChunk>({ kind: 'crc' }),
  );
const anyImage = fc
  .constantFrom(4, 512, 4096, 65536)
  .chain((blockBytes) =>
    fc
      .array(anyChunk(blockBytes), { maxLength: 12 })
      .map((chunks) => buildSparse([{ kind: 'skip', blocks: 1 }, ...chunks], { blockBytes })),
  );

describe('properties', () => {
  it('every sparse image becomes its disk, byte for byte', async () => {
    await fc.assert(
      fc.asyncProperty(anyImage, async ({ image, disk }) => {
        await writeFile(source, image);
        await expand();
        expect((await readFile(destination)).equals(disk)).toBe(true);
      }),
      { numRuns: 40 },
    );
  });

  it('random damage is an error with words or a disk of the size it says, and takes no memory by what it says', async () => {
    const damages = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(anyImage, damages, fc.option(fc.nat()), async ({ image }, changes, cut) => {
        for (const [at, byte] of changes) image[at % Math.min(image.length, 200)] = byte;
        const whole = cut === null ? image : image.subarray(0, 1 + (cut % image.length));
        await writeFile(source, whole);
        const before = process.memoryUsage().arrayBuffers;
        const outcome = await inspect().catch((error: unknown) => error);
        expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(8 * mib);
        if (outcome instanceof Error) expect(outcome).toBeInstanceOf(SlipwayError);
        else expect(outcome).toMatchObject({ expandedBytes: expect.any(Number) });
      }),
      { numRuns: 150 },
    );
  });
});

it('isAndroidSparse looks at the magic alone', async () => {
  await writeFile(source, buildSparse(every, { blockBytes: 4096 }).image);
  expect(isAndroidSparse(readPiece(source, 0, 4))).toBe(true);
  expect(isAndroidSparse(Buffer.from('FxfsSupr'))).toBe(false);
  expect(isAndroidSparse(Buffer.alloc(3))).toBe(false);
});

const hasTool = (process.env.PATH ?? '').split(delimiter).some((folder) => existsSync(join(folder, 'simg2img')));

it.skipIf(!hasTool)(
  `simg2img makes the same disk${hasTool ? '' : ' (skipped: simg2img is not installed)'}`,
  async () => {
    await writeFile(source, buildSparse(every, { blockBytes: 4096 }).image);
    await expand();
    const theirs = join(directory, 'theirs');
    execFileSync('simg2img', [source, theirs]);
    // It leaves out a hole at the end of the disk.
    await truncate(theirs, (await stat(destination)).size);
    execFileSync('cmp', [theirs, destination]);
  },
);
