/**
 * When the line on each row of a terminal began. Follows one terminal (xterm in the page, its headless sibling in the
 * core): `note` after the bytes of one arrival were parsed, and every row that has begun since then is of that arrival.
 *
 * Keeps one entry per arrival that began a line, and one marker, by which it sees how far the buffer has scrolled. Must
 * never cost per line: a guest can print a hundred thousand of them in a second.
 */
import type { Arrival, RowArrival } from './contract/console-times.ts';

/** What is needed of xterm's Terminal. */
export interface RowTerminal {
  readonly buffer: {
    readonly active: { readonly type: 'normal' | 'alternate' };
    readonly normal: RowBuffer;
  };
  registerMarker(cursorYOffset?: number): RowMarker | undefined;
  readonly parser: { registerEscHandler(id: { final: string }, handler: () => boolean): { dispose(): void } };
}

interface RowBuffer {
  readonly baseY: number;
  readonly cursorY: number;
  readonly cursorX: number;
  readonly length: number;
  getLine(row: number): { readonly isWrapped: boolean } | undefined;
}

interface RowMarker {
  readonly isDisposed: boolean;
  readonly line: number;
  dispose(): void;
}

interface Entry {
  /** Counted from the first row there ever was, so that scrolling does not change it. */
  readonly row: number;
  readonly arrival: Arrival;
}

const pruneEntries = 1024;

export class RowTimes {
  readonly #terminal: RowTerminal;
  #entries: Entry[] = [];
  /** The last row that has begun. */
  #begun = -1;
  /** Rows that have left the buffer at its top. */
  #left = 0;
  #marker: RowMarker | null = null;
  #markerLine = 0;
  #pruneAt = pruneEntries;

  readonly #hook: { dispose(): void };

  constructor(terminal: RowTerminal) {
    this.#terminal = terminal;
    // A reset takes the rows away and leaves the marker as it was.
    this.#hook = terminal.parser.registerEscHandler({ final: 'c' }, () => {
      this.#forget();
      return false;
    });
  }

  /** Everything written so far was parsed, and what came since the last call came as `arrival` says. */
  note(arrival: Arrival): void {
    // A full-screen program paints where it likes; what it painted over comes back unchanged.
    if (this.#terminal.buffer.active.type === 'alternate') return;
    this.#follow();
    const { baseY, cursorX, cursorY } = this.#terminal.buffer.normal;
    const cursor = this.#left + baseY + cursorY;
    // A cursor at the beginning of a row waits for a line that has not begun.
    const begun = cursorX > 0 ? cursor : cursor - 1;
    if (cursor < this.#begun) {
      // It went up, and what is below it will be written anew.
      while ((this.#entries.at(-1)?.row ?? -1) >= cursor) this.#entries.pop();
      this.#begun = cursor - 1;
    }
    if (begun <= this.#begun) return;
    this.#entries.push({ row: this.#begun + 1, arrival });
    this.#begun = begun;
    if (this.#entries.length > this.#pruneAt) this.#prune();
  }

  /** When the line on this row of the buffer began; null where that is not known, or no line has begun. */
  at(row: number): Arrival | null {
    this.#scrolled();
    const wanted = this.#left + row;
    return wanted > this.#begun ? null : (this.#entries[this.#indexAt(({ row: of }) => of <= wanted)]?.arrival ?? null);
  }

  /** The rows of the buffer that the line with this byte of the stream is among; null when they are not there any more. */
  rowsOf(offset: number): { readonly first: number; readonly last: number } | null {
    this.#scrolled();
    const index = this.#indexAt(({ arrival }) => arrival.offset <= offset);
    const entry = this.#entries[index];
    const next = this.#entries[index + 1];
    // The line may have begun in the bytes before.
    const first = (entry === undefined ? -1 : Math.max(0, entry.row - 1)) - this.#left;
    const last = (next === undefined ? this.#begun : next.row) - this.#left;
    return entry === undefined || last < 0 ? null : { first: Math.max(0, first), last };
  }

  /** All of it, by rows of the buffer as it is now. */
  rows(): RowArrival[] {
    this.#scrolled();
    this.#prune();
    return this.#entries.map(({ row, arrival }) => ({ row: Math.max(0, row - this.#left), arrival }));
  }

  /** The terminal was reset, and shows a snapshot now, whose rows began so. */
  restore(rows: readonly RowArrival[]): void {
    this.#forget();
    const { baseY, cursorX, cursorY } = this.#terminal.buffer.normal;
    this.#entries = rows.map(({ row, arrival }) => ({ row, arrival }));
    if (rows.length > 0) this.#begun = baseY + cursorY - (cursorX > 0 ? 0 : 1);
    if (this.#terminal.buffer.active.type === 'normal') this.#anchor();
  }

  /** Resizes the terminal by `resize`. Wrapped lines may flow to other rows then; their times go along. */
  reflow(resize: () => void): void {
    this.#scrolled();
    const before = this.#lineNumbers();
    const cursorBefore = before[this.#cursorRow] ?? 0;
    const entries = this.#entries.flatMap(({ row, arrival }) => {
      const line = before[Math.max(0, row - this.#left)];
      return line === undefined ? [] : [{ line, arrival }];
    });
    resize();
    const firstRows: number[] = [];
    const after = this.#lineNumbers();
    for (const [row, line] of after.entries()) firstRows[line] ??= row;
    this.#forget();
    const { baseY, cursorX, cursorY } = this.#terminal.buffer.normal;
    // Lines that take more rows push the oldest out; the cursor's line is the same one before and after.
    const pushedOut = cursorBefore - (after[baseY + cursorY] ?? 0);
    for (const { line, arrival } of entries) {
      // Of those that are gone the last is that of the first row, until another begins there.
      if (pushedOut > 0 && line <= pushedOut) this.#entries.pop();
      const row = firstRows[Math.max(0, line - pushedOut)];
      // A line that came in two pieces is on one row now: it began with the first.
      if (row !== undefined && row > (this.#entries.at(-1)?.row ?? -1)) this.#entries.push({ row, arrival });
    }
    if (this.#entries.length > 0) this.#begun = baseY + cursorY - (cursorX > 0 ? 0 : 1);
    if (this.#terminal.buffer.active.type === 'normal') this.#anchor();
  }

  /** `clear` drops everything but the cursor's line, which comes to the top and keeps its time. */
  clear(clear: () => void): void {
    const arrival = this.at(this.#cursorRow);
    clear();
    this.#forget();
    if (arrival !== null) this.restore([{ row: 0, arrival }]);
  }

  dispose(): void {
    this.#hook.dispose();
    this.#forget();
  }

  get #cursorRow(): number {
    const { baseY, cursorY } = this.#terminal.buffer.normal;
    return baseY + cursorY;
  }

  /** For each row of the buffer which line it belongs to, wrapped rows to the one they continue. */
  #lineNumbers(): number[] {
    const buffer = this.#terminal.buffer.normal;
    const numbers: number[] = [];
    let line = -1;
    for (let row = 0; row < buffer.length; row++) {
      if (row === 0 || !buffer.getLine(row)?.isWrapped) line++;
      numbers.push(line);
    }
    return numbers;
  }

  #follow(): void {
    if (this.#marker?.isDisposed) {
      // Cleared, reset, or scrolled out at once: none of the rows that were known is there any more.
      this.#forget();
    }
    this.#scrolled();
    if (this.#marker === null || this.#marker.line < this.#terminal.buffer.normal.baseY) this.#anchor();
  }

  #scrolled(): void {
    if (this.#marker === null || this.#marker.isDisposed) return;
    this.#left += this.#markerLine - this.#marker.line;
    this.#markerLine = this.#marker.line;
  }

  #anchor(): void {
    this.#marker?.dispose();
    this.#marker = this.#terminal.registerMarker(0) ?? null;
    this.#markerLine = this.#marker?.line ?? 0;
  }

  #forget(): void {
    this.#marker?.dispose();
    this.#marker = null;
    this.#entries = [];
    this.#begun = -1;
    this.#left = 0;
  }

  /** Drops what is about rows that have left. */
  #prune(): void {
    const first = Math.max(
      0,
      this.#indexAt(({ row }) => row <= this.#left),
    );
    if (first > 0) this.#entries.splice(0, first);
    this.#pruneAt = Math.max(pruneEntries, this.#entries.length * 2);
  }

  /** Index of the last entry that is `before`; those are at the beginning. -1: none. */
  #indexAt(before: (entry: Entry) => boolean): number {
    let low = 0;
    let high = this.#entries.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const entry = this.#entries[middle];
      if (entry !== undefined && before(entry)) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }
}
