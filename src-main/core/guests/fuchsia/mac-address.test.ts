import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { macAddressOf, sipHash13 } from './mac-address.ts';

describe('macAddressOf', () => {
  // reference/ffx-emu.md §1.4
  it.each([
    ['fuchsia-emulator', '52:54:47:5e:82:ef'],
    ['fuchsia-5254-0063-5e7a', '52:54:00:63:5e:7a'],
    ['fuchsia-5254-475e-82ef', '52:54:47:5e:82:ef'],
    ['fuchsia-5254-475E-82EF', '52:54:47:5e:82:ef'],
  ])('vector %s is %s', (name, expected) => {
    expect(macAddressOf(name)).toBe(expected);
  });

  it.each(['fuchsia-5255-0063-5e7a', 'fuchsia-5254-0063-5e7', 'xfuchsia-5254-0063-5e7a', 'fuchsia-5254-0063-5e7a-2'])(
    '%s only looks like a name made from an address',
    (name) => expect(macAddressOf(name)).not.toContain('00:63:5e:7a'),
  );

  it('is an address for every name, and the same one each time', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (name) => {
        expect(macAddressOf(name)).toMatch(/^52:54(:[0-9a-f]{2}){4}$/);
        expect(macAddressOf(name)).toBe(macAddressOf(name));
      }),
      { numRuns: 30 },
    );
  });
});

it('sipHash13 depends on every byte and on the length, at each length around a word', () => {
  const seen = new Set<bigint>();
  for (let length = 0; length <= 17; length++) {
    seen.add(sipHash13(new Uint8Array(length)));
    for (let at = 0; at < length; at++) seen.add(sipHash13(new Uint8Array(length).fill(1, at, at + 1)));
  }
  expect(seen.size).toBe(18 + (17 * 18) / 2);
});
