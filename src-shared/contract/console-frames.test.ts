import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeFrame, encodeFrame, frameKinds } from './console-frames.ts';

describe('console frames', () => {
  it('decodes what was encoded, at any place in a larger buffer', () => {
    const frames = fc.record({
      kind: fc.constantFrom(...frameKinds),
      viewer: fc.nat(0xffff_ffff),
      offset: fc.maxSafeNat(),
      extra: fc.nat(0xffff_ffff),
      payload: fc.uint8Array({ maxLength: 200 }),
    });
    fc.assert(
      fc.property(frames, fc.nat(40), (frame, before) => {
        const bytes = encodeFrame(frame);
        const larger = new Uint8Array(before + bytes.length);
        larger.set(bytes, before);
        const decoded = decodeFrame(larger.subarray(before));
        expect(decoded && { ...decoded, payload: [...decoded.payload] }).toEqual({
          ...frame,
          payload: [...frame.payload],
        });
      }),
    );
  });

  it('refuses what is not a frame', () => {
    expect(decodeFrame(new Uint8Array(16))).toBeNull();
    expect(decodeFrame(new Uint8Array(17).fill(255))).toBeNull();
    const negative = encodeFrame({ kind: 'ack', viewer: 1, offset: 0, extra: 0, payload: new Uint8Array() });
    new DataView(negative.buffer).setFloat64(5, -1, true);
    expect(decodeFrame(negative)).toBeNull();
  });
});
