/** A range of a file that may not be there. `offset` negative: from the end. */
import { nullWhereMissing, openRegular } from '../kit/regular-file.ts';

/** Bytes as base64, with where they are and how long the file is; empty where there is no file. Throws where it cannot be read. */
export async function readRange(path: string, offset: number, length: number) {
  const file = await openRegular(path).catch(nullWhereMissing);
  if (file === null) return { offset: 0, size: 0, base64: '' };
  try {
    const { size } = await file.stat();
    const from = Math.min(size, offset < 0 ? Math.max(0, size + offset) : offset);
    const wanted = Math.min(length, size - from);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(wanted), 0, wanted, from);
    return { offset: from, size, base64: buffer.toString('base64', 0, bytesRead) };
  } finally {
    await file.close();
  }
}
