/** Room on a file system: asked before a long write, and told in words when it ran out during one. */
import { statfs } from 'node:fs/promises';
import { SlipwayError } from '../../../src-shared/contract/errors.ts';
import { isErrno } from '../kit/errno.ts';

/** Bytes an ordinary user may still write in `directory`. */
export async function freeBytes(directory: string): Promise<number> {
  const facts = await statfs(directory);
  return facts.bavail * facts.bsize;
}

/** @throws SlipwayError `disk_full` when `neededBytes` do not fit. */
export async function requireRoom(directory: string, file: string, neededBytes: number): Promise<void> {
  const free = await freeBytes(directory);
  if (neededBytes > free) throw diskFull(file, directory, neededBytes, free);
}

/** ENOSPC and its relatives as `disk_full`; anything else comes back as it is. */
export async function explainWrite(
  error: unknown,
  file: string,
  directory: string,
  neededBytes: number,
): Promise<unknown> {
  if (!isErrno(error, 'ENOSPC', 'EDQUOT', 'EFBIG')) return error;
  const free = await freeBytes(directory).catch(() => 0);
  const failure = diskFull(file, directory, neededBytes, free, error.message);
  if (isErrno(error, 'EDQUOT'))
    return SlipwayError.from({ ...failure.failure, cause: 'The disk quota of this user is used up.' });
  if (isErrno(error, 'EFBIG')) {
    return SlipwayError.from({ ...failure.failure, cause: 'The file system does not take files of this size.' });
  }
  return failure;
}

export function diskFull(
  file: string,
  directory: string,
  neededBytes: number,
  free: number,
  raw?: string,
): SlipwayError {
  return new SlipwayError(
    'disk_full',
    `There is no room for ${file}: it needs ${inWords(neededBytes)}, ${inWords(free)} are free.`,
    {
      cause: `needed ${neededBytes} bytes, free ${free} bytes in ${directory}`,
      hint: `Free some space on the file system of ${directory}, or move Slipway's home with SLIPWAY_HOME.`,
      raw,
    },
  );
}

function inWords(bytes: number): string {
  const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`;
}
