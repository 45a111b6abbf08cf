/** A file that is there whole or not at all: written beside its place, flushed, renamed. */
import { randomBytes } from 'node:crypto';
import { type FileHandle, open, rename, rm, stat, statfs } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { SlipwayError } from '../../../../../src-shared/contract/errors.ts';
import { isErrno } from '../../../kit/errno.ts';

/**
 * Mode 0600. `neededBytes`: checked against the free space before anything is written.
 *
 * @throws SlipwayError `disk_full`, `invalid_input` (the folder does not exist or is not writable); what `write` throws.
 */
export async function writeWhole<T>(
  destination: string,
  neededBytes: number,
  write: (handle: FileHandle) => Promise<T>,
): Promise<T> {
  const temporary = temporaryBeside(destination);
  try {
    await requireRoom(destination, neededBytes);
    const handle = await open(temporary, 'wx', 0o600);
    let result: T;
    try {
      result = await write(handle);
      // Reported as there only once it would survive the host losing power.
      await handle.datasync();
    } finally {
      await handle.close();
    }
    await rename(temporary, destination);
    return result;
  } catch (error) {
    throw explainWrite(error, destination);
  } finally {
    // After the rename there is nothing by this name.
    await rm(temporary, { force: true });
  }
}

/** A file without a name, beside `destination`, for as long as `use` works: nothing is left of it, whatever happens. */
export async function withScratch<T>(destination: string, use: (handle: FileHandle) => Promise<T>): Promise<T> {
  const temporary = temporaryBeside(destination);
  const handle = await open(temporary, 'wx+', 0o600).catch((error: unknown) => {
    throw explainWrite(error, destination);
  });
  try {
    await rm(temporary);
    return await use(handle);
  } finally {
    await handle.close();
  }
}

/** @throws SlipwayError `invalid_input` when both are one file, under whatever names. */
export async function refuseSameFile(source: string, destination: string, field: string | undefined): Promise<void> {
  const [from, to] = await Promise.all([identityOf(source), identityOf(destination)]);
  if (from === null || from !== to) return;
  throw new SlipwayError('invalid_input', `${source} is the file that it would be written to.`, {
    hint: 'Choose the original image, not the copy inside an instance.',
    field,
  });
}

async function identityOf(path: string): Promise<string | null> {
  const facts = await stat(path, { bigint: true }).catch(() => null);
  return facts === null ? null : `${facts.dev}:${facts.ino}`;
}

function temporaryBeside(destination: string): string {
  return join(dirname(destination), `${basename(destination)}.${randomBytes(6).toString('hex')}.tmp`);
}

async function requireRoom(destination: string, neededBytes: number): Promise<void> {
  const facts = await statfs(dirname(destination));
  const freeBytes = facts.bavail * facts.bsize;
  if (neededBytes <= freeBytes) return;
  throw new SlipwayError('disk_full', `There is no room for ${destination}: it needs ${neededBytes} bytes.`, {
    cause: `${freeBytes} bytes are free.`,
    hint: "Free some space on that file system, or move Slipway's home with SLIPWAY_HOME.",
  });
}

function explainWrite(error: unknown, destination: string): unknown {
  if (isErrno(error, 'ENOSPC', 'EDQUOT', 'EFBIG')) {
    return new SlipwayError('disk_full', `There is no room for ${destination}.`, { raw: error.message });
  }
  if (isErrno(error, 'ENOENT', 'ENOTDIR', 'EACCES', 'EPERM', 'EROFS', 'EISDIR')) {
    return new SlipwayError('invalid_input', `${destination} cannot be written.`, { raw: error.message });
  }
  return error;
}
