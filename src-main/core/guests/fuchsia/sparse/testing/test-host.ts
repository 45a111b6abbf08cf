/** The host's files as a test sees them, and files to look at. Staging's words are staging's; only the codes count here. */
import { closeSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { SlipwayError } from '../../../../../../src-shared/contract/errors.ts';
import { isErrno } from '../../../../kit/errno.ts';
import type { HostFiles } from '../image-file.ts';

export const testHost: HostFiles = {
  requireRoom: async (directory, file, neededBytes) => {
    const { bavail, bsize } = await statfs(directory);
    if (neededBytes > bavail * bsize) throw new SlipwayError('disk_full', `no room for ${file}: ${neededBytes}`);
  },
  explainRead: (error, path, field) =>
    isErrno(error, 'ENOENT') ? new SlipwayError('file_missing', `${path} does not exist.`, { field }) : error,
  explainWrite: async (error, file) =>
    isErrno(error, 'ENOSPC', 'EFBIG') ? new SlipwayError('disk_full', `no room for ${file}`) : error,
};

/** A file of `size` bytes that is a hole but for these pieces. */
export function writePieces(path: string, size: number, pieces: Iterable<readonly [number, Uint8Array]>): void {
  const file = openSync(path, 'w');
  ftruncateSync(file, size);
  for (const [offset, bytes] of pieces) writeSync(file, bytes, 0, bytes.length, offset);
  closeSync(file);
}

export function readPiece(path: string, offset: number, length: number): Buffer {
  const file = openSync(path, 'r');
  const buffer = Buffer.alloc(length);
  const read = readSync(file, buffer, 0, length, offset);
  closeSync(file);
  return buffer.subarray(0, read);
}
