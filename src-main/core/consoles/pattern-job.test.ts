import { randomBytes } from 'node:crypto';
import * as files from 'node:fs';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { blockPattern, neededText } from './block-pattern.ts';
import { scanModule, scannedFrom } from './byte-scan.ts';
import { sequences, sequencesOfLines, withoutSequences } from './line-search.ts';
import { type PatternJob, runPatternJobs, type SearchFound } from './pattern-job.ts';
import { patternOf, shortcutsOf } from './transcript-search.ts';

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'jobs-'));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const lineLength = 24;

/** The thread's own function, with buffers that a short text fills many times over. */
function searcher(sizes: { readBytes: number; leastPiece: number; mostPiece: number }) {
  let ask: (job: PatternJob) => void = () => undefined;
  let answer: unknown;
  const port = {
    on: (_: 'message', listener: (job: PatternJob) => void) => {
      ask = listener;
    },
    postMessage: (message: unknown) => {
      answer = message;
    },
  };
  runPatternJobs(port, files, { module: scanModule, scannedFrom, ...sizes });
  return (job: PatternJob): SearchFound => {
    ask(job);
    const { value, error } = answer as { value?: SearchFound; error?: string };
    if (value === undefined) throw new Error(error);
    return value;
  };
}

interface Query {
  readonly text: string;
  readonly regex: boolean;
  readonly matchCase: boolean;
  readonly wholeWord: boolean;
}

/** Each line by itself, as it is read by a person: slow, and obviously right. */
function naive(bytes: Buffer, query: Query, limit: number, longest: number): Pick<SearchFound, 'count' | 'matches'> {
  const pattern = patternOf(query);
  const matches: SearchFound['matches'] = [];
  let count = 0;
  for (let offset = 0, line = 1; offset < bytes.length; line++) {
    const at = bytes.indexOf(0x0a, offset);
    const end = at === -1 ? bytes.length : at;
    let length = end - offset;
    // The beginning of a line that fills the buffer is looked at before its end is known.
    if (length < longest) while (length > 0 && bytes[offset + length - 1] === 0x0d) length--;
    const raw = bytes.toString('utf8', offset, offset + Math.min(length, 4 * lineLength));
    const text = withoutSequences(raw).slice(0, lineLength);
    const found = pattern.exec(text);
    if (found !== null && ++count <= limit)
      matches.push({ offset, line, text, start: found.index, length: found[0].length });
    offset = end + 1;
  }
  return { count, matches };
}

const words = ['foo', 'FOO', 'bar', 'x', ' ', '\t', 'a.b', 'é', '☕', '😀', '\u2028', '\u00a0', '[1]', '12', '-', '_'];
const ends = ['\n', '\r\n', '\r\r\n', '\n\n', '\r'];
const controls = [
  '\x1b[31m',
  '\x1b[0m',
  '\x1b]0;title\x07',
  '\x1b]8;;open',
  '\x1b(B',
  '\x1b',
  '\0',
  '\x07',
  '\x7f',
  '\b',
];
const broken = [Buffer.from([0xe2, 0x82]), Buffer.from([0xff]), Buffer.from([0xc3]), Buffer.from([0x80, 0xf0, 0x9f])];
const long = [
  'y'.repeat(lineLength - 2),
  `foo${'z'.repeat(lineLength)}bar`,
  'w'.repeat(7 * lineLength),
  'é'.repeat(30),
];
const bytesOf = (part: string | Buffer) => (typeof part === 'string' ? Buffer.from(part) : part);

const cleanText = fc.array(fc.constantFrom(...words.slice(0, 7), '\n', '\r\n'), { maxLength: 120 });
const wildText = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom<string | Buffer>(...words) },
    { weight: 4, arbitrary: fc.constantFrom<string | Buffer>(...ends) },
    { weight: 2, arbitrary: fc.constantFrom<string | Buffer>(...controls) },
    { weight: 1, arbitrary: fc.constantFrom<string | Buffer>(...broken, ...long) },
  ),
  { maxLength: 150 },
);
const plains = [
  'foo',
  'o',
  'FOO',
  'a.b',
  'é',
  '☕',
  '😀',
  ' ',
  '\t',
  '[1]',
  'foobar',
  'foo\n',
  '\r',
  '\ufffd',
  '(?!',
  '\\1',
];
const expressions = [
  ...[
    'foo',
    'fo+',
    '^foo',
    'foo$',
    '^$',
    '^',
    '$',
    '',
    '.*',
    'x*',
    '^.*bar$',
    '[^a]oo',
    '[^-x]+$',
    '[^\\]]*bar',
    'o\\s+b',
  ],
  ...['foo\\W', '\\D\\d', 'foo\\b', '\\B', 'o\\B', '\\bx\\b', 'foo(?!b)', '(?<!x)foo', '(?=foo)', '(?<=o)b', '(o)\\1'],
  ...[
    'foo|bar$',
    '(?:foo|^x)+',
    '[\\s\\S]+',
    '[\\s,]x',
    '[^]',
    '[^]*x',
    '[]',
    'é',
    '.{3,5}$',
    '\\n',
    '\\r',
    '[\\t-z]+',
    '\\x66',
  ],
  ...[
    '\\cJ',
    '\\u0066',
    '[\\b]',
    '\\12',
    '\\0',
    '(?<w>o)\\k<w>',
    'foo\\s',
    '\\s$',
    '\\S\\s\\S',
    '[^x]$',
    '^[^x]*$',
    'a)|(b',
  ],
];
const query = fc.record({
  text: fc.oneof(
    fc.constantFrom(...plains).map((text) => ({ text, regex: false })),
    fc.constantFrom(...expressions).map((text) => ({ text, regex: true })),
  ),
  matchCase: fc.boolean(),
  wholeWord: fc.boolean(),
});

describe('a search by blocks', () => {
  const sizes = fc.constantFrom(
    { readBytes: 128, leastPiece: 16, mostPiece: 64 },
    { readBytes: 97, leastPiece: 32, mostPiece: 32 },
    { readBytes: 8192, leastPiece: 1024, mostPiece: 8192 },
  );
  it.each([
    ['text of words', cleanText],
    ['anything a guest can print', wildText],
  ])('finds what looking at each line finds: %s', (_, text) => {
    const path = join(directory, randomBytes(4).toString('hex'));
    fc.assert(
      fc.property(
        text,
        query,
        fc.constantFrom(0, 2, 1000),
        sizes,
        fc.boolean(),
        (parts, { text: what, ...how }, limit, size, hurried) => {
          const wanted: Query = { ...what, ...how };
          let pattern: RegExp;
          try {
            pattern = patternOf(wanted);
          } catch {
            return;
          }
          const bytes = Buffer.concat((parts as (string | Buffer)[]).map(bytesOf));
          writeFileSync(path, bytes);
          const search = searcher(size);
          const all: SearchFound['matches'] = [];
          let count = 0;
          let place: SearchFound['next'] = { offset: 0, line: 1 };
          while (place !== null) {
            const found = search({
              ...{ kind: 'search', path, end: bytes.length, ...place, limit: limit - all.length },
              ...{ source: pattern.source, flags: pattern.flags, lineLength, budgetMs: hurried ? -1 : 10_000 },
              ...{ sequences: sequences.source, sequencesOfLines: sequencesOfLines.source, ...shortcutsOf(wanted) },
            });
            all.push(...found.matches);
            count += found.count;
            // In a hurry it stops after each piece, and goes on behind it.
            if (found.next !== null) expect(found.next.offset).toBeGreaterThan(place.offset);
            place = found.next;
          }
          expect({ count, matches: all }).toEqual(naive(bytes, wanted, limit, size.readBytes));
        },
      ),
      { numRuns: 1500 },
    );
  });
});

describe('blockPattern', () => {
  it.each([
    ['a[^b]c', 'a[^\\n\\rb]c'],
    ['[^-b]', '[^\\n\\r\\-b]'],
    ['a\\s*b', 'a[^\\S\\n\\r]*b'],
    ['^x.y$', '^x.y$'],
    ['[a\\]\\-]', '[a\\]\\-]'],
  ])('%s', (source, expected) => expect(blockPattern(source)).toBe(expected));

  it.each(['a(?!b)', '(?<!a)b', '\\n', '[\\s]', '[\\t-z]', '\\12', '(?s:.)', '\\p{L}', 'a\nb', '\\'])(
    'has none for %j',
    (source) => expect(blockPattern(source)).toBe(null),
  );
});

describe('neededText', () => {
  it.each([
    ['need[a-z]+ \\d+', 'need'],
    ['panic: .*not syncing', 'not syncing'],
    ['fo*bar', 'bar'],
    ['fo{2}bar', 'bar'],
    ['(?:a(b)c)error\\.x', 'error.x'],
    ['[(]ab', 'ab'],
    ['foo|bar', null],
    ['a', null],
    ['\\x41bc', null],
    ['', null],
  ])('%s', (source, expected) => expect(neededText(source)).toBe(expected));
});
