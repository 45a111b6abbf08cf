/** All of a transcript as one file: in pieces, so that it can be watched and stopped, and the browser keeps them. */
import type { Application } from '../../state/application.ts';
import { readArrivals, type TranscriptTarget } from './read-arrivals.ts';
import { TimedLines } from './timed-lines.ts';
import { bootSource } from './transcript-source.ts';

const pieceBytes = 1024 * 1024;

export interface ReadOptions {
  /** Each line with when it began before it; escape sequences stay as they are. */
  readonly withTimes: boolean;
  readonly signal: AbortSignal;
  onProgress(done: number, total: number): void;
}

/** What there is when it begins; what a running guest adds meanwhile is not in it. null: it was stopped. */
export async function readTranscript(
  application: Application,
  target: TranscriptTarget,
  { withTimes, signal, onProgress }: ReadOptions,
): Promise<Blob | null> {
  const source = bootSource(application, target);
  const { size, keptFrom } = await source.read(0, 0);
  const parts: Blob[] = [];
  const lines = withTimes ? new TimedLines() : null;
  for (let offset = keptFrom; offset < size; ) {
    const range = await source.read(offset, Math.min(pieceBytes, size - offset));
    if (signal.aborted) return null;
    if (range.bytes.length === 0) break;
    const arrivals =
      lines === null ? [] : await readArrivals(application, target, range.offset, range.offset + range.bytes.length);
    parts.push(new Blob([lines === null ? range.bytes : lines.add(range.offset, range.bytes, arrivals)]));
    offset = range.offset + range.bytes.length;
    onProgress(offset - keptFrom, size - keptFrom);
  }
  return new Blob(parts, { type: 'text/plain' });
}
