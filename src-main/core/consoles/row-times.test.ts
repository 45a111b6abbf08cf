/** The shared class, on the terminal that the core has. */
import headless from '@xterm/headless';
import { describe, expect, it } from 'vitest';
import { RowTimes } from '../../../src-shared/row-times.ts';

function terminalOf(rows = 5, scrollback = 20, cols = 20) {
  const terminal = new headless.Terminal({ cols, rows, scrollback, allowProposedApi: true });
  const times = new RowTimes(terminal);
  let offset = 0;
  /** `text` came at `at`. */
  const came = async (at: number, text: string) => {
    await new Promise<void>((resolve) => terminal.write(text, resolve));
    times.note({ offset, at, earlierMs: 0 });
    offset += text.length;
  };
  const { normal } = terminal.buffer;
  /** Each row with something on it, with when it began. */
  const shown = () => {
    const lines: string[] = [];
    for (let row = 0; row < normal.length; row++) {
      const text = normal.getLine(row)?.translateToString(true) ?? '';
      if (text !== '') lines.push(`${text}@${times.at(row)?.at ?? '?'}`);
    }
    return lines;
  };
  return { terminal, times, came, shown };
}

describe('RowTimes', () => {
  it('says when each line began, not when the cursor came to its row', async () => {
    const { came, shown, times } = terminalOf();
    await came(1, 'one\r\n');
    await came(2, 'tw');
    await came(3, 'o\r\nthree\r\n');
    expect(shown()).toEqual(['one@1', 'two@2', 'three@3']);
    expect(times.at(3)).toBeNull();
  });

  it('scrolls with the buffer, and forgets what has left it', async () => {
    const { came, shown } = terminalOf();
    for (let line = 0; line < 100; line++) await came(line, `line ${line}\r\n`);
    expect(shown()).toEqual(Array.from({ length: 24 }, (_, index) => `line ${76 + index}@${76 + index}`));
  });

  it('is right when more scrolls by at once than the buffer holds', async () => {
    const { came, shown } = terminalOf();
    await came(1, 'first\r\n');
    await came(2, Array.from({ length: 500 }, (_, index) => `${index}\r\n`).join(''));
    await came(3, 'last\r\n');
    const lines = shown();
    expect(lines.at(-1)).toBe('last@3');
    expect(lines.slice(0, -1).every((line) => line.endsWith('@2'))).toBe(true);
  });

  it('keeps the time of a line that is written over in place, and takes the new one after the cursor went up', async () => {
    const { came, shown } = terminalOf();
    await came(1, 'title\r\n');
    await came(2, '10%');
    await came(3, '\r20%');
    await came(4, '\r\nnext\r\n');
    expect(shown()).toEqual(['title@1', '20%@2', 'next@4']);
    await came(5, '\x1b[H\x1b[2Jnew\r\n');
    await came(6, 'screen\r\n');
    expect(shown()).toEqual(['new@5', 'screen@6']);
  });

  it('does not mind a full-screen program, a cleared scrollback or a reset', async () => {
    const { came, shown } = terminalOf();
    await came(1, 'shell\r\n');
    await came(2, '\x1b[?1049h\x1b[Hfull\r\nscreen');
    await came(3, '\x1b[?1049l');
    await came(4, 'back\r\n');
    expect(shown()).toEqual(['shell@1', 'back@4']);
    await came(5, '\x1bcafter\r\n');
    expect(shown()).toEqual(['after@5']);
  });

  it('goes over to another terminal with a snapshot', async () => {
    const from = terminalOf();
    for (let line = 0; line < 30; line++) await from.came(line, `line ${line}\r\n`);
    const to = terminalOf();
    await new Promise<void>((resolve) =>
      to.terminal.write(Array.from({ length: 24 }, (_, index) => `line ${index + 6}\r\n`).join(''), resolve),
    );
    to.times.restore(from.times.rows());
    await to.came(40, 'more\r\n');
    expect(to.shown().slice(-3)).toEqual(['line 28@28', 'line 29@29', 'more@40']);
  });

  it('follows lines that flow to other rows', async () => {
    const { terminal, times, came, shown } = terminalOf(5, 20, 10);
    await came(1, `${'a'.repeat(25)}\r\n`);
    await came(2, 'b\r\n');
    await came(3, `${'c'.repeat(15)}\r\nd`);
    times.reflow(() => terminal.resize(30, 5));
    expect(shown()).toEqual([`${'a'.repeat(25)}@1`, 'b@2', `${'c'.repeat(15)}@3`, 'd@3']);
    await came(4, '\r\ne\r\n');
    times.reflow(() => terminal.resize(10, 5));
    expect(shown().map((line) => line.slice(-3))).toEqual(['a@1', 'a@1', 'a@1', 'b@2', 'c@3', 'c@3', 'd@3', 'e@4']);
  });

  it('leads from a byte to its row', async () => {
    const { came, times } = terminalOf();
    for (let line = 0; line < 10; line++) await came(line, `line ${line}\r\n`);
    const rows = times.rowsOf(8 * 4 + 2);
    expect(rows?.first).toBeLessThanOrEqual(4);
    expect(rows?.last).toBeGreaterThanOrEqual(4);
    expect((rows?.last ?? 0) - (rows?.first ?? 0)).toBeLessThanOrEqual(2);
  });
});
