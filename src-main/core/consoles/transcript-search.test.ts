import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { limits } from '../../../src-shared/limits.ts';
import { type SearchQuery, searchTranscript } from './transcript-search.ts';

let directory: string;
let path: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'search-'));
  path = join(directory, 'serial.out');
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const plain = { regex: false, matchCase: false, wholeWord: false, from: null, limit: limits.searchMatches };
const search = (text: string, options: Partial<SearchQuery> = {}) =>
  searchTranscript(path, { text, ...plain, ...options });

/** As a page asks: again and again, until nothing is left. */
async function searchAll(text: string, options: Partial<SearchQuery> = {}) {
  let answer = await search(text, options);
  const all = { count: answer.count, matches: answer.matches, calls: 1 };
  while (answer.next !== null) {
    answer = await search(text, { ...options, from: answer.next });
    all.count += answer.count;
    all.matches.push(...answer.matches);
    all.calls++;
  }
  return all;
}

describe('searchTranscript', () => {
  it('says where each line that matches begins, and which it is', async () => {
    await writeFile(path, 'one\r\nError: two\r\nthree\r\nan ERROR, again error');
    expect(await search('error')).toEqual({
      count: 2,
      matches: [
        { offset: 5, line: 2, text: 'Error: two', start: 0, length: 5 },
        { offset: 24, line: 4, text: 'an ERROR, again error', start: 3, length: 5 },
      ],
      next: null,
      searched: 45,
      size: 45,
    });
    expect((await search('error', { matchCase: true })).count).toBe(1);
    expect((await search('ERR', { wholeWord: true })).count).toBe(0);
    expect((await search('^\\w+: two$', { regex: true })).matches).toMatchObject([{ line: 2, length: 10 }]);
    expect((await search('a.b')).count).toBe(0);
  });

  it('sees text as a person reads it', async () => {
    await writeFile(path, '\x1b[31mpa\x1b[0mnic\r\ncafé ☕ é\r\n');
    expect((await search('panic')).matches).toMatchObject([{ text: 'panic', start: 0 }]);
    expect((await search('☕')).matches).toMatchObject([{ text: 'café ☕ é', start: 5, line: 2 }]);
  });

  it('counts more than it lists', async () => {
    await writeFile(path, 'x\n'.repeat(50));
    expect(await search('x', { limit: 3 })).toMatchObject({ count: 50, matches: { length: 3 } });
  });

  it('finds everything in a large transcript, with right offsets, a moment at a time', async () => {
    const line = (index: number) => `[${String(index).padStart(9, '0')}] ${'some words of a kernel '.repeat(3)}\r\n`;
    const block = Array.from({ length: 20_000 }, (_, index) => line(index)).join('');
    for (let part = 0; part < 10; part++) await appendFile(path, `${block}needle ${part}\r\n`);
    const found = await searchAll('needle');
    expect(found.matches.map(({ offset, line: number }) => [offset, number])).toEqual(
      Array.from({ length: 10 }, (_, part) => [
        block.length * (part + 1) +
          Array.from({ length: part }, (_, index) => `needle ${index}\r\n`.length).reduce((a, b) => a + b, 0),
        20_001 * (part + 1),
      ]),
    );
  });

  it('cuts a line that never ends, and goes on behind it', async () => {
    await writeFile(path, `start${'x'.repeat(3 * 1024 * 1024)}tail\nnext\n`);
    expect((await search('tail')).count).toBe(0);
    expect((await search('start')).matches.map(({ offset, text }) => [offset, text.length])).toEqual([[0, 4096]]);
    expect((await search('next')).matches).toMatchObject([{ line: 2, offset: 3 * 1024 * 1024 + 10 }]);
  });

  it('gives an expression up that would never come to an end, and serves the next', async () => {
    await writeFile(path, `${'a'.repeat(100)}b\nfine\n`);
    const slow = search('^(a+)+$', { regex: true });
    const next = search('fine');
    await expect(slow).rejects.toMatchObject({ code: 'invalid_input', failure: { field: 'text' } });
    expect((await next).count).toBe(1);
  });

  it('refuses what is no expression', async () => {
    await writeFile(path, 'x');
    await expect(search('(', { regex: true })).rejects.toMatchObject({ code: 'invalid_input' });
  });

  it('finds nothing where there is no file', async () => {
    expect(await search('x')).toEqual({ count: 0, matches: [], next: null, searched: 0, size: 0 });
  });
});
