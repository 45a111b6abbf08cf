import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lastSafeEnd } from './safe-end.ts';

const end = (text: string | Uint8Array) => lastSafeEnd(typeof text === 'string' ? Buffer.from(text) : text);

describe('lastSafeEnd', () => {
  it.each([
    ['plain text', 10],
    ['a\x1b', 1],
    ['a\x1b[', 1],
    ['a\x1b[31', 1],
    ['a\x1b[31m', 6],
    ['a\x1b]0;title', 1],
    ['a\x1b]0;title\x07b', 12],
    ['a\x1b]0;t\x1b\\', 8],
    ['a\x1bPq#0', 1],
    ['a\x1b(', 1],
    ['a\x1b(B', 4],
    ['\x1b[3\x18x', 5],
    ['\x1b[3\x1b[', 0],
  ])('%j', (text, expected) => expect(end(text)).toBe(expected));

  it('does not cut a character', () => {
    const bytes = Buffer.from('aé€😀');
    expect([...bytes.keys()].map((length) => end(bytes.subarray(0, length + 1)))).toEqual([
      1, 1, 3, 3, 3, 6, 6, 6, 6, 10,
    ]);
  });

  it('is at the end after whole pieces, and never inside one', () => {
    const pieces = fc.constantFrom(
      'a',
      '\n',
      'é',
      '😀',
      '\x1b[1;31m',
      '\x1b]8;;http://x\x1b\\',
      '\x1b[?25l',
      '\x1b=',
      '\x1bPdata\x1b\\',
    );
    fc.assert(
      fc.property(fc.array(pieces), fc.nat(), (list, cut) => {
        const bytes = Buffer.from(list.join(''));
        expect(lastSafeEnd(bytes)).toBe(bytes.length);
        const ends = new Set([0]);
        let at = 0;
        for (const piece of list) {
          at += Buffer.byteLength(piece);
          ends.add(at);
        }
        const safe = lastSafeEnd(bytes.subarray(0, cut % (bytes.length + 1)));
        expect(ends).toContain(safe);
      }),
    );
  });
});
