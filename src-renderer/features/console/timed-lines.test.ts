import { expect, it } from 'vitest';
import { TimedLines } from './timed-lines.ts';

const at = (offset: number, ms: number, earlierMs = 0) => ({ offset, at: ms, earlierMs });
const bytes = (text: string) => new TextEncoder().encode(text);
const text = (content: Uint8Array) => new TextDecoder().decode(content);

it('each line has when it began, across pieces', () => {
  const lines = new TimedLines();
  const first = lines.add(0, bytes('one\r\ntwo, '), [at(0, 1000), at(5, 2000)]);
  const second = lines.add(10, bytes('still two\n\nthree'), [at(5, 2000), at(20, 3000, 500)]);
  expect(text(first) + text(second)).toBe(
    '[1970-01-01T00:00:01.000Z] one\r\n' +
      '[1970-01-01T00:00:02.000Z] two, still two\n' +
      '[<=1970-01-01T00:00:03.000Z] \n' +
      '[<=1970-01-01T00:00:03.000Z] three',
  );
});

it('says so where no time is known', () => {
  expect(text(new TimedLines().add(5, bytes('a\nb\n'), []))).toBe('[?] a\n[?] b\n');
});
