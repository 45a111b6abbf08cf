import { appendFile, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Tail } from './tail.ts';
import { boundTranscript, findPunchedBound, punchRange } from './transcript-bound.ts';

const MiB = 1024 * 1024;

describe('punchRange', () => {
  it('leaves at least the bound and never cuts into a block', () => {
    fc.assert(
      fc.property(fc.nat(1e9), fc.nat(1e9), fc.nat(1e8), (size, punched, boundBytes) => {
        const punchedBefore = Math.min(punched, size);
        const range = punchRange({ size, punchedBefore, boundBytes });
        if (range === null) return;
        expect(range.offset % 4096).toBe(0);
        expect(range.length % 4096).toBe(0);
        expect(range.length).toBeGreaterThan(0);
        expect(size - (range.offset + range.length)).toBeGreaterThanOrEqual(boundBytes);
      }),
    );
  });

  it('waits until it is worth it, and does not punch again what is gone', () => {
    expect(punchRange({ size: 65 * MiB - 1, punchedBefore: 0, boundBytes: 64 * MiB })).toBeNull();
    expect(punchRange({ size: 65 * MiB, punchedBefore: 0, boundBytes: 64 * MiB })).toEqual({ offset: 0, length: MiB });
    expect(punchRange({ size: 65 * MiB, punchedBefore: MiB, boundBytes: 64 * MiB })).toBeNull();
  });
});

describe('boundTranscript', () => {
  it('frees the oldest part, keeps offsets, and is found again', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'bound-'));
    const path = join(directory, 'out');
    await writeFile(path, Buffer.alloc(3 * MiB, 'a'));
    const tail = new Tail(path);
    try {
      await tail.start();
      expect(await boundTranscript(tail, MiB)).toEqual({ offset: 0, length: 2 * MiB });
      expect(await boundTranscript(tail, MiB)).toBeNull();
      expect((await stat(path)).blocks * 512).toBeLessThan(2 * MiB);
      await appendFile(path, 'more');
      await tail.look();
      expect(await tail.read(0, 10)).toMatchObject({ offset: 2 * MiB });
      const again = new Tail(path);
      await again.start();
      const read = async (offset: number, length: number) => (await again.read(offset, length)).bytes;
      expect(await findPunchedBound(read, again.size)).toBe(2 * MiB);
      await again.close();
    } finally {
      await tail.close();
      await rm(directory, { recursive: true });
    }
  });
});

describe('findPunchedBound', () => {
  const readOf = (content: Uint8Array) => async (offset: number, length: number) =>
    content.subarray(offset, offset + length);
  it.each([
    ['no hole', Buffer.alloc(10_000, 'x'), 0],
    ['nothing', Buffer.alloc(0), 0],
    ['a hole', Buffer.concat([Buffer.alloc(8192), Buffer.alloc(5000, 'x')]), 8192],
    ['only a hole', Buffer.alloc(9000), 9000],
  ])('%s', async (_, content, expected) => {
    expect(await findPunchedBound(readOf(content), content.length)).toBe(expected);
  });
});
