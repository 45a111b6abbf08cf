/** Finds text in a terminal's buffer, line by line, wrapped lines joined. Pure; looks and reports, draws nothing. */
import type { IBuffer } from '@xterm/xterm';

export interface SearchQuery {
  readonly text: string;
  readonly regex: boolean;
  readonly matchCase: boolean;
  readonly wholeWord: boolean;
}

/** Cells from `column` of `row` on; beyond the right edge they go on in the rows below. */
export interface BufferMatch {
  readonly row: number;
  readonly column: number;
  readonly cells: number;
}

export interface FoundMatches {
  readonly matches: readonly BufferMatch[];
  /** There are more than are listed: too many, or too slow a pattern. */
  readonly more: boolean;
}

export type Pattern = { readonly ok: true; readonly pattern: RegExp } | { readonly ok: false; readonly reason: string };

const mostMatches = 10_000;
const longestMs = 400;
const wordCharacter = '[\\p{L}\\p{N}_]';

/** What is looked for as one regular expression; or why it is none. */
export function patternOf({ text, regex, matchCase, wholeWord }: SearchQuery): Pattern {
  const plain = regex ? text : text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
  const flags = matchCase ? 'gu' : 'giu';
  const bounded = wholeWord ? `(?<!${wordCharacter})(?:${plain})(?!${wordCharacter})` : plain;
  try {
    // Alone first: a bracket that closes what we put around it would be taken for a whole.
    new RegExp(plain, flags);
    return { ok: true, pattern: new RegExp(bounded, flags) };
  } catch (error) {
    return { ok: false, reason: String(error).replace(/^SyntaxError: Invalid regular expression: /, '') };
  }
}

export function searchBuffer(
  buffer: IBuffer,
  columns: number,
  pattern: RegExp,
  now = () => performance.now(),
): FoundMatches {
  const matches: BufferMatch[] = [];
  const deadline = now() + longestMs;
  for (let row = 0; row < buffer.length; ) {
    const { text, rows } = joinedLine(buffer, row);
    pattern.lastIndex = 0;
    for (let found = pattern.exec(text); found !== null; found = pattern.exec(text)) {
      if (found[0] === '') {
        pattern.lastIndex += 1;
        continue;
      }
      if (matches.length >= mostMatches) return { matches, more: true };
      matches.push(placeOf(buffer, row, columns, text, found.index, found[0].length));
    }
    if (now() > deadline) return { matches, more: true };
    row += rows;
  }
  return { matches, more: false };
}

function joinedLine(buffer: IBuffer, row: number): { text: string; rows: number } {
  let text = '';
  let rows = 0;
  do {
    const continues = buffer.getLine(row + rows + 1)?.isWrapped === true;
    text += buffer.getLine(row + rows)?.translateToString(!continues) ?? '';
    rows += 1;
  } while (buffer.getLine(row + rows)?.isWrapped === true);
  return { text, rows };
}

/** Text counts UTF-16 units, a terminal counts cells. They differ only where something is wide or combined. */
function placeOf(
  buffer: IBuffer,
  row: number,
  columns: number,
  text: string,
  index: number,
  length: number,
): BufferMatch {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: ASCII as a range
  const simple = /^[\x00-\x7f]*$/.test(text.slice(0, index + length));
  const start = simple ? index : cellOf(buffer, row, columns, index);
  const end = simple ? index + length : cellOf(buffer, row, columns, index + length);
  return { row: row + Math.floor(start / columns), column: start % columns, cells: end - start };
}

/** The cell, counted from the first of the line's first row, at which the text's unit `index` stands. */
function cellOf(buffer: IBuffer, row: number, columns: number, index: number): number {
  let units = 0;
  for (let cell = 0; ; cell++) {
    const line = buffer.getLine(row + Math.floor(cell / columns));
    const found = line?.getCell(cell % columns);
    if (found === undefined) return cell;
    // The second cell of a wide letter has no text of its own.
    if (found.getWidth() === 0) continue;
    if (units >= index) return cell;
    units += found.getChars().length || 1;
  }
}
