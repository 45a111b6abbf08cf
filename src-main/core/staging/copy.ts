/**
 * A private copy of an image: shared blocks where the file system can (reflink), otherwise a copy that leaves holes for
 * zeros. The destination is the old file or the whole new one; an abort or a full disk leaves no trace.
 */
import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { chmod, copyFile as cloneFile, open, realpath, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { SlipwayError } from '../../../src-shared/contract/errors.ts';
import { isErrno } from '../kit/errno.ts';
import { explainRead, openRegular } from '../kit/regular-file.ts';
import { explainWrite, requireRoom } from './disk-full.ts';
import { dataExtents } from './extents.ts';
import { copySparse } from './sparse.ts';

interface CopyOptions {
  readonly signal?: AbortSignal | undefined;
  /** Bytes of the source that are done, of its size. Called for every piece; the caller thins it out. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
  /** Dotted path in the PlainSpec, for errors about the source. */
  readonly field?: string | undefined;
  /** Called with the path of the finished copy before it gets its name. */
  readonly finish?: ((temporary: string) => Promise<void>) | undefined;
}

interface CopyResult {
  readonly method: 'reflink' | 'sparse';
  /** Size of the file, holes included. */
  readonly bytes: number;
  /** The source was written to during the first attempt; the second one is consistent. */
  readonly retried: boolean;
}

/**
 * @throws SlipwayError `file_missing`, `file_unreadable`, `disk_full`, `invalid_input` (source and destination are one
 * file), `file_unreadable` (the source keeps changing); the signal's reason when aborted.
 */
export async function copyImage(source: string, destination: string, options: CopyOptions = {}): Promise<CopyResult> {
  options.signal?.throwIfAborted();
  await refuseSameFile(source, destination, options.field);
  for (const retried of [false, true]) {
    const result = await attempt(source, destination, options);
    if (result !== null) return { ...result, retried };
  }
  throw new SlipwayError('file_unreadable', `${source} kept changing while it was copied.`, {
    cause: 'Its size or time was different after the copy than before, twice.',
    hint: 'Wait until the program that writes it has finished, then launch again.',
    field: options.field,
  });
}

/** null: the source changed meanwhile, and nothing is left of the attempt. */
async function attempt(
  source: string,
  destination: string,
  options: CopyOptions,
): Promise<Omit<CopyResult, 'retried'> | null> {
  const directory = dirname(destination);
  const temporary = join(directory, `${basename(destination)}.${randomBytes(6).toString('hex')}.tmp`);
  let needed = 0;
  try {
    const before = await stat(source, { bigint: true }).catch((error: unknown) => {
      throw explainRead(error, source, options.field);
    });
    const bytes = Number(before.size);
    needed = Math.min(bytes, Number(before.blocks) * 512);
    let method: CopyResult['method'] = 'reflink';
    if (!(await reflink(source, temporary))) {
      method = 'sparse';
      await requireRoom(directory, basename(destination), needed);
      const extents = await dataExtents(source, { size: bytes, allocatedBytes: needed }, { signal: options.signal });
      const input = await openRegular(source, { field: options.field });
      try {
        const output = await open(temporary, 'wx', 0o600);
        try {
          await copySparse(input, output, bytes, { ...options, extents });
          // Reported as staged only once it would survive the host losing power.
          await output.datasync();
        } finally {
          await output.close();
        }
      } finally {
        await input.close();
      }
    }
    const after = await stat(source, { bigint: true });
    if (after.size !== before.size || after.mtimeNs !== before.mtimeNs) return null;
    // A read-only source must not make a read-only disk.
    await chmod(temporary, 0o600);
    await options.finish?.(temporary);
    options.signal?.throwIfAborted();
    await rename(temporary, destination);
    options.onProgress?.(bytes, bytes);
    return { method, bytes };
  } catch (error) {
    throw await explainWrite(error, basename(destination), directory, needed);
  } finally {
    // After the rename there is nothing by this name.
    await rm(temporary, { force: true });
  }
}

async function reflink(source: string, temporary: string): Promise<boolean> {
  try {
    await cloneFile(source, temporary, constants.COPYFILE_FICLONE_FORCE | constants.COPYFILE_EXCL);
    return true;
  } catch (error) {
    await rm(temporary, { force: true });
    // Whatever the reason, the ordinary copy finds it again and has the words for it. Only a full disk is final.
    if (isErrno(error, 'ENOSPC', 'EDQUOT')) throw error;
    return false;
  }
}

async function refuseSameFile(source: string, destination: string, field: string | undefined): Promise<void> {
  const [from, to] = await Promise.all([identity(source), identity(destination)]);
  if (from === null || to === null || from !== to) return;
  throw new SlipwayError('invalid_input', `${await realpath(source)} is the file it would be copied to.`, {
    hint: 'Choose the original image, not the copy inside an instance.',
    field,
  });
}

async function identity(path: string): Promise<string | null> {
  try {
    const facts = await stat(path, { bigint: true });
    return `${facts.dev}:${facts.ino}`;
  } catch {
    return null;
  }
}
