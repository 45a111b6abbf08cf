import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { targetSizeOf } from './target-size.ts';

const gib = 1024 ** 3;

describe('targetSizeOf', () => {
  // reference/ffx-emu.md §5
  it.each([
    ['4 KiB of storage, an image of 12 bytes (seed: resize Fxfs)', 4096, 12, 4096, 'device'],
    ['32 bytes of storage, an image of 11 bytes (seed: staging)', 32, 11, 32, 'device'],
    ['storage and image of one size', 2 * gib, 2 * gib, 2 * gib, 'device'],
    ['an image larger than the storage gets 1.1 times its size', 2 * gib, 4 * gib, 4 * gib + 429496729, 'image'],
    ['the tenth is rounded down', 18, 19, 20, 'image'],
    ['an image too small for a tenth', 1, 9, 9, 'image'],
  ] as const)('vector: %s', (_, storage, image, bytes, decidedBy) => {
    expect(targetSizeOf(storage, image)).toMatchObject({ bytes, decidedBy });
  });

  it('says the numbers', () => {
    expect(targetSizeOf(8 * gib, 1.5 * gib).reason).toBe(
      'The disk gets 8 GiB, as the device says; its image has 1.5 GiB.',
    );
    expect(targetSizeOf(2 * gib, 4 * gib).reason).toBe(
      "The disk gets 4.4 GiB, the image's 4 GiB and a tenth: the device's 2 GiB are too small for it.",
    );
  });

  it('never makes a disk smaller than its image', () => {
    const size = fc.integer({ min: 1, max: 2 ** 50 });
    fc.assert(
      fc.property(size, size, (storage, image) => {
        const { bytes } = targetSizeOf(storage, image);
        expect(bytes).toBeGreaterThanOrEqual(Math.max(image, storage >= image ? storage : 0));
        expect(bytes).toBeLessThanOrEqual(Math.max(storage, image * 1.1));
      }),
    );
  });

  it.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53])('%d bytes are no size', (bytes) => {
    expect(() => targetSizeOf(bytes, 1)).toThrow(expect.objectContaining({ code: 'invalid_input' }));
    expect(() => targetSizeOf(1, bytes)).toThrow(expect.objectContaining({ code: 'invalid_input' }));
  });
});
