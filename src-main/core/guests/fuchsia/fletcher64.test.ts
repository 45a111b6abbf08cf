import { mkdtemp, open, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Fletcher64, fletcher64OfFile } from './fletcher64.ts';

const sumOf = (...pieces: Uint8Array[]): string => {
  const sum = new Fletcher64();
  for (const piece of pieces) sum.update(piece);
  return sum.hex();
};

describe('Fletcher64', () => {
  // reference/ffx-emu.md §2.2
  it.each([
    ['Hello World!', '4557dd28fd27f229'],
    ['Hello World!\n', '427fcf5bfd27f233'],
    ['', '0'],
    ['\0\0\0\0', '0'],
    ['\x01', '100000001'],
  ])('vector %j is %s', (text, expected) => {
    expect(sumOf(Buffer.from(text, 'latin1'))).toBe(expected);
  });

  it('does not depend on how the bytes are cut, nor on where in memory they are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.array(fc.nat(9)), (bytes, cuts) => {
        const pieces: Uint8Array[] = [];
        let at = 0;
        for (const cut of cuts) {
          pieces.push(bytes.subarray(at, at + cut));
          at += cut;
        }
        pieces.push(bytes.subarray(at));
        // The same sum in the words of its definition.
        const words = new DataView(new ArrayBuffer(4 * Math.ceil(bytes.length / 4)));
        new Uint8Array(words.buffer).set(bytes);
        let low = 0n;
        let high = 0n;
        for (let word = 0; word < words.byteLength; word += 4) {
          low = (low + BigInt(words.getUint32(word, true))) % 2n ** 32n;
          high = (high + low) % 2n ** 32n;
        }
        expect(sumOf(...pieces)).toBe(((high << 32n) | low).toString(16));
      }),
    );
  });
});

describe('fletcher64OfFile', () => {
  let directory: string;
  let path: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'fletcher-'));
    path = join(directory, 'image');
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  it('reads pieces that end within a word as one whole', async () => {
    const bytes = Buffer.alloc(3 * 1024 * 1024 + 7, 'image');
    await writeFile(path, bytes);
    const file = await open(path);
    const seen: number[] = [];
    const hex = await fletcher64OfFile(file, { onProgress: (done, total) => seen.push(done, total) });
    await file.close();
    expect(hex).toBe(sumOf(bytes));
    expect(seen.slice(-2)).toEqual([bytes.length, bytes.length]);
  });

  it('stops when it is cancelled', async () => {
    await writeFile(path, '');
    await truncate(path, 1024 ** 4);
    const controller = new AbortController();
    const file = await open(path);
    const hashing = fletcher64OfFile(file, { signal: controller.signal, onProgress: () => controller.abort() });
    await expect(hashing).rejects.toThrow('abort');
    await file.close();
  });
});
