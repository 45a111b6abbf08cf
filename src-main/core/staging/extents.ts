/**
 * Where a file has data: Node cannot ask for that (SEEK_DATA), and reading the holes of a large sparse image takes far
 * longer than copying what is in it. qemu-img asks the file system; where it is missing, or has no answer that is worth
 * reading, the whole file counts as data. Whoever uses this notices by the file's time when it was written to meanwhile.
 */
import * as z from 'zod';
import { runTool } from '../process/run-tool.ts';

/** Bytes from `start` up to `end`. */
export interface Extent {
  readonly start: number;
  readonly end: number;
}

const mapSchema = z.array(
  z.object({ start: z.number().nonnegative(), length: z.number().nonnegative(), zero: z.boolean(), data: z.boolean() }),
);

/** Less than this is read faster than it is asked about. */
const worthAskingBytes = 16 * 1024 * 1024;
/** Some ten thousand extents. A file with more is read from end to end: the answer itself would take its time. */
const longestAnswerBytes = 2 * 1024 * 1024;
const answerMs = 10_000;

/**
 * In order, without overlaps; everything else reads as zeros. Never throws but the signal's reason.
 *
 * @param allocatedBytes what the file takes on its disk.
 */
export async function dataExtents(
  path: string,
  { size, allocatedBytes }: { readonly size: number; readonly allocatedBytes: number },
  { signal, tool = 'qemu-img' }: { readonly signal?: AbortSignal | undefined; readonly tool?: string } = {},
): Promise<readonly Extent[]> {
  const all = [{ start: 0, end: size }];
  if (size - allocatedBytes < worthAskingBytes) return all;
  try {
    // Whoever writes to it holds its lock, and is noticed in another way. An absolute path is never a protocol.
    const args = ['map', '-U', '--output=json', '-f', 'raw', path];
    const options = { signal, timeoutMs: answerMs, maxOutputBytes: longestAnswerBytes };
    const { code, stdout } = await runTool(tool, args, options);
    return code === 0 ? extentsIn(mapSchema.parse(JSON.parse(stdout)), size) : all;
  } catch {
    signal?.throwIfAborted();
    return all;
  }
}

/** All but what is said to be a hole. Pure. */
export function extentsIn(map: z.infer<typeof mapSchema>, size: number): Extent[] {
  const extents: Extent[] = [];
  let from = 0;
  for (const { start, length, zero, data } of map) {
    if (!zero || data || start < from) continue;
    if (start > from) extents.push({ start: from, end: Math.min(start, size) });
    from = start + length;
  }
  if (from < size) extents.push({ start: from, end: size });
  return extents.filter(({ start, end }) => start < end);
}
