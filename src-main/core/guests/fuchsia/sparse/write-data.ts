/** Writing into a file that is full of holes to begin with: zeros stay holes, everything else is written once. */
import type { FileHandle } from 'node:fs/promises';
import { type OpenImage, readInto } from './image-file.ts';

/** Large enough that the calls do not count, small enough to notice an abort at once. */
export const pieceBytes = 1024 * 1024;
/** Smaller holes cost a file system more extents than they save blocks. */
const blockBytes = 64 * 1024;
const zeros = Buffer.alloc(blockBytes);

/** Writes `bytes` at `position`, except for blocks of zeros. Throws what the file system throws. */
export async function writeData(output: FileHandle, bytes: Buffer, position: number): Promise<void> {
  for (let start = 0; start < bytes.length; ) {
    const end = endOfRun(bytes, start);
    if (!isZero(bytes, start)) await writeAll(output, bytes.subarray(start, end), position + start);
    start = end;
  }
}

/**
 * Copies a range of the image to another place in the output.
 *
 * @throws SlipwayError `image_damaged` when the image ends before the range does; the image's signal's reason; what
 * writing throws.
 */
export async function copyRange(
  image: OpenImage,
  output: FileHandle,
  range: { readonly from: number; readonly to: number; readonly length: number },
  onPiece?: (piece: Buffer) => void,
): Promise<void> {
  const buffer = Buffer.allocUnsafe(Math.min(pieceBytes, range.length));
  for (let done = 0; done < range.length; ) {
    const piece = buffer.subarray(0, Math.min(pieceBytes, range.length - done));
    await readInto(image, piece, range.from + done);
    await writeData(output, piece, range.to + done);
    done += piece.length;
    onPiece?.(piece);
  }
}

/** Where the blocks from `start` on stop being all zeros, or all data. */
function endOfRun(bytes: Buffer, start: number): number {
  const kind = isZero(bytes, start);
  let end = start;
  do end = Math.min(end + blockBytes, bytes.length);
  while (end < bytes.length && isZero(bytes, end) === kind);
  return end;
}

function isZero(bytes: Buffer, start: number): boolean {
  const end = Math.min(start + blockBytes, bytes.length);
  return bytes.compare(zeros, 0, end - start, start, end) === 0;
}

async function writeAll(output: FileHandle, bytes: Buffer, position: number): Promise<void> {
  for (let written = 0; written < bytes.length; ) {
    const result = await output.write(bytes, written, bytes.length - written, position + written);
    written += result.bytesWritten;
  }
}
