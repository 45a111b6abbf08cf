/** A boot image opened for reading: in pieces of bounded size, never as a whole. Reads; never writes. */
import type { FileHandle } from 'node:fs/promises';
import { SlipwayError } from '../../../../../src-shared/contract/errors.ts';
import { isErrno } from '../../../kit/errno.ts';
import { openRegular } from '../../../kit/regular-file.ts';
import { zbiLimits } from './limits.ts';

export interface ZbiFile {
  readonly path: string;
  readonly handle: FileHandle;
  readonly sizeBytes: number;
  /** For who writes something made of it: before that takes its place. @throws SlipwayError `file_unreadable` */
  requireUnchanged(): Promise<void>;
}

export interface ReadOptions {
  readonly signal?: AbortSignal | undefined;
  /** Dotted path in the Spec, for the error. */
  readonly field?: string | undefined;
}

/**
 * Opens `path` while `use` works with it.
 *
 * @throws SlipwayError `file_missing`, `file_unreadable` (also: it was written to meanwhile), `file_not_regular`,
 * `file_empty`; whatever `use` throws.
 */
export async function withZbiFile<T>(
  path: string,
  options: ReadOptions,
  use: (file: ZbiFile) => Promise<T>,
): Promise<T> {
  options.signal?.throwIfAborted();
  try {
    const handle = await openRegular(path, { field: options.field });
    try {
      const before = await handle.stat({ bigint: true });
      if (before.size === 0n) {
        throw new SlipwayError('file_empty', `${path} is empty (0 bytes).`, { field: options.field });
      }
      const requireUnchanged = async (): Promise<void> => {
        const after = await handle.stat({ bigint: true });
        if (after.size === before.size && after.mtimeNs === before.mtimeNs) return;
        throw new SlipwayError('file_unreadable', `${path} changed while it was read.`, {
          hint: 'Wait until the program that writes it has finished.',
          field: options.field,
        });
      };
      const result = await use({ path, handle, sizeBytes: Number(before.size), requireUnchanged });
      await requireUnchanged();
      return result;
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw explainRead(error, path, options.field);
  }
}

function explainRead(error: unknown, path: string, field: string | undefined): unknown {
  if (isErrno(error, 'ENOENT', 'ENOTDIR') && error.path === path) {
    return new SlipwayError('file_missing', `${path} does not exist.`, { field, raw: error.message });
  }
  if (isErrno(error, 'EACCES', 'EPERM', 'EIO', 'ELOOP', 'ENAMETOOLONG') && error.path === path) {
    return new SlipwayError('file_unreadable', `${path} cannot be read.`, { field, raw: error.message });
  }
  // Found deep inside, where the field is not known.
  if (field !== undefined && error instanceof SlipwayError && error.failure.field === undefined) {
    return SlipwayError.from({ ...error.failure, field });
  }
  return error;
}

/**
 * The bytes `[offset, offset + length)` of a file, in chunks. Each chunk is valid only until the next is asked for: one
 * buffer serves the whole range.
 *
 * @throws SlipwayError `file_unreadable` when the file ends before the range does; the signal's reason when aborted.
 */
export async function* readRange(
  file: Pick<ZbiFile, 'handle' | 'path'>,
  offset: number,
  length: number,
  signal?: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const buffer = Buffer.allocUnsafe(Math.min(length, zbiLimits.chunkBytes));
  let done = 0;
  while (done < length) {
    signal?.throwIfAborted();
    const wanted = Math.min(buffer.length, length - done);
    // The system's own words do not name the file, and another file is open for writing at the same time.
    const { bytesRead } = await file.handle.read(buffer, 0, wanted, offset + done).catch((error: unknown) => {
      if (!isErrno(error, 'EIO')) throw error;
      throw new SlipwayError('file_unreadable', `${file.path} cannot be read.`, { raw: error.message });
    });
    if (bytesRead === 0) throw new SlipwayError('file_unreadable', `${file.path} became shorter while it was read.`);
    done += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}

/** A copy of what a stream brings. @throws RangeError when it brings more than `atMost` bytes. */
export async function collect(stream: AsyncIterable<Uint8Array>, atMost: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let total = 0;
  for await (const chunk of stream) {
    total += chunk.length;
    if (total > atMost) throw new RangeError(`more than ${atMost} bytes`);
    chunks.push(Uint8Array.from(chunk));
  }
  return Buffer.concat(chunks);
}
