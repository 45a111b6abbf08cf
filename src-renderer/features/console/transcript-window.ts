/** The part of a transcript that is looked at: some of it around a place, cut at lines. */
import type { ByteRange, TranscriptSource } from './transcript-source.ts';

export interface TranscriptWindow extends ByteRange {
  /** How many of the bytes come before the place that was asked for. */
  readonly before: number;
}

/** About ten thousand lines: enough to read on in both directions, little enough to be there at once. */
export const windowBytes = 512 * 1024;
const lineFeed = 0x0a;

/** `offset` negative: the end. */
export async function readAround(source: TranscriptSource, offset: number): Promise<TranscriptWindow> {
  const { size, keptFrom } = await source.read(0, 0);
  const place = offset < 0 ? size : Math.max(keptFrom, Math.min(offset, size));
  const from = Math.max(keptFrom, Math.min(place - windowBytes / 2, size - windowBytes));
  const range = await source.read(from, windowBytes);
  const start = range.offset > keptFrom ? afterLine(range.bytes) : 0;
  // A line that goes on beyond the window is shown as far as it goes.
  const first = Math.min(start, Math.max(0, place - range.offset));
  return {
    offset: range.offset + first,
    bytes: range.bytes.subarray(first),
    size,
    keptFrom,
    before: Math.max(0, place - range.offset - first),
  };
}

function afterLine(bytes: Uint8Array): number {
  return bytes.indexOf(lineFeed) + 1;
}
