/**
 * Finds a line in a stream, from any offset on, as it grows, holding one line and one read at a time. An unfinished last
 * line counts: a login prompt has no newline. Whole transcripts are searched by transcript-search.ts.
 */
import { SlipwayError } from '../../../src-shared/contract/errors.ts';
import { limits } from '../../../src-shared/limits.ts';
import { liveThread } from './pattern-thread.ts';
import type { Tail } from './tail.ts';

export interface LineMatch {
  /** The line without escape sequences and line end. */
  readonly line: string;
  /** Offset just behind the bytes that were looked at when it was found. */
  readonly offset: number;
}

const longestLine = limits.searchedLineLength;
const readBytes = 64 * 1024;

/**
 * CSI, OSC/DCS/APC/PM/SOS strings, two-character escapes, and control characters other than tab. None takes a newline
 * along: in a text of many lines each line is as it would be alone.
 */
export const sequences = new RegExp(
  [
    '\\x1b\\[[0-?]*[ -/]*[@-~]',
    '\\x1b[\\]PX^_][^\\x07\\x1b\\n]*(?:\\x07|\\x1b\\\\)?',
    '\\x1b[ -/]*[0-~]?',
    '[\\x00-\\x08\\x0b-\\x1f\\x7f]',
  ].join('|'),
  'g',
);

/** The same for a text of many lines, where a CR before a newline is part of the line's end and may stay. */
export const sequencesOfLines = new RegExp(
  sequences.source.replace('\\x0b-\\x1f\\x7f]', '\\x0b\\x0c\\x0e-\\x1f\\x7f]|\\r(?!\\r*\\n)'),
  'g',
);

/** Text as a person reads it. Pure. */
export function withoutSequences(text: string): string {
  return text.replace(sequences, '');
}

/** Cuts bytes into lines of plain text; a lone CR begins a line anew as a progress display does. */
export class LineCutter {
  readonly #decoder = new TextDecoder();
  #unfinished = '';

  /** The lines that these bytes finish. */
  push(bytes: Uint8Array): string[] {
    const lines = (this.#unfinished + this.#decoder.decode(bytes, { stream: true })).split(/\r*\n|\r(?=[^\r\n])/);
    this.#unfinished = lines.pop() ?? '';
    if (this.#unfinished.length > longestLine) {
      lines.push(this.#unfinished);
      this.#unfinished = '';
    }
    return lines.map((line) => withoutSequences(line.slice(0, longestLine)));
  }

  /** The line so far. */
  get unfinished(): string {
    return withoutSequences(this.#unfinished);
  }
}

/**
 * Resolves with the first line that matches, at or after `fromOffset`. Rejects with the signal's reason when aborted;
 * or with `over`'s when all was searched; throws `connection_lost` when the stream begins anew, and what reading throws.
 */
export async function findLine(
  tail: Tail,
  pattern: RegExp | string,
  options: {
    readonly fromOffset?: number;
    readonly signal?: AbortSignal;
    /** When aborted, nothing more will come: what is there is still searched. */
    readonly over?: AbortSignal;
  } = {},
): Promise<LineMatch> {
  const { signal, over } = options;
  const firstMatch = matcherOf(pattern);
  const cutter = new LineCutter();
  let position = options.fromOffset ?? 0;
  let anew = false;
  let wake: () => void = () => undefined;
  const unsubscribe = tail.changes.on((change) => {
    anew ||= change.kind === 'restarted';
    wake();
  });
  const onAbort = () => wake();
  signal?.addEventListener('abort', onAbort, { once: true });
  over?.addEventListener('abort', onAbort, { once: true });
  try {
    for (;;) {
      signal?.throwIfAborted();
      if (anew) throw new SlipwayError('connection_lost', 'The console began anew before the text appeared.');
      const chunk = await tail.read(position, readBytes);
      // What was punched out is nowhere to be read: the search goes on behind it.
      position = chunk.offset + chunk.bytes.length;
      if (chunk.bytes.length > 0) {
        const lines = [...cutter.push(chunk.bytes), cutter.unfinished];
        const found = lines[await firstMatch(lines)];
        if (found !== undefined) return { line: found, offset: position };
        continue;
      }
      if (tail.isClosed) throw new SlipwayError('connection_lost', 'The console was closed before the text appeared.');
      if (anew || signal?.aborted) continue;
      if (position < tail.size) {
        // It grew while it was read; or it cannot be read at the moment, and nothing else must starve of that.
        await new Promise((resolve) => setImmediate(resolve));
        continue;
      }
      if (over?.aborted) throw over.reason;
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  } finally {
    unsubscribe();
    signal?.removeEventListener('abort', onAbort);
    over?.removeEventListener('abort', onAbort);
  }
}

/** Index of the first line that matches, -1: none. Text is found here, an expression is tried where it cannot hurt. */
function matcherOf(pattern: RegExp | string): (lines: readonly string[]) => Promise<number> | number {
  const text = typeof pattern === 'string' ? pattern : literalOf(pattern);
  if (text !== null) return (lines) => lines.findIndex((line) => line.includes(text));
  const { source, flags } = pattern as RegExp;
  // With g or y a pattern remembers where it was, which makes it match every other time.
  const stateless = flags.replace(/[gy]/g, '');
  return (lines) => liveThread.match({ source, flags: stateless, lines });
}

/** The text that an expression stands for, where it is nothing but text. */
function literalOf({ source, flags }: RegExp): string | null {
  return flags === '' && /^[\w :;,@#%&=!"'<>~-]+$/.test(source) ? source : null;
}
