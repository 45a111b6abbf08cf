import { execFileSync } from 'node:child_process';
import { closeSync, ftruncateSync, openSync, readFileSync, statSync, writeSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findHostTool } from '../process/host-tool.ts';
import { copyImage } from './copy.ts';
import { dataExtents, extentsIn } from './extents.ts';

const mebibyte = 1024 * 1024;
let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'extents-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

/** Data at the given places, holes elsewhere. */
function writeSparse(path: string, size: number, places: readonly number[], bytes = 'data'): void {
  const file = openSync(path, 'w');
  ftruncateSync(file, size);
  for (const place of places) writeSync(file, bytes, place);
  closeSync(file);
}

const factsOf = (path: string) => {
  const { size, blocks } = statSync(path);
  return { size, allocatedBytes: Math.min(size, blocks * 512) };
};
const missing = findHostTool(['qemu-img']) !== null ? '' : ' (skipped: qemu-img is not installed)';

describe('extentsIn', () => {
  const hole = (start: number, length: number) => ({ start, length, zero: true, data: false });
  const data = (start: number, length: number) => ({ start, length, zero: false, data: true });
  it.each([
    ['nothing', [], 10, [[0, 10]]],
    [
      'a hole in the middle',
      [data(0, 4), hole(4, 2), data(6, 4)],
      10,
      [
        [0, 4],
        [6, 10],
      ],
    ],
    ['holes at both ends', [hole(0, 3), data(3, 3), hole(6, 10)], 10, [[3, 6]]],
    ['zeros that are written out', [{ start: 0, length: 10, zero: true, data: true }], 10, [[0, 10]]],
    [
      'what is not told of',
      [hole(2, 2)],
      10,
      [
        [0, 2],
        [4, 10],
      ],
    ],
    ['a hole alone', [hole(0, 16)], 10, []],
    [
      'an answer out of order',
      [hole(6, 2), hole(2, 2)],
      10,
      [
        [0, 6],
        [8, 10],
      ],
    ],
  ])('%s', (_, map, size, expected) =>
    expect(extentsIn(map, size)).toEqual(expected.map(([start, end]) => ({ start, end }))),
  );
});

describe.skipIf(missing !== '')(`where a file has data${missing}`, () => {
  it('is asked for, and holds every byte that is not zero', async () => {
    const path = join(directory, 'a:b,c.img');
    writeSparse(path, 64 * mebibyte + 123, [0, 40 * mebibyte - 2, 64 * mebibyte + 100]);
    const extents = await dataExtents(path, factsOf(path));
    const bytes = readFileSync(path);
    let from = 0;
    for (const { start, end } of [...extents, { start: bytes.length, end: bytes.length }]) {
      expect(bytes.subarray(from, start).every((byte) => byte === 0)).toBe(true);
      from = end;
    }
    expect(extents.reduce((sum, { start, end }) => sum + end - start, 0)).toBeLessThan(mebibyte);
  });

  it('is everything where nobody can be asked, or the answer is too long', async () => {
    const path = join(directory, 'image');
    writeSparse(path, 32 * mebibyte, [0]);
    const all = [{ start: 0, end: 32 * mebibyte }];
    expect(await dataExtents(path, factsOf(path), { tool: 'no-such-program' })).toEqual(all);
    expect(await dataExtents(path, factsOf(path), { tool: 'false' })).toEqual(all);
    expect(await dataExtents(path, factsOf(path), { tool: 'yes' })).toEqual(all);
    const cancelled = new AbortController();
    cancelled.abort(new Error('enough'));
    await expect(dataExtents(path, factsOf(path), { signal: cancelled.signal })).rejects.toThrow('enough');
  });
});

describe('a copy of a file with holes', () => {
  const place = fc.integer({ min: 0, max: 48 * mebibyte - 8 });
  it('is byte for byte the same, wherever its data is', async () => {
    const source = join(directory, 'source');
    await mkdir(join(directory, 'to'));
    const destination = join(directory, 'to', 'copy');
    await fc.assert(
      fc.asyncProperty(fc.array(place, { maxLength: 12 }), fc.integer({ min: 0, max: 5000 }), async (places, odd) => {
        writeSparse(source, 48 * mebibyte + odd, places);
        const seen: number[] = [];
        await copyImage(source, destination, { onProgress: (done) => seen.push(done) });
        execFileSync('cmp', [source, destination]);
        expect(seen).toEqual([...seen].sort((a, b) => a - b));
        expect(seen.at(-1)).toBe(48 * mebibyte + odd);
        expect(factsOf(destination).allocatedBytes).toBeLessThan(2 * mebibyte);
      }),
      { numRuns: 15 },
    );
  });
});
