/**
 * Line editing for a peer that has none: QMP neither echoes nor edits. Keys in, echo and finished lines out; the peer's
 * own output is set above the line that is being edited. Pure: no sockets, no files.
 *
 * Keys: Enter, Backspace, Ctrl-U (all), Ctrl-W (word), Ctrl-C (give up the line), Up and Down (history).
 */
const clearLine = '\r\x1b[K';
const historyLines = 100;
const longestLine = 64 * 1024;

export interface Keyed {
  /** To be shown. */
  readonly echo: string;
  /** To be sent, without line ends. */
  readonly lines: readonly string[];
}

export class LineDiscipline {
  readonly #prompt: string;
  readonly #keys = new TextDecoder();
  readonly #history: string[] = [];
  #line = '';
  /** What was typed before going up in the history. */
  #draft = '';
  #historyAt = 0;
  /** What came after ESC, or null outside a sequence. */
  #sequence: string | null = null;
  /** The peer is in the middle of a line; the edited line is shown again after it. */
  #peerMidLine = false;

  constructor(prompt: string) {
    this.#prompt = prompt;
  }

  /** The prompt and the line as they stand on the screen. */
  get editLine(): string {
    return this.#prompt + this.#line;
  }

  key(bytes: Uint8Array): Keyed {
    let echo = '';
    const lines: string[] = [];
    for (const character of this.#keys.decode(bytes, { stream: true })) {
      if (this.#sequence !== null || character === '\x1b') {
        echo += this.#inSequence(character);
        continue;
      }
      if (character === '\r' || character === '\n') {
        echo += '\r\n';
        if (this.#line.trim() !== '') lines.push(this.#line);
        this.#remember();
        echo += this.#prompt;
      } else if (character === '\x7f' || character === '\b') {
        echo += this.#replace([...this.#line].slice(0, -1).join(''));
      } else if (character === '\x15') {
        echo += this.#replace('');
      } else if (character === '\x17') {
        echo += this.#replace(this.#line.replace(/\S*\s*$/, ''));
      } else if (character === '\x03') {
        this.#line = '';
        echo += `^C\r\n${this.#prompt}`;
      } else if (character >= ' ' && this.#line.length < longestLine) {
        this.#line += character;
        echo += character;
      }
    }
    return { echo: this.#peerMidLine ? '' : echo, lines };
  }

  /** The peer's bytes as they are to be shown. */
  output(bytes: Uint8Array): Uint8Array {
    if (bytes.length === 0) return bytes;
    const before = this.#peerMidLine ? '' : clearLine;
    this.#peerMidLine = bytes[bytes.length - 1] !== 0x0a;
    return Buffer.concat([Buffer.from(before), bytes, Buffer.from(this.#peerMidLine ? '' : this.editLine)]);
  }

  /** Collects an escape sequence, which may come in pieces; the cursor keys mean something, the rest is swallowed. */
  #inSequence(character: string): string {
    this.#sequence = character === '\x1b' ? '' : (this.#sequence ?? '') + character;
    const isWhole = /^(?:\[[0-?]*[ -/]*[@-~]|O[ -~]|[^[O])$/.test(this.#sequence);
    if (!isWhole) return '';
    const key = this.#sequence;
    this.#sequence = null;
    if (/^[[O]A$/.test(key)) return this.#recall(-1);
    return /^[[O]B$/.test(key) ? this.#recall(1) : '';
  }

  #remember(): void {
    if (this.#line.trim() !== '' && this.#history.at(-1) !== this.#line) this.#history.push(this.#line);
    if (this.#history.length > historyLines) this.#history.shift();
    this.#historyAt = this.#history.length;
    this.#line = '';
    this.#draft = '';
  }

  #recall(by: number): string {
    const at = Math.min(Math.max(this.#historyAt + by, 0), this.#history.length);
    if (at === this.#historyAt) return '';
    if (this.#historyAt === this.#history.length) this.#draft = this.#line;
    this.#historyAt = at;
    return this.#replace(this.#history[at] ?? this.#draft);
  }

  #replace(line: string): string {
    this.#line = line;
    return clearLine + this.editLine;
  }
}
