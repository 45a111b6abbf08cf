import { crc32 } from 'node:zlib';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anySignal } from './globals.ts';
import { crc32OfBytes } from './zlib.ts';

describe('what Node 18 lacks', () => {
  it('crc32 is zlib’s, whole or in pieces', () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.uint8Array(), (a, b) => {
        expect(crc32OfBytes(a)).toBe(crc32(a));
        expect(crc32OfBytes(b, crc32OfBytes(a))).toBe(crc32(Buffer.concat([a, b])));
      }),
    );
    expect(crc32OfBytes('123456789')).toBe(0xcbf43926);
    expect(crc32OfBytes(new DataView(new Uint8Array([0, 1, 2, 3]).buffer, 1, 2))).toBe(crc32(new Uint8Array([1, 2])));
  });

  it('any: the first reason counts, whenever it came', () => {
    const [a, b] = [new AbortController(), new AbortController()];
    const signal = anySignal([a.signal, b.signal]);
    expect(signal.aborted).toBe(false);
    b.abort('because');
    a.abort('too late');
    expect(signal).toMatchObject({ aborted: true, reason: 'because' });
    expect(anySignal([AbortSignal.abort('before'), new AbortController().signal]).reason).toBe('before');
    expect(anySignal([]).aborted).toBe(false);
  });
});
