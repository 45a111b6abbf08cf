import { Terminal } from '@xterm/headless';
import { describe, expect, it } from 'vitest';
import type { Arrival } from '../../../../src-shared/contract/console-times.ts';
import { RowTimes } from '../../../../src-shared/row-times.ts';

const at = (ms: number): Arrival => ({ offset: 0, at: ms, earlierMs: 0 });

function timed({ cols = 20, rows = 5, scrollback = 100 } = {}) {
  const terminal = new Terminal({ cols, rows, scrollback, allowProposedApi: true, scrollOnEraseInDisplay: true });
  const keeper = new RowTimes(terminal);
  return {
    terminal,
    keeper,
    write: (ms: number, text: string) =>
      new Promise<void>((resolve) => {
        terminal.write(text, () => {
          keeper.note(at(ms));
          resolve();
        });
      }),
    /** `text@time` of each row that has either. */
    rows(): string[] {
      const buffer = terminal.buffer.active;
      return Array.from({ length: buffer.length }, (_, row) => {
        const text = buffer.getLine(row)?.translateToString(true) ?? '';
        const time = buffer.getLine(row)?.isWrapped ? '-' : (keeper.at(row)?.at ?? '-');
        return text === '' ? '' : `${text.trimEnd()}@${time}`;
      }).filter((row) => row !== '');
    },
  };
}

describe('the time of a line', () => {
  it('is that of its first byte', async () => {
    const { write, rows } = timed();
    await write(1, 'one\r\ntwo');
    await write(2, ' more\r\n');
    await write(3, 'three\r\nfour\r\n');
    expect(rows()).toEqual(['one@1', 'two more@1', 'three@3', 'four@3']);
  });

  it('stays with it when the scrollback drops the oldest', async () => {
    const { write, rows } = timed({ scrollback: 10 });
    for (let n = 1; n <= 40; n++) await write(n, `line ${n}\r\n`);
    const shown = rows();
    expect(shown.length).toBeGreaterThan(10);
    for (const row of shown) expect(row).toMatch(/^line (\d+)@\1$/);
  });

  it('is that of the write where one write replaces everything there was', async () => {
    const { write, rows } = timed({ scrollback: 10 });
    await write(1, 'old\r\n');
    await write(2, Array.from({ length: 60 }, (_, n) => `new ${n}\r\n`).join(''));
    await write(3, 'last\r\n');
    const shown = rows();
    expect(shown.at(-1)).toBe('last@3');
    expect(shown.slice(0, -1).every((row) => row.endsWith('@2'))).toBe(true);
  });

  it('is said once for a wrapped line, and follows it when it wraps anew', async () => {
    const { terminal, keeper, write, rows } = timed();
    await write(1, `${'a'.repeat(30)}\r\n`);
    await write(2, `${'b'.repeat(10)}\r\n`);
    await write(3, `${'c'.repeat(50)}\r\nd`);
    expect(keeper.at(0)?.at).toBe(1);
    for (const columns of [10, 60, 7, 20]) {
      keeper.reflow(() => terminal.resize(columns, 5));
      const begun = rows().filter((row) => !row.endsWith('@-'));
      expect(
        begun.map((row) => `${row[0]}${row.split('@')[1]}`),
        `${columns} columns`,
      ).toEqual(['a1', 'b2', 'c3', 'd3']);
    }
    await write(4, '\r\ne');
    expect(rows().at(-1)).toBe('e@4');
  });

  it('is right after lines were pushed out by wrapping', async () => {
    const { terminal, keeper, write, rows } = timed({ cols: 40, scrollback: 10 });
    for (let n = 1; n <= 12; n++) await write(n, `${String(n % 10).repeat(35)}\r\n`);
    keeper.reflow(() => terminal.resize(10, 5));
    await write(13, 'z\r\n');
    for (const row of rows()
      .filter((one) => !one.endsWith('@-'))
      .slice(1)) {
      const [text = '', time = ''] = row.split('@');
      expect(text[0]).toBe(text === 'z' ? 'z' : String(Number(time) % 10));
    }
  });

  it('is left alone by the other screen, and by moving about', async () => {
    const { write, rows } = timed();
    await write(1, 'shell\r\n');
    await write(2, '\x1b[?1049hfull screen\r\nof text\r\n');
    await write(3, '\x1b[?1049lback\r\n');
    expect(rows()).toEqual(['shell@1', 'back@3']);
    await write(4, '\x1b[Aagain');
    expect(rows().at(-1)).toBe('again@3');
  });

  it('of a picture comes with the picture', async () => {
    const { terminal, keeper, write, rows } = timed();
    await new Promise<void>((resolve) => terminal.write('one\r\ntwo\r\nthree\r\n$ ', resolve));
    keeper.restore([
      { row: 0, arrival: at(1) },
      { row: 2, arrival: at(3) },
    ]);
    expect(rows()).toEqual(['one@1', 'two@1', 'three@3', '$@3']);
    await write(10, 'ls\r\nfile\r\n');
    expect(rows()).toEqual(['one@1', 'two@1', 'three@3', '$ ls@3', 'file@10']);
  });

  it('survives a cleared view', async () => {
    const { terminal, keeper, write, rows } = timed();
    await write(1, 'one\r\ntwo\r\n');
    await write(2, 'prompt> ');
    keeper.clear(() => terminal.clear());
    expect(rows()).toEqual(['prompt>@2']);
    await write(3, 'x\r\nnext\r\n');
    expect(rows()).toEqual(['prompt> x@2', 'next@3']);
  });
});
