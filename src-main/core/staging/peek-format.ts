/** The format of an image, at once and without failing: for previews, which may not wait and must not start anything. */
import { closeSync, fstatSync, readSync } from 'node:fs';
import { openRegularSync } from '../kit/regular-file.ts';
import { detectImage, imageHeadBytes, imageTailBytes, qemuFormat } from './image-format.ts';

/** QEMU's name of the format; `raw` where the file cannot be read. */
export function peekFormat(path: string): string {
  let file: number | null = null;
  try {
    file = openRegularSync(path);
    const facts = fstatSync(file);
    const head = Buffer.alloc(Math.min(imageHeadBytes, facts.size));
    const tail = Buffer.alloc(Math.min(imageTailBytes, facts.size));
    readSync(file, head, 0, head.length, 0);
    readSync(file, tail, 0, tail.length, facts.size - tail.length);
    const image = detectImage(head, tail);
    return image.kind === 'image' ? qemuFormat(image.format) : 'raw';
  } catch {
    return 'raw';
  } finally {
    if (file !== null) closeSync(file);
  }
}
