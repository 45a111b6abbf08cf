/**
 * What xterm's serialiser leaves out and a full-screen program would miss after a snapshot: the scroll region, whether
 * the cursor is visible, and how mouse positions are encoded. Listens to the parser, changes nothing.
 */
import type { IDisposable, Terminal } from '@xterm/headless';

const cursorVisible = 25;
const mouseEncodings = [1005, 1006, 1015, 1016];
const alternateBuffers = [47, 1047, 1049];

export class ScreenModes {
  readonly #terminal: Terminal;
  readonly #hooks: IDisposable[];
  #cursorHidden = false;
  #mouseEncodings = new Set<number>();
  #region: { readonly top: number; readonly bottom: number } | null = null;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
    const { parser } = terminal;
    // Returning false hands the sequence on to the terminal's own handler.
    this.#hooks = [
      parser.registerCsiHandler({ prefix: '?', final: 'h' }, (values) => this.#set(values, true)),
      parser.registerCsiHandler({ prefix: '?', final: 'l' }, (values) => this.#set(values, false)),
      parser.registerCsiHandler({ final: 'r' }, (values) => this.#setRegion(values)),
      parser.registerCsiHandler({ intermediates: '!', final: 'p' }, () => this.#reset()),
      parser.registerEscHandler({ final: 'c' }, () => this.#reset()),
    ];
  }

  /** Sequences to append to a serialised screen. */
  serialise(): string {
    const { buffer, modes } = this.#terminal;
    let text = '';
    // Setting a region moves the cursor home; under origin mode its position cannot be set back the same way.
    if (this.#region !== null && !modes.originMode) {
      const { cursorX, cursorY } = buffer.active;
      text += `\x1b[${this.#region.top};${this.#region.bottom}r\x1b[${cursorY + 1};${cursorX + 1}H`;
    }
    for (const encoding of this.#mouseEncodings) text += `\x1b[?${encoding}h`;
    return this.#cursorHidden ? `${text}\x1b[?25l` : text;
  }

  dispose(): void {
    for (const hook of this.#hooks) hook.dispose();
  }

  #set(values: readonly (number | number[])[], on: boolean): false {
    for (const value of values) {
      if (typeof value !== 'number') continue;
      if (value === cursorVisible) this.#cursorHidden = !on;
      if (mouseEncodings.includes(value) && on) this.#mouseEncodings.add(value);
      if (mouseEncodings.includes(value) && !on) this.#mouseEncodings.delete(value);
      if (alternateBuffers.includes(value)) this.#region = null;
    }
    return false;
  }

  #setRegion(values: readonly (number | number[])[]): false {
    const at = (index: number, otherwise: number) => {
      const value = values[index];
      return typeof value === 'number' && value > 0 ? value : otherwise;
    };
    const top = at(0, 1);
    const bottom = Math.min(at(1, this.#terminal.rows), this.#terminal.rows);
    this.#region = top === 1 && bottom === this.#terminal.rows ? null : { top, bottom };
    return false;
  }

  #reset(): false {
    this.#cursorHidden = false;
    this.#mouseEncodings.clear();
    this.#region = null;
    return false;
  }
}
