/**
 * A guest's bytes on their way into a person's terminal: cut into text and whole control sequences, of which those pass
 * that terminal-sequences.ts lets pass. Right at every border between chunks; nothing is passed before it is whole. It
 * remembers what it has let through, so that all of it can be taken back when the console is left.
 */
import {
  judgeControl,
  judgeEscape,
  plainModes,
  privateModes,
  screenModes,
  type Verdict,
} from './terminal-sequences.ts';

type State = 'text' | 'escape' | 'control' | 'string' | 'palette';

const escapeByte = 0x1b;
/** Longer ones are garbage. */
const longestSequence = 256;
/** A string that never ends must not swallow the guest for ever. */
const longestString = 1024 * 1024;
const replacement = '\ufffd';
const paletteDigits = 7;

export class TerminalFilter {
  #state: State = 'text';
  #sequence = '';
  #stringBytes = 0;
  #isCommand = false;
  #escapeInString = false;
  /** Bytes of a letter that are still to come, and whether the next one decides if it is a control. */
  #continuation = 0;
  #afterC2 = false;
  readonly #modes = new Map<number, boolean>();
  readonly #plain = new Set<number>();
  #otherScreen: number | null = null;
  #margins = false;
  #keypad = false;
  #cursorStyle = false;

  /** `answers`: whether a terminal's answers reach the guest now. */
  push(bytes: Uint8Array, answers: boolean): Buffer {
    const out: (number | string)[] = [];
    for (const byte of bytes) this.#take(byte, answers, out);
    const parts: Buffer[] = [];
    let run: number[] = [];
    for (const piece of out) {
      if (typeof piece === 'number') run.push(piece);
      else {
        parts.push(Buffer.from(run), Buffer.from(piece, 'utf8'));
        run = [];
      }
    }
    return Buffer.concat([...parts, Buffer.from(run)]);
  }

  /** Takes back everything that was let through, and nothing else. */
  restore(): string {
    let text = '';
    if (this.#otherScreen !== null) text += `\x1b[?${this.#otherScreen}l`;
    // Its margins go, the cursor stays.
    if (this.#margins) text += '\x1b[?6l\x1b7\x1b[r\x1b8';
    text += '\x1b[0m\x0f\x1b(B\x1b)B';
    for (const [mode, isOn] of this.#modes)
      if (privateModes.get(mode) !== isOn) text += `\x1b[?${mode}${privateModes.get(mode) ? 'h' : 'l'}`;
    for (const mode of this.#plain) text += `\x1b[${mode}l`;
    if (this.#keypad) text += '\x1b>';
    if (this.#cursorStyle) text += '\x1b[0 q';
    this.#forget();
    return text;
  }

  #forget(): void {
    this.#modes.clear();
    this.#plain.clear();
    this.#otherScreen = null;
    this.#margins = false;
    this.#keypad = false;
    this.#cursorStyle = false;
  }

  #take(byte: number, answers: boolean, out: (number | string)[]): void {
    switch (this.#state) {
      case 'text':
        this.#text(byte, out);
        return;
      case 'palette':
        this.#stringBytes += 1;
        if (this.#stringBytes >= paletteDigits) this.#state = 'text';
        return;
      case 'string':
        this.#string(byte, answers, out);
        return;
      default:
        this.#inSequence(byte, answers, out);
    }
  }

  #text(byte: number, out: (number | string)[]): void {
    if (this.#afterC2) {
      this.#afterC2 = false;
      // U+0080 to U+009F: controls, however they are spelled.
      if (byte >= 0x80 && byte <= 0x9f) out.push(replacement);
      else if (byte >= 0xa0 && byte <= 0xbf) out.push(0xc2, byte);
      else {
        out.push(replacement);
        this.#text(byte, out);
      }
      return;
    }
    if (byte >= 0x80 && byte <= 0xbf && this.#continuation > 0) {
      this.#continuation -= 1;
      out.push(byte);
      return;
    }
    this.#continuation = 0;
    if (byte === escapeByte) this.#begin('escape');
    else if (byte < 0x20 || byte === 0x7f) this.#control(byte, out);
    else if (byte < 0x80) out.push(byte);
    else if (byte <= 0x9f) out.push(replacement);
    else if (byte === 0xc2) this.#afterC2 = true;
    else {
      this.#continuation = byte >= 0xf0 ? 3 : byte >= 0xe0 ? 2 : byte >= 0xc0 ? 1 : 0;
      out.push(byte);
    }
  }

  /** Bell, backspace, tab, line ends, and the two that change letter sets. Not ENQ: its answer is the terminal's own. */
  #control(byte: number, out: (number | string)[]): void {
    if (byte >= 0x07 && byte <= 0x0f) out.push(byte);
  }

  #begin(state: State): void {
    this.#state = state;
    this.#sequence = '';
    this.#stringBytes = 0;
  }

  #inSequence(byte: number, answers: boolean, out: (number | string)[]): void {
    if (byte === escapeByte) this.#begin('escape');
    else if (byte === 0x18 || byte === 0x1a) this.#state = 'text';
    // A terminal does these at once, in the middle of a sequence.
    else if (byte < 0x20 || byte === 0x7f) this.#control(byte, out);
    else if (byte >= 0x80 || this.#sequence.length > longestSequence) {
      this.#state = 'text';
      this.#text(byte, out);
    } else if (this.#state === 'escape') this.#escape(String.fromCharCode(byte), answers, out);
    else if (byte < 0x40) this.#sequence += String.fromCharCode(byte);
    else {
      this.#state = 'text';
      const final = String.fromCharCode(byte);
      if (this.#let(judgeControl(this.#sequence, final), `\x1b[${this.#sequence}${final}`, answers, out))
        this.#remember(this.#sequence, final);
    }
  }

  #escape(letter: string, answers: boolean, out: (number | string)[]): void {
    if (this.#sequence === '' && letter === '[') this.#begin('control');
    else if (this.#sequence === '' && ']PX^_'.includes(letter)) {
      this.#begin('string');
      this.#isCommand = letter === ']';
      this.#escapeInString = false;
    } else if (letter >= ' ' && letter <= '/') this.#sequence += letter;
    else {
      this.#state = 'text';
      const passed = this.#let(judgeEscape(this.#sequence, letter), `\x1b${this.#sequence}${letter}`, answers, out);
      if (passed && this.#sequence === '' && (letter === '=' || letter === '>')) this.#keypad = letter === '=';
    }
  }

  /** None of them passes. The Linux console's palette has no end but its length. */
  #string(byte: number, answers: boolean, out: (number | string)[]): void {
    if (this.#escapeInString) {
      this.#begin('escape');
      this.#escapeInString = false;
      if (byte === 0x5c) this.#state = 'text';
      else this.#take(byte, answers, out);
      return;
    }
    const isFirst = this.#stringBytes === 0;
    this.#stringBytes += 1;
    if (byte === escapeByte) this.#escapeInString = true;
    else if (byte === 0x18 || byte === 0x1a || (byte === 0x07 && this.#isCommand)) this.#state = 'text';
    else if (isFirst && this.#isCommand && byte === 0x50) this.#begin('palette');
    else if (isFirst && this.#isCommand && byte === 0x52) this.#state = 'text';
    else if (this.#stringBytes > longestString) this.#state = 'text';
  }

  #let(verdict: Verdict, sequence: string, answers: boolean, out: (number | string)[]): boolean {
    if (typeof verdict === 'object') out.push(verdict.instead);
    else if (verdict === 'pass' || (verdict === 'query' && answers)) out.push(sequence);
    else return false;
    return true;
  }

  #remember(body: string, final: string): void {
    if (final === 'r') this.#margins = body !== '';
    if (final === 'q') this.#cursorStyle = true;
    if (final === 'p') this.#margins = false;
    if (final !== 'h' && final !== 'l') return;
    const isPrivate = body.startsWith('?');
    for (const mode of body.replace('?', '').split(';').map(Number)) {
      if (!isPrivate && plainModes.has(mode)) this.#plain[final === 'h' ? 'add' : 'delete'](mode);
      if (isPrivate && privateModes.has(mode)) this.#modes.set(mode, final === 'h');
      if (isPrivate && screenModes.has(mode)) this.#otherScreen = final === 'h' ? mode : null;
    }
  }
}
