/** What is on the screen is what a terminal makes of it: a real one parses everything the editor says. */
import { Terminal } from '@xterm/headless';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LineEditor } from './line-editor.ts';

const up = '\x1b[A';
const down = '\x1b[B';
const left = '\x1b[D';

class Typist {
  readonly editor: LineEditor;
  readonly lines: string[] = [];
  readonly #terminal: Terminal;
  #said: string;

  constructor(columns = 80) {
    this.editor = new LineEditor('(qemu) ', columns);
    this.#terminal = new Terminal({ cols: columns, rows: 24, allowProposedApi: true });
    this.#said = this.editor.show();
  }

  type(keys: string): this {
    for (const character of keys) {
      const { show, action } = this.editor.key(character);
      this.#said += show;
      if (action?.kind !== 'line') continue;
      this.lines.push(action.text);
      this.#said += this.editor.show();
    }
    return this;
  }

  /** Rows that are not empty, and where the cursor is. */
  async screen(): Promise<{ rows: string[]; cursor: [number, number] }> {
    const said = this.#said;
    this.#said = '';
    await new Promise<void>((resolve) => this.#terminal.write(said, resolve));
    const { active } = this.#terminal.buffer;
    const rows = Array.from({ length: active.length }, (_, row) => active.getLine(row)?.translateToString(true) ?? '');
    while (rows.at(-1) === '') rows.pop();
    return { rows, cursor: [active.cursorY, active.cursorX] };
  }
}

describe('keys', () => {
  it.each([
    ['info status\r', 'info status'],
    [`tatus${'\x01'}info s\r`, 'info status'],
    [`ac${left}b\r`, 'abc'],
    ['abc\x1b[Hx\x1b[Fy\r', 'xabcy'],
    ['abc\x01\x04\r', 'bc'],
    ['abc\x01\x1b[3~\r', 'bc'],
    ['one two\x17three\r', 'one three'],
    ['one two\x15three\r', 'three'],
    ['one two\x01\x0bx\r', 'x'],
    [`one two${left}${left}${left}\x0bx\r`, 'one x'],
    ['ab\x7f\x7f\x7fc\r', 'c'],
    ['ab\x02\x02\x02x\x06\x06\x06y\r', 'xaby'],
    ['one two\x1bbx\r', 'one xtwo'],
    ['one two\x01\x1bfx\r', 'onex two'],
    ['given up\x03kept\r', 'kept'],
    ['äö😀\x7f\x7fx\r', 'äx'],
    ['a\x1b[15~b\x1b[200~c\r', 'abc'],
  ])('%j is the line %j', (keys, line) => expect(new Typist().type(keys).lines).toEqual([line]));

  it('history: up and down, and what was being typed is still there', () => {
    const typist = new Typist().type('one\rtwo\rtwo\r');
    expect(typist.type(`thr${up}${up}${up}\r`).lines.at(-1)).toBe('one');
    expect(typist.type(`thr${up}${up}${down}${down}ee\r`).lines.at(-1)).toBe('three');
    expect(typist.type('\x10\x10\r').lines.at(-1)).toBe('one');
  });

  it('lines that are pasted are lines, whatever they end in', () => {
    expect(new Typist().type('a\r\nb\nc\r\r\n').lines).toEqual(['a', 'b', 'c', '']);
  });
});

describe('the screen', () => {
  it('shows the prompt and what is typed, with the cursor in its place', async () => {
    const typist = new Typist().type(`info${left}${left}`);
    expect(await typist.screen()).toEqual({ rows: ['(qemu) info'], cursor: [0, 9] });
  });

  it('a word is replaced by its completion', async () => {
    const typist = new Typist().type('inf');
    typist.editor.complete(0, 'info ');
    expect(await typist.type('\x01').screen()).toEqual({ rows: ['(qemu) info '], cursor: [0, 7] });
  });

  it('Ctrl-L leaves only the line', async () => {
    const { rows } = await new Typist().type('one\rtwo\x0c').screen();
    expect(rows).toEqual(['(qemu) two']);
  });

  it('whatever is typed and wherever it wraps, what is seen is the line', async () => {
    const keys = fc.constantFrom(
      ...'abcdefgh ',
      'ä',
      '漢',
      left,
      left,
      '\x1b[C',
      '\x01',
      '\x05',
      '\x7f',
      '\x04',
      '\x17',
      up,
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(keys, { maxLength: 60 }),
        fc.integer({ min: 12, max: 20 }),
        async (pressed, columns) => {
          const typist = new Typist(columns).type('first one\r').type(pressed.join(''));
          const { rows } = await typist.screen();
          const seen = rows.join('').replaceAll(' ', '');
          expect(seen).toBe(`(qemu) first one(qemu) ${typist.editor.line}`.replaceAll(' ', ''));
          const before = await typist.type('|').screen();
          expect(before.rows.join('').replaceAll(' ', '')).toContain('|');
          expect(typist.editor.beforeCursor.endsWith('|')).toBe(true);
        },
      ),
      { numRuns: 150 },
    );
  });
});
