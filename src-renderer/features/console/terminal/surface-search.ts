/** The search of one terminal: keeps what is found up to date, marks what is in sight, and goes from match to match. */
import type { IDecoration, Terminal } from '@xterm/xterm';
import { type BufferMatch, type FoundMatches, patternOf, type SearchQuery, searchBuffer } from './buffer-search.ts';
import type { Palette } from './palettes.ts';

export interface SearchFound {
  /** Of the match gone to, 0-based; -1: none. */
  readonly index: number;
  readonly count: number;
  readonly more: boolean;
  /** Why the pattern is none; null: it is one. */
  readonly invalid: string | null;
}

export const nothingFound: SearchFound = { index: -1, count: 0, more: false, invalid: null };

/** After output: a flood is searched a few times a second, not once per frame. */
const againMs = 250;

export class SurfaceSearch {
  readonly #terminal: Terminal;
  readonly #found: (found: SearchFound) => void;
  #palette: Palette;
  #pattern: RegExp | null = null;
  #result: FoundMatches = { matches: [], more: false };
  #index = -1;
  #marks: IDecoration[] = [];
  #marked = '';
  #version = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(terminal: Terminal, palette: Palette, found: (found: SearchFound) => void) {
    this.#terminal = terminal;
    this.#palette = palette;
    this.#found = found;
  }

  setPalette(palette: Palette): void {
    this.#palette = palette;
    this.#version += 1;
    this.mark();
  }

  /** From the end backwards: what was printed last is what is looked for. */
  start(query: SearchQuery): void {
    const made = patternOf(query);
    this.#pattern = made.ok && query.text !== '' ? made.pattern : null;
    this.#index = -1;
    this.#look();
    if (this.#result.matches.length > 0) this.#go(this.#nearest());
    else this.#report(made.ok ? null : made.reason);
  }

  step(direction: 1 | -1): void {
    const { length } = this.#result.matches;
    if (length === 0) return;
    this.#go(this.#index < 0 ? length - 1 : (this.#index + direction + length) % length);
  }

  end(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const current = this.#result.matches[this.#index];
    this.#pattern = null;
    this.#result = { matches: [], more: false };
    this.#index = -1;
    this.#unmark();
    // What was found stays selected, to be copied.
    if (current !== undefined) this.#terminal.select(current.column, current.row, current.cells);
  }

  /** Output came, or the lines wrap anew. */
  changed(): void {
    if (this.#pattern === null || this.#timer !== undefined) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      if (this.#pattern === null) return;
      const current = this.#result.matches[this.#index];
      const before = this.#result.matches.length;
      this.#look();
      this.#index = this.#again(current, before);
      this.#report(null);
      this.mark();
    }, againMs);
  }

  /** Marks what is in sight; to be called whenever the terminal has drawn. */
  mark(): void {
    const { viewportY, type } = this.#terminal.buffer.active;
    const key = `${viewportY}|${this.#terminal.rows}|${type}|${this.#version}|${this.#index}`;
    if (key === this.#marked) return;
    if (this.#result.matches.length === 0 && this.#marks.length === 0) return;
    this.#unmark();
    this.#marked = key;
    const last = viewportY + this.#terminal.rows;
    this.#result.matches.forEach((match, index) => {
      if (match.row >= viewportY - this.#terminal.rows && match.row < last) this.#markOne(match, index === this.#index);
    });
  }

  #look(): void {
    this.#version += 1;
    this.#result =
      this.#pattern === null
        ? { matches: [], more: false }
        : searchBuffer(this.#terminal.buffer.active, this.#terminal.cols, this.#pattern);
  }

  /** The last match at or above the end of what is in sight. */
  #nearest(): number {
    const { viewportY } = this.#terminal.buffer.active;
    const end = viewportY + this.#terminal.rows;
    const above = this.#result.matches.findLastIndex((match) => match.row < end);
    return above < 0 ? 0 : above;
  }

  /** Where the current match went: lines only move up, by how much the oldest were dropped. */
  #again(current: BufferMatch | undefined, before: number): number {
    const { matches } = this.#result;
    if (current === undefined) return -1;
    const same = matches.findIndex((match) => match.row === current.row && match.column === current.column);
    if (same >= 0 && matches.length >= before) return same;
    return Math.min(this.#index, matches.length - 1);
  }

  #go(index: number): void {
    this.#index = index;
    const match = this.#result.matches[index];
    if (match !== undefined) {
      const { viewportY } = this.#terminal.buffer.active;
      if (match.row < viewportY || match.row >= viewportY + this.#terminal.rows)
        this.#terminal.scrollToLine(Math.max(0, match.row - Math.floor(this.#terminal.rows / 2)));
    }
    this.#report(null);
    this.mark();
  }

  #report(invalid: string | null): void {
    this.#found({ index: this.#index, count: this.#result.matches.length, more: this.#result.more, invalid });
  }

  #unmark(): void {
    for (const mark of this.#marks.splice(0)) {
      mark.marker.dispose();
      mark.dispose();
    }
    this.#marked = '';
  }

  #markOne(match: BufferMatch, active: boolean): void {
    const { baseY, cursorY } = this.#terminal.buffer.active;
    let { row, column, cells } = match;
    while (cells > 0) {
      const width = Math.min(cells, this.#terminal.cols - column);
      const marker = this.#terminal.registerMarker(row - baseY - cursorY);
      const mark = this.#terminal.registerDecoration({
        marker,
        x: column,
        width,
        backgroundColor: active ? this.#palette.activeMatch : this.#palette.match,
        layer: 'top',
      });
      if (mark !== undefined) {
        if (active) mark.onRender((element) => element.classList.add('console-active-match'));
        this.#marks.push(mark);
      }
      cells -= width;
      row += 1;
      column = 0;
    }
  }
}
