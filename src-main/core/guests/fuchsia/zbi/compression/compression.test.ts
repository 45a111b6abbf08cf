import { execFileSync, spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it, type TestContext } from 'vitest';
import { PayloadDamage } from '../damage.ts';
import { sampleLz4, sampleText, sampleZstd } from '../testing/compressed-samples.ts';
import { lz4Stored, zstdBomb, zstdHead, zstdStored } from '../testing/zbi-builder.ts';
import { decodeLz4Frame } from './lz4-frame.ts';
import { Xxh32, xxh32 } from './xxh32.ts';
import { decodeZstdFrame } from './zstd.ts';

type Decode = typeof decodeLz4Frame;

/** Gives the bytes in pieces through one buffer, as a file is read: a piece kept for later is overwritten. */
async function* inPieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  const buffer = Buffer.alloc(size);
  for (let at = 0; at < bytes.length; at += size) {
    const part = bytes.subarray(at, at + size);
    buffer.set(part);
    yield buffer.subarray(0, part.length);
    buffer.fill(0xee);
  }
}

async function decodeAll(decode: Decode, bytes: Uint8Array, size = 1000): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of decode(inPieces(bytes, size))) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}

const damageOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'nothing is wrong',
    (error: unknown) => (error instanceof PayloadDamage ? error.message : String(error)),
  );

/** Decoding damaged bytes ends in what the undamaged ones held, in other bytes, or in a PayloadDamage. Nothing else. */
async function expectCalm(decode: Decode, bytes: Uint8Array): Promise<void> {
  let total = 0;
  try {
    for await (const chunk of decode(inPieces(bytes, 700))) {
      total += chunk.length;
      expect(chunk.length).toBeLessThanOrEqual(4 * 1024 * 1024);
      if (total > 8 * 1024 * 1024) return;
    }
  } catch (error) {
    expect(error).toBeInstanceOf(PayloadDamage);
  }
}

describe('xxh32', () => {
  it('gives the vectors of the specification: empty, "a", "abc" and more than one stripe', () => {
    expect(xxh32(Buffer.from(''))).toBe(0x02cc5d05);
    expect(xxh32(Buffer.from('a'))).toBe(0x550d7456);
    expect(xxh32(Buffer.from('abc'))).toBe(0x32d153ff);
    expect(xxh32(Buffer.from('Nobody inspects the spammish repetition'))).toBe(0xe2293b2f);
  });

  it('gives the same in pieces of any size', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 8 }), (pieces) => {
        const hash = new Xxh32();
        for (const piece of pieces) hash.update(piece);
        expect(hash.digest()).toBe(xxh32(Buffer.concat(pieces)));
      }),
    );
  });
});

describe.each([
  { name: 'LZ4', decode: decodeLz4Frame, sample: sampleLz4, stored: lz4Stored },
  { name: 'zstd', decode: decodeZstdFrame, sample: sampleZstd, stored: zstdStored },
])('$name', ({ name, decode, sample, stored }) => {
  it.each([1, 7, 4096, 100_000])("decodes the reference program's frame in pieces of %i bytes", async (size) => {
    expect((await decodeAll(decode, sample, size)).equals(sampleText())).toBe(true);
  });

  it('decodes a frame of stored blocks', async () => {
    const content = Buffer.from(Array.from({ length: 300_000 }, (_, index) => index % 251));
    expect((await decodeAll(decode, stored(content))).equals(content)).toBe(true);
    expect(await decodeAll(decode, stored(Buffer.alloc(0)))).toHaveLength(0);
  });

  it('refuses a frame that ends too early, wherever', async () => {
    for (const length of [0, 3, 4, 6, 9, 500, sample.length - 5, sample.length - 1]) {
      expect(await damageOf(decodeAll(decode, sample.subarray(0, length)))).toMatch(/too early/);
    }
  });

  it('refuses bytes after the frame, a second frame too', async () => {
    for (const more of [Buffer.alloc(1), sample]) {
      for (const size of [1000, 100_000]) {
        expect(await damageOf(decodeAll(decode, Buffer.concat([sample, more]), size))).toMatch(/follow the end/);
      }
    }
  });

  it('notices one wrong byte of the checksum, and of the content', async () => {
    for (const at of [sample.length - 1, 900]) {
      const wrong = Buffer.from(sample);
      wrong.writeUInt8(wrong.readUInt8(at) ^ 1, at);
      expect(await damageOf(decodeAll(decode, wrong))).toMatch(/checksum|damaged|too early|LZ4/);
    }
  });

  it('survives any damage without a crash and without more than its block in memory', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(sample.length - 1), fc.nat(255)), { minLength: 1, maxLength: 6 }),
        async (changes) => {
          const wrong = Buffer.from(sample);
          for (const [at, value] of changes) wrong.writeUInt8(value, at);
          await expectCalm(decode, wrong);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('survives any bytes after its magic', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), (bytes) =>
        expectCalm(decode, Buffer.concat([sample.subarray(0, 4), bytes])),
      ),
      { numRuns: 60 },
    );
  });

  it(`agrees with the ${name.toLowerCase()} program, at each level and with each option`, async (context) => {
    const content = Buffer.concat([sampleText(), Buffer.alloc(300_000), sampleText().subarray(5000).reverse()]);
    const options =
      name === 'zstd'
        ? [['-1'], ['-3', '--no-check'], ['-19'], ['-3', '--long=27']]
        : [['-1'], ['-9'], ['-B4', '-BI'], ['-B7', '-BD', '--no-frame-crc'], ['-B5', '-BX']];
    for (const option of options) {
      const packed = runOrSkip(context, name.toLowerCase(), ['-q', ...option, '-c'], content);
      expect((await decodeAll(decode, packed, 50_000)).equals(content)).toBe(true);
    }
  });
});

describe('zstd', () => {
  it('refuses a window of more than 128 MiB before it takes the memory', async () => {
    const before = process.memoryUsage().rss;
    expect(await damageOf(decodeAll(decodeZstdFrame, Buffer.concat([zstdHead(31), Buffer.alloc(50)])))).toMatch(
      /window of more than 128 MiB/,
    );
    expect(process.memoryUsage().rss - before).toBeLessThan(100 * 1024 * 1024);
  });

  it('gives a bomb out in small pieces: a reader may stop at any time', async () => {
    let total = 0;
    for await (const chunk of decodeZstdFrame(inPieces(zstdBomb(1024 * 1024 * 1024), 100_000))) {
      expect(chunk.length).toBeLessThanOrEqual(128 * 1024);
      total += chunk.length;
      if (total > 1_000_000) break;
    }
    expect(total).toBeLessThan(1_200_000);
  });

  it('decodes again and again without growing, also where the one before was damaged', async () => {
    const wrong = Buffer.from(sampleZstd).fill(0xff, 500, 600);
    for (let round = 0; round < 20; round++) {
      await damageOf(decodeAll(decodeZstdFrame, wrong));
      expect(await decodeAll(decodeZstdFrame, sampleZstd)).toHaveLength(92_956);
    }
  });
});

describe('LZ4', () => {
  const header = (...bytes: number[]): Buffer => {
    const check = (xxh32(Buffer.from(bytes)) >> 8) & 0xff;
    return Buffer.concat([sampleLz4.subarray(0, 4), Buffer.from([...bytes, check])]);
  };
  it.each([
    ['a dictionary', header(0x41, 0x40), /dictionary/],
    ['another version', header(0x80, 0x40), /version 1/],
    ['a reserved bit', header(0x42, 0x40), /version 1/],
    ['a block size that does not exist', header(0x40, 0x30), /block size/],
    ['a wrong header checksum', Buffer.concat([sampleLz4.subarray(0, 4), Buffer.from([0x40, 0x40, 0])]), /checksum/],
    ['a block larger than allowed', Buffer.concat([header(0x40, 0x40), Buffer.from([1, 0, 1, 0])]), /larger/],
    [
      'a match before the data',
      Buffer.concat([header(0x60, 0x40), Buffer.from([4, 0, 0, 0, 0x10, 65, 9, 0])]),
      /before/,
    ],
  ])('refuses %s', async (_, bytes, message) => {
    expect(await damageOf(decodeAll(decodeLz4Frame, bytes))).toMatch(message);
  });

  it('refuses a block that unfolds to more than its frame allows', async () => {
    // One literal, then a match of about 2 MB one byte back.
    const block = Buffer.concat([Buffer.from([0x1f, 65, 1, 0]), Buffer.alloc(8000, 255), Buffer.from([0])]);
    const size = Buffer.alloc(4);
    size.writeUInt32LE(block.length);
    expect(await damageOf(decodeAll(decodeLz4Frame, Buffer.concat([header(0x60, 0x40), size, block])))).toMatch(
      /more than its frame/,
    );
  });
});

function runOrSkip(context: TestContext, program: string, options: readonly string[], input: Buffer): Buffer {
  if (spawnSync(program, ['--version']).error !== undefined) context.skip(`${program} is not installed`);
  return execFileSync(program, options, { input, stdio: ['pipe', 'pipe', 'ignore'], maxBuffer: 64 * 1024 * 1024 });
}
