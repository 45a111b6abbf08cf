/**
 * Looks for text in a whole transcript, a moment at a time: each call says what it found and where the next goes on. The
 * work is done in a thread (pattern-thread.ts); the transcript is read from its file, whoever else follows it.
 */
import type { SearchMatch, SearchPlace } from '../../../src-shared/contract/calls/consoles.ts';
import { SlipwayError } from '../../../src-shared/contract/errors.ts';
import { limits } from '../../../src-shared/limits.ts';
import { nullWhereMissing, openRegular } from '../kit/regular-file.ts';
import { blockPattern, literalBytes, neededText } from './block-pattern.ts';
import { sequences, sequencesOfLines } from './line-search.ts';
import type { SearchJob } from './pattern-job.ts';
import { searchThread } from './pattern-thread.ts';
import { findPunchedBound } from './transcript-bound.ts';

export interface SearchQuery {
  readonly text: string;
  readonly regex: boolean;
  readonly matchCase: boolean;
  readonly wholeWord: boolean;
  readonly from: SearchPlace | null;
  readonly limit: number;
}

export interface SearchAnswer {
  readonly count: number;
  readonly matches: SearchMatch[];
  readonly next: SearchPlace | null;
  readonly searched: number;
  readonly size: number;
}

/** Long enough to get far (300 MB and more), short enough to be cancelled by not asking again. */
const budgetMs = 250;

/** Throws `invalid_input` for what is no regular expression, or takes too long. A file that is not there is empty. */
export async function searchTranscript(path: string, query: SearchQuery): Promise<SearchAnswer> {
  const { source, flags } = patternOf(query);
  const { size, keptFrom } = await measureTranscript(path);
  const { offset, line } = query.from ?? { offset: keptFrom, line: 1 };
  if (offset >= size) return { count: 0, matches: [], next: null, searched: size, size };
  const found = await searchThread.search({
    ...{ source, flags, path, offset: Math.max(offset, keptFrom), line, end: size },
    ...{ limit: query.limit, budgetMs, lineLength: limits.searchedLineLength },
    ...{ sequences: sequences.source, sequencesOfLines: sequencesOfLines.source },
    ...shortcutsOf(query),
  });
  return { ...found, searched: found.next?.offset ?? size, size };
}

/** `keptFrom`: before it the transcript is a hole. Nothing where there is no file; throws where it cannot be read. */
export async function measureTranscript(path: string): Promise<{ size: number; keptFrom: number }> {
  const file = await openRegular(path).catch(nullWhereMissing);
  if (file === null) return { size: 0, keptFrom: 0 };
  try {
    const { size } = await file.stat();
    const read = async (offset: number, length: number) => {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, offset);
      return buffer.subarray(0, bytesRead);
    };
    return { size, keptFrom: await findPunchedBound(read, size) };
  } finally {
    await file.close();
  }
}

/** How lines that match can be found without looking at each. Pure. */
export function shortcutsOf(query: PatternQuery): Pick<SearchJob, 'blockSource' | 'literal' | 'isAll' | 'isLiteral'> {
  const { text, regex, matchCase, wholeWord } = query;
  // What stands around a whole word is no word at the edge of a line either: that is not looked at here.
  const source = innerSource(query);
  const needed = regex ? neededText(source) : text;
  const literal = !matchCase || needed === null ? null : literalBytes(needed);
  return { blockSource: blockPattern(source), literal, isAll: !wholeWord, isLiteral: !regex };
}

function innerSource(query: PatternQuery): string {
  try {
    return patternOf({ ...query, wholeWord: false }).source;
  } catch {
    // An expression only with what a whole word puts around it, `a)|(b`.
    return patternOf(query).source;
  }
}

type PatternQuery = Omit<SearchQuery, 'from' | 'limit'>;

/** Pure. Throws `invalid_input`. */
export function patternOf({ text, regex, matchCase, wholeWord }: PatternQuery): RegExp {
  const wanted = regex ? text : text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
  try {
    return new RegExp(wholeWord ? `(?<!\\w)(?:${wanted})(?!\\w)` : wanted, matchCase ? '' : 'i');
  } catch (error) {
    throw new SlipwayError('invalid_input', `"${text}" is not a regular expression.`, {
      field: 'text',
      raw: error instanceof Error ? error.message : String(error),
    });
  }
}
