import { describe, expect, it } from 'vitest';
import { detachedHash, detachedTarget } from './detach.ts';
import { zoneAt } from './drop-zones.tsx';
import { fileSource, type TranscriptSource, withCarriageReturns } from './transcript-source.ts';
import { readAround, windowBytes } from './transcript-window.ts';

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

/** Numbered lines of ten bytes. */
function numbered(lines: number, keptFrom = 0): TranscriptSource {
  const bytes = new TextEncoder().encode(
    Array.from({ length: lines }, (_, n) => `${String(n).padStart(9, '0')}\n`).join(''),
  );
  return {
    plainText: true,
    async read(offset, length) {
      const from = Math.max(offset, keptFrom);
      return { offset: from, bytes: bytes.slice(from, offset + length), size: bytes.length, keptFrom };
    },
  };
}

describe('a part of a transcript', () => {
  it('is around the place, from the beginning of a line', async () => {
    const part = await readAround(numbered(200_000), 1_000_000);
    expect(part.offset % 10).toBe(0);
    expect(text(part.bytes.subarray(part.before, part.before + 9))).toBe('000100000');
    expect(part.before).toBeGreaterThan(windowBytes / 3);
  });

  it('is all of a short one, and the end of a long one', async () => {
    const short = await readAround(numbered(100), 500);
    expect([short.offset, short.bytes.length, short.before]).toEqual([0, 1000, 500]);
    const end = await readAround(numbered(200_000), -1);
    expect(end.offset + end.bytes.length).toBe(2_000_000);
    expect(end.before).toBe(end.bytes.length);
  });

  it('begins where the transcript begins that outgrew its bound', async () => {
    const part = await readAround(numbered(200_000, 4100), 0);
    expect([part.offset, part.before]).toEqual([4100, 0]);
  });

  it('comes from a file of the person’s own', async () => {
    const source = fileSource(new File(['one\ntwo\n'], 'boot.log'));
    const part = await readAround(source, 4);
    expect(text(part.bytes)).toBe('one\ntwo\n');
    expect(part.before).toBe(4);
  });

  it('has lines that go back to the left edge', () => {
    expect(text(withCarriageReturns(new TextEncoder().encode('a\nb\r\n\n')))).toBe('a\r\nb\r\n\r\n');
  });
});

describe('the address of a console’s own window', () => {
  it('goes there and back', () => {
    const current = { id: 'demo-2', content: { kind: 'console', console: 'serial-2', boot: null } } as const;
    expect(detachedHash(current)).toBe('#console/demo-2/serial-2');
    expect(detachedTarget('#console/demo-2/serial-2')).toEqual(current);
    expect(detachedTarget('#console/demo/log/12')).toEqual({
      id: 'demo',
      content: { kind: 'console', console: 'log', boot: 12 },
    });
  });

  it.each(['', '#token=x', '#console/demo', '#console/Demo!/serial', '#console/demo/tty', '#console/demo/serial/0'])(
    '%j is none',
    (hash) => expect(detachedTarget(hash)).toBeNull(),
  );
});

it('a tab is dropped into the middle or at the nearest edge', () => {
  expect([zoneAt(0.5, 0.5), zoneAt(0.1, 0.5), zoneAt(0.9, 0.6), zoneAt(0.4, 0.05), zoneAt(0.4, 0.97)]).toEqual([
    'centre',
    'left',
    'right',
    'up',
    'down',
  ]);
});
