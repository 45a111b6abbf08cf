import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dataOffsetOf, dimensionsFor, type FvmDimensions } from './fvm-format.ts';
import { planExtension } from './plan-extension.ts';

const kib = 1024;
const mib = 1024 * kib;
const gib = 1024 * mib;

function laidOut(lengthBytes: number, sliceBytes: number): FvmDimensions {
  const dimensions = dimensionsFor(lengthBytes, sliceBytes);
  if (dimensions === null) throw new Error('no such image');
  return dimensions;
}

describe('dimensionsFor', () => {
  // reference/ffx-emu.md §8, step 2 of extend
  it.each([
    ['2 GiB in slices of 8 MiB', 2 * gib, 8 * mib, 8192, 163840, 255],
    ['1 GiB in slices of 32 KiB', gib, 32 * kib, 270336, 688128, 32747],
    ['tables grow at 1024 slices', 1024 * 32 * kib, 32 * kib, 16384, 180224, 1018],
    ['and not before', 1023 * 32 * kib, 32 * kib, 8192, 163840, 1018],
  ])('vector: %s', (_, length, slice, table, data, slices) => {
    const dimensions = laidOut(length, slice);
    expect(dimensions).toMatchObject({ allocationTableBytes: table, sliceCount: slices });
    expect(dataOffsetOf(dimensions)).toBe(data);
    expect(dimensions.usedBytes).toBe(data + slices * slice);
  });

  it('always fits, has an entry for every slice, and leaves less than a slice and a table block unused', () => {
    const lengths = fc.integer({ min: 256 * kib, max: 2 ** 44 });
    fc.assert(
      fc.property(lengths, fc.integer({ min: 1, max: 4096 }), (length, blocks) => {
        const slice = blocks * 8 * kib;
        const dimensions = laidOut(length, slice);
        fc.pre(dimensions.sliceCount > 0);
        expect(dimensions.usedBytes).toBeLessThanOrEqual(length);
        expect(length - dimensions.usedBytes).toBeLessThan(slice);
        expect(dimensions.allocationTableBytes).toBeGreaterThanOrEqual(8 * (dimensions.sliceCount + 1));
      }),
    );
  });
});

describe('planExtension', () => {
  const current = laidOut(2 * gib, 8 * mib);
  const plan = (lengthBytes: number, isLowerBound = false, fileBytes = current.usedBytes) =>
    planExtension(current, fileBytes, { lengthBytes, isLowerBound });

  it('a larger length is laid out anew, lower bound or not', () => {
    for (const isLowerBound of [false, true]) {
      expect(plan(4 * gib, isLowerBound)).toEqual({
        action: 'extend',
        dimensions: laidOut(4 * gib, 8 * mib),
        bytes: 4 * gib,
      });
    }
  });

  it.each([
    ['the same', current.usedBytes],
    ['a smaller', gib],
    ['a tiny', 1],
  ])('%s length is an error, and with --length-is-lowerbound nothing to do', (_, length) => {
    expect(() => plan(length)).toThrow(expect.objectContaining({ code: 'invalid_input' }));
    expect(plan(length, true)).toEqual({ action: 'keep', bytes: current.usedBytes });
  });

  it('a trimmed file gets its full length back, a longer one is not cut', () => {
    expect(plan(gib, true, 10 * mib)).toEqual({ action: 'keep', bytes: current.usedBytes });
    expect(plan(gib, true, 3 * gib)).toEqual({ action: 'keep', bytes: 3 * gib });
  });

  it('never loses a slice to larger tables', () => {
    const tight: FvmDimensions = {
      sliceCount: 1023,
      sliceBytes: 8 * kib,
      allocationTableBytes: 8192,
      usedBytes: 163840 + 1023 * 8 * kib,
    };
    const lengthBytes = tight.usedBytes + 8 * kib;
    expect(dimensionsFor(lengthBytes, 8 * kib)?.sliceCount).toBeLessThan(1023);
    const wish = { lengthBytes, isLowerBound: false };
    expect(() => planExtension(tight, tight.usedBytes, wish)).toThrow(
      expect.objectContaining({ code: 'invalid_input' }),
    );
    expect(planExtension(tight, tight.usedBytes, { ...wish, isLowerBound: true })).toEqual({
      action: 'keep',
      bytes: lengthBytes,
    });
  });

  it.each([0, -1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53])('%d bytes are no length', (length) => {
    expect(() => plan(length, true)).toThrow(expect.objectContaining({ code: 'invalid_input' }));
  });

  it('more slices than the format counts are an error, lower bound or not', () => {
    const small = laidOut(gib, 8 * kib);
    for (const isLowerBound of [false, true]) {
      expect(() => planExtension(small, gib, { lengthBytes: 2 ** 50, isLowerBound })).toThrow(
        expect.objectContaining({ code: 'invalid_input' }),
      );
    }
  });
});
