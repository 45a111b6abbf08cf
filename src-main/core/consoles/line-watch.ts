/**
 * Tells of the lines of a stream as they are finished, each with its offset, by what the stream's one tail sees. Made to
 * cost nothing where nothing is found: a chunk without any of the wanted words is not even cut into lines.
 */
import { limits } from '../../../src-shared/limits.ts';
import type { Unsubscribe } from '../kit/emitter.ts';
import { unawaited } from '../kit/unawaited.ts';
import { withoutSequences } from './line-search.ts';
import type { Tail } from './tail.ts';

export interface SeenLine {
  /** Of the line's first byte. */
  readonly offset: number;
  /** Without escape sequences and line end, cut to 4096 characters. */
  readonly text: string;
}

export interface LineWatchOptions {
  /** Only lines with one of these words in them, as bytes and as they are spelt. Absent: every line. */
  readonly containing?: readonly string[];
  /** Where it begins; 0 unless told. */
  readonly from?: number;
  /** Tells of a line that has not ended too, whenever it has grown. */
  readonly unfinished?: boolean;
}

const readBytes = 64 * 1024;
const newline = 0x0a;

/** The returned function ends it. A stream that begins anew is watched from its beginning. */
export function watchLines(
  tail: Tail,
  { containing, from = 0, unfinished: tellsUnfinished = false }: LineWatchOptions,
  onLine: (line: SeenLine) => void,
): Unsubscribe {
  const words = containing?.map((word) => Buffer.from(word));
  const isWanted = (bytes: Buffer) => words === undefined || words.some((word) => bytes.includes(word));
  let position = from;
  /** The line that has not ended, and where it began. */
  let unfinished = Buffer.alloc(0);
  let isOver = false;
  let isReading = false;

  const tellLines = (bytes: Buffer, offset: number) => {
    if (!isWanted(bytes)) return;
    for (let start = 0; start < bytes.length; ) {
      const at = bytes.indexOf(newline, start);
      const end = at === -1 ? bytes.length : at;
      const line = bytes.subarray(start, end);
      if (!isOver && isWanted(line)) onLine({ offset: offset + start, text: textOf(line) });
      start = end + 1;
    }
  };

  const read = async () => {
    if (isReading) return;
    isReading = true;
    try {
      while (!isOver && position < tail.size) {
        const asked = position;
        const chunk = await tail.read(position, readBytes);
        // It began anew meanwhile.
        if (asked !== position) continue;
        if (chunk.bytes.length === 0) break;
        if (chunk.offset !== position) unfinished = Buffer.alloc(0);
        position = chunk.offset + chunk.bytes.length;
        const bytes = Buffer.concat([unfinished, chunk.bytes]);
        const end = bytes.lastIndexOf(newline) + 1;
        const whole = end === 0 && bytes.length > limits.searchedLineLength ? bytes.length : end;
        tellLines(bytes.subarray(0, whole), position - bytes.length);
        unfinished = Buffer.from(bytes.subarray(whole));
        if (tellsUnfinished && unfinished.length > 0) tellLines(unfinished, position - unfinished.length);
      }
    } catch {
      // A transcript that cannot be read is reported by who looks at it.
    }
    isReading = false;
  };

  const look = () => unawaited(read(), 'lines could not be watched');
  const unsubscribe = tail.changes.on((change) => {
    if (change.kind === 'restarted') {
      position = 0;
      unfinished = Buffer.alloc(0);
    }
    look();
  });
  look();
  return () => {
    isOver = true;
    unsubscribe();
  };
}

function textOf(line: Buffer): string {
  return withoutSequences(line.toString('utf8', 0, limits.searchedLineLength * 4)).slice(0, limits.searchedLineLength);
}
