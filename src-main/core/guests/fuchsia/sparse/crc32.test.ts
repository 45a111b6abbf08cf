import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { DiskCrc32 } from './crc32.ts';

it('zeros that are counted give the sum of zeros that are there', () => {
  const pieces = fc.array(fc.oneof(fc.uint8Array({ maxLength: 20 }), fc.nat(5000)), { maxLength: 6 });
  fc.assert(
    fc.property(pieces, (all) => {
      const sum = new DiskCrc32();
      for (const piece of all) typeof piece === 'number' ? sum.addZeros(piece) : sum.add(piece);
      const whole = Buffer.concat(all.map((piece) => (typeof piece === 'number' ? Buffer.alloc(piece) : piece)));
      expect(sum.sum).toBe(crc32(whole));
    }),
  );
});

it('a petabyte of zeros takes no time, in one piece or in many', () => {
  const one = new DiskCrc32();
  one.addZeros(2 ** 50);
  const many = new DiskCrc32();
  for (let piece = 0; piece < 1024; piece++) many.addZeros(2 ** 40);
  expect(many.sum).toBe(one.sum);
});
