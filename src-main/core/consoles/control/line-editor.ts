/**
 * A line that is edited on a terminal whose screen is known: keys in, bytes to show and what was asked for out. What a
 * person knows from QEMU's own monitor and from a shell: arrows, Home and End, Ctrl-A/E/B/F, Ctrl-U/K/W, Ctrl-C, Ctrl-L,
 * Delete, history, Tab. Pure: no sockets, no files.
 */
export type EditorAction = { readonly kind: 'line'; readonly text: string } | { readonly kind: 'complete' };

export interface Edited {
  readonly show: string;
  readonly action: EditorAction | null;
}

const historyLines = 200;
const longestLine = 64 * 1024;
const nothing: Edited = { show: '', action: null };

export class LineEditor {
  readonly #columns: number;
  readonly #history: string[] = [];
  #prompt: string;
  /** By code point, so that nothing is cut in half. */
  #line: string[] = [];
  #cursor = 0;
  #draft: string[] = [];
  #historyAt = 0;
  /** What came after ESC, or null outside a sequence. */
  #sequence: string | null = null;
  /** On which row of what is drawn the cursor is. */
  #row = 0;
  /** CR LF is one Enter. */
  #afterReturn = false;

  constructor(prompt: string, columns: number) {
    this.#prompt = prompt;
    this.#columns = columns;
  }

  get line(): string {
    return this.#line.join('');
  }

  get beforeCursor(): string {
    return this.#line.slice(0, this.#cursor).join('');
  }

  /** One character of what was typed. */
  key(character: string): Edited {
    const wasReturn = this.#afterReturn;
    this.#afterReturn = character === '\r';
    if (this.#sequence !== null || character === '\x1b') return this.#inSequence(character);
    switch (character) {
      case '\n':
        return wasReturn ? nothing : this.#enter();
      case '\r':
        return this.#enter();
      case '\t':
        return { show: '', action: { kind: 'complete' } };
      case '\x7f':
      case '\b':
        return this.#cursor === 0 ? nothing : this.#splice(this.#cursor - 1, 1);
      case '\x04':
        return this.#cursor < this.#line.length ? this.#splice(this.#cursor, 1) : nothing;
      case '\x01':
        return this.#move(0);
      case '\x05':
        return this.#move(this.#line.length);
      case '\x02':
        return this.#move(this.#cursor - 1);
      case '\x06':
        return this.#move(this.#cursor + 1);
      case '\x15':
        return this.#splice(0, this.#cursor);
      case '\x0b':
        return this.#splice(this.#cursor, this.#line.length - this.#cursor);
      case '\x17': {
        const start = this.#wordStart();
        return this.#splice(start, this.#cursor - start);
      }
      case '\x10':
        return this.#recall(-1);
      case '\x0e':
        return this.#recall(1);
      case '\x03':
        return this.#giveUp();
      case '\x0c':
        this.#row = 0;
        return { show: `\x1b[H\x1b[2J${this.#draw()}`, action: null };
      default:
        return character < ' ' || this.#line.length >= longestLine ? nothing : this.#type(character);
    }
  }

  /** In the place of what stands from `start` to the cursor. */
  complete(start: number, text: string): string {
    const from = [...this.beforeCursor.slice(0, start)].length;
    const characters = [...text];
    this.#line.splice(from, this.#cursor - from, ...characters);
    this.#cursor = from + characters.length;
    return this.redraw();
  }

  /** The prompt and the line, drawn where the screen's cursor is now. */
  show(prompt = this.#prompt): string {
    this.#prompt = prompt;
    this.#row = 0;
    return this.#draw();
  }

  /** Takes the line off the screen, so that something can be said in its place. */
  hide(): string {
    const up = this.#row === 0 ? '' : `\x1b[${this.#row}A`;
    this.#row = 0;
    return `${up}\r\x1b[J`;
  }

  redraw(): string {
    return this.hide() + this.#draw();
  }

  remember(line: string): void {
    if (line.trim() !== '' && this.#history.at(-1) !== line) this.#history.push(line);
    if (this.#history.length > historyLines) this.#history.shift();
    this.#historyAt = this.#history.length;
  }

  #enter(): Edited {
    const text = this.line;
    const end = this.#move(this.#line.length).show;
    this.remember(text);
    this.#clear();
    return { show: `${end}\r\n`, action: { kind: 'line', text } };
  }

  #giveUp(): Edited {
    const end = this.#move(this.#line.length).show;
    this.#historyAt = this.#history.length;
    this.#clear();
    return { show: `${end}^C\r\n${this.show()}`, action: null };
  }

  #clear(): void {
    this.#line = [];
    this.#draft = [];
    this.#cursor = 0;
    this.#row = 0;
  }

  #type(character: string): Edited {
    const isAtEnd = this.#cursor === this.#line.length;
    if (!isAtEnd) return this.#splice(this.#cursor, 0, character);
    this.#line.push(character);
    this.#cursor += 1;
    // The common case is one character further, also when a thousand are pasted.
    const { row, column } = this.#place(this.#line.length);
    const wraps = column === 0;
    this.#row = row;
    return { show: wraps ? `${character}\r\n` : character, action: null };
  }

  #splice(start: number, count: number, ...added: string[]): Edited {
    this.#line.splice(start, count, ...added);
    this.#cursor = start + added.length;
    return { show: this.redraw(), action: null };
  }

  #move(to: number): Edited {
    const next = Math.min(Math.max(to, 0), this.#line.length);
    if (next === this.#cursor) return nothing;
    this.#cursor = next;
    return { show: this.redraw(), action: null };
  }

  #wordStart(): number {
    return [...this.beforeCursor.replace(/\S*\s*$/, '')].length;
  }

  #recall(by: number): Edited {
    const at = Math.min(Math.max(this.#historyAt + by, 0), this.#history.length);
    if (at === this.#historyAt) return nothing;
    if (this.#historyAt === this.#history.length) this.#draft = this.#line;
    this.#historyAt = at;
    const kept = this.#history[at];
    this.#line = kept === undefined ? this.#draft : [...kept];
    this.#cursor = this.#line.length;
    return { show: this.redraw(), action: null };
  }

  /** Collects an escape sequence, which may come in pieces; keys that mean nothing here are swallowed. */
  #inSequence(character: string): Edited {
    this.#sequence = character === '\x1b' ? '' : (this.#sequence ?? '') + character;
    if (!/^(?:\[[0-?]*[ -/]*[@-~]|O[ -~]|[^[O])$/.test(this.#sequence)) return nothing;
    const key = this.#sequence;
    this.#sequence = null;
    if (/^[[O]A$/.test(key)) return this.#recall(-1);
    if (/^[[O]B$/.test(key)) return this.#recall(1);
    if (/^[[O]C$/.test(key)) return this.#move(this.#cursor + 1);
    if (/^[[O]D$/.test(key)) return this.#move(this.#cursor - 1);
    if (/^([[O]H|\[[17]~)$/.test(key)) return this.#move(0);
    if (/^([[O]F|\[[48]~)$/.test(key)) return this.#move(this.#line.length);
    if (key === '[3~') return this.#cursor < this.#line.length ? this.#splice(this.#cursor, 1) : nothing;
    if (key === 'b' || key === '[1;5D') return this.#move(this.#wordStart());
    if (key === 'f' || key === '[1;5C') {
      const [skipped = ''] = /^\s*\S*/.exec(this.#line.slice(this.#cursor).join('')) ?? [];
      return this.#move(this.#cursor + [...skipped].length);
    }
    return nothing;
  }

  /** From the row the prompt begins on to where the cursor belongs. */
  #draw(): string {
    const end = this.#place(this.#line.length);
    const at = this.#place(this.#cursor);
    // A terminal that is full to the last column waits with the next row until something is printed there.
    const wrap = end.column === 0 && end.row > 0 ? '\r\n' : '';
    const up = end.row === at.row ? '' : `\x1b[${end.row - at.row}A`;
    const right = at.column === 0 ? '' : `\x1b[${at.column}C`;
    this.#row = at.row;
    const back = at.row === end.row && at.column === end.column ? '' : `${up}\r${right}`;
    return this.#prompt + this.line + wrap + back;
  }

  #place(characters: number): { readonly row: number; readonly column: number } {
    let row = 0;
    let column = this.#prompt.length;
    for (const character of this.#line.slice(0, characters)) {
      const width = widthOf(character);
      // A wide one does not fit into the last column.
      if (column + width > this.#columns) {
        row += 1;
        column = 0;
      }
      column += width;
      if (column === this.#columns) {
        row += 1;
        column = 0;
      }
    }
    return { row, column };
  }
}

const wide =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{1f300}-\u{1f64f}\u{1f680}-\u{1f6ff}\u{1f900}-\u{1faff}\u{20000}-\u{3fffd}]/u;

/** In columns, as terminals have it. */
function widthOf(character: string): number {
  if (/^[\p{M}\u200b-\u200f\u2060-\u2064]$/u.test(character)) return 0;
  return wide.test(character) ? 2 : 1;
}
