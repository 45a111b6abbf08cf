/** The copying loop: reads ahead while it writes, skips blocks of zeros, keeps the size. */
import type { FileHandle } from 'node:fs/promises';
import type { Extent } from './extents.ts';

interface SparseOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
  /** What has to be read, in order; absent: all of it. */
  readonly extents?: readonly Extent[];
}

/** Large enough that the calls do not count, small enough to notice an abort at once. */
const chunkBytes = 1024 * 1024;
/** qcow2's cluster size, and what file systems allocate anyway; smaller holes cost more extents than they save. */
const blockBytes = 64 * 1024;
const zeros = Buffer.alloc(blockBytes);

/**
 * Copies the first `total` bytes of `input` to the empty file `output`. A source that got shorter meanwhile leaves
 * zeros; the caller notices that it changed.
 *
 * @throws the signal's reason; what the file system throws.
 */
export async function copySparse(
  input: FileHandle,
  output: FileHandle,
  total: number,
  options: SparseOptions = {},
): Promise<void> {
  await output.truncate(total);
  const buffers = [Buffer.allocUnsafe(chunkBytes), Buffer.allocUnsafe(chunkBytes)] as const;
  const extents = options.extents ?? [{ start: 0, end: total }];
  let current = 0;
  /** The next bytes to read at or after this place; null: the rest are holes. */
  const rangeFrom = (place: number): Extent | null => {
    while (place >= (extents[current]?.end ?? Number.POSITIVE_INFINITY)) current++;
    const extent = extents[current];
    if (extent === undefined) return null;
    const start = Math.max(place, extent.start);
    return { start, end: Math.min(start + chunkBytes, extent.end, total) };
  };
  const read = async (turn: number, { start, end }: Extent): Promise<Buffer> => {
    const buffer = turn % 2 === 0 ? buffers[0] : buffers[1];
    const { bytesRead } = await input.read(buffer, 0, end - start, start);
    return buffer.subarray(0, bytesRead);
  };
  let range = rangeFrom(0);
  let next = range === null ? null : read(0, range);
  // A rejection while a write is under way is picked up by the await below, not by Node's unhandled hook.
  next?.catch(() => undefined);
  for (let turn = 1; range !== null && next !== null; turn++) {
    options.signal?.throwIfAborted();
    const chunk: Buffer = await next;
    if (chunk.length === 0) break;
    const { start } = range;
    range = rangeFrom(start + chunk.length);
    next = range === null ? null : read(turn, range);
    next?.catch(() => undefined);
    try {
      for (const run of runsOfData(chunk))
        await writeAll(output, chunk.subarray(run.start, run.end), start + run.start);
    } catch (error) {
      // The buffers and the handle are in use until the read is done.
      await next?.catch(() => undefined);
      throw error;
    }
    options.onProgress?.(start + chunk.length, total);
  }
}

/** The parts of a chunk that are not blocks of zeros, in order. Pure. */
export function runsOfData(chunk: Buffer): { start: number; end: number }[] {
  const runs: { start: number; end: number }[] = [];
  for (let start = 0; start < chunk.length; start += blockBytes) {
    const end = Math.min(start + blockBytes, chunk.length);
    if (chunk.compare(zeros, 0, end - start, start, end) === 0) continue;
    const last = runs.at(-1);
    if (last !== undefined && last.end === start) last.end = end;
    else runs.push({ start, end });
  }
  return runs;
}

async function writeAll(output: FileHandle, bytes: Buffer, position: number): Promise<void> {
  let written = 0;
  while (written < bytes.length) {
    const result = await output.write(bytes, written, bytes.length - written, position + written);
    written += result.bytesWritten;
  }
}
