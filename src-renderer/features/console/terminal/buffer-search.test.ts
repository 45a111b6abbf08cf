import { Terminal } from '@xterm/headless';
import { describe, expect, it } from 'vitest';
import { patternOf, type SearchQuery, searchBuffer } from './buffer-search.ts';

const query = (part: Partial<SearchQuery>): SearchQuery => ({
  text: '',
  regex: false,
  matchCase: false,
  wholeWord: false,
  ...part,
});

async function find(content: string, part: Partial<SearchQuery>, columns = 20) {
  const terminal = new Terminal({ cols: columns, rows: 5, scrollback: 1000, allowProposedApi: true });
  await new Promise<void>((resolve) => terminal.write(content, resolve));
  const made = patternOf(query(part));
  if (!made.ok) throw new Error(made.reason);
  const { matches } = searchBuffer(terminal.buffer.active, terminal.cols, made.pattern);
  return matches.map(({ row, column, cells }) => [row, column, cells]);
}

describe('search in a terminal', () => {
  it('finds text as it stands, any case or only this', async () => {
    expect(await find('a.b A.B\r\naxb', { text: 'a.b' })).toEqual([
      [0, 0, 3],
      [0, 4, 3],
    ]);
    expect(await find('a.b A.B\r\naxb', { text: 'A.B', matchCase: true })).toEqual([[0, 4, 3]]);
  });

  it('counts each match of a pattern once', async () => {
    expect(await find('line 123 and 45', { text: '\\d+', regex: true })).toEqual([
      [0, 5, 3],
      [0, 13, 2],
    ]);
    expect(await find('abc', { text: 'x*', regex: true })).toEqual([]);
    expect(await find('one\r\n\r\ntwo', { text: '^\\w', regex: true })).toEqual([
      [0, 0, 1],
      [2, 0, 1],
    ]);
  });

  it('whole words only', async () => {
    expect(await find('cat concat cat_ (cat)', { text: 'cat', wholeWord: true }, 40)).toEqual([
      [0, 0, 3],
      [0, 17, 3],
    ]);
  });

  it('across a wrapped line, after wide and combined letters', async () => {
    expect(await find('0123456789abcdefghijKLMNO', { text: 'ijkl' })).toEqual([[0, 18, 4]]);
    expect(await find('日本 found e\u0301 it', { text: 'found' })).toEqual([[0, 5, 5]]);
    expect(await find('日本 e\u0301 it', { text: 'it' })).toEqual([[0, 7, 2]]);
    expect(await find('日本語', { text: '本' })).toEqual([[0, 2, 2]]);
  });

  it('says what is no pattern', () => {
    expect(patternOf(query({ text: '(', regex: true }))).toMatchObject({ ok: false });
    expect(patternOf(query({ text: 'a)(b', regex: true, wholeWord: true }))).toMatchObject({ ok: false });
    expect(patternOf(query({ text: '(' }))).toMatchObject({ ok: true });
  });

  it('ends in time, whatever the pattern', async () => {
    const terminal = new Terminal({ cols: 80, rows: 5, scrollback: 1000, allowProposedApi: true });
    await new Promise<void>((resolve) => terminal.write('a\r\n'.repeat(50), resolve));
    let clock = 0;
    const found = searchBuffer(terminal.buffer.active, 80, /a/g, () => (clock += 100));
    expect(found.more).toBe(true);
    expect(found.matches.length).toBeLessThan(10);
  });
});
