/**
 * What is known of a file the user pointed at: enough to notice later that it is not the same any more, and what kind
 * of image it is. Reads; never writes.
 */
import { createHash } from 'node:crypto';
import { type FileHandle, stat } from 'node:fs/promises';
import * as z from 'zod';
import { SlipwayError } from '../../../src-shared/contract/errors.ts';
import { explainRead, kindOf, openRegular } from '../kit/regular-file.ts';
import { type DetectedImage, detectImage, imageTailBytes } from './image-format.ts';
import { parseQcow2Header, type Qcow2Header } from './qcow2-header.ts';

/** Numbers that do not fit a double are decimal text. */
export const sourceFactsSchema = z.strictObject({
  path: z.string(),
  size: z.number().nonnegative(),
  mtimeNs: z.string().regex(/^\d+$/),
  inode: z.string().regex(/^\d+$/),
  /** SHA-256 of the first MiB: a build that keeps size and mtime still changes the head of an image. */
  headSha256: z.string(),
});
export type SourceFacts = z.infer<typeof sourceFactsSchema>;

export interface Source {
  readonly facts: SourceFacts;
  readonly image: DetectedImage;
  readonly qcow2: Qcow2Header | null;
  /** Bytes the file takes on its disk; less than its size when it has holes. */
  readonly allocatedBytes: number;
}

interface InspectOptions {
  /** Dotted path in the PlainSpec, for the error. */
  readonly field: string;
  /** Block devices are fine where the guest works on the original. */
  readonly allowDevice?: boolean;
}

const headBytes = 1024 * 1024;

/**
 * @throws SlipwayError `file_missing`, `file_unreadable`, `file_not_regular`, `file_empty`, each with the field.
 */
export async function inspectSource(path: string, options: InspectOptions): Promise<Source> {
  const { field } = options;
  try {
    const file = await openRegular(path, options);
    try {
      const facts = await file.stat({ bigint: true });
      const isDevice = facts.isBlockDevice();
      if (facts.isFile() && facts.size === 0n) {
        throw new SlipwayError('file_empty', `${path} is empty (0 bytes).`, {
          hint: 'Look at the step that was to write it: an interrupted download or a failed build leaves such a file.',
          field,
        });
      }
      const size = Number(facts.size);
      const head = await readAt(file, headBytes, 0);
      const tail = isDevice
        ? head.subarray(0, 0)
        : await readAt(file, imageTailBytes, Math.max(0, size - imageTailBytes));
      return {
        facts: {
          path,
          size,
          mtimeNs: String(facts.mtimeNs),
          inode: String(facts.ino),
          // A device's first MiB changes with every mount; its identity is its path.
          headSha256: isDevice ? 'device' : createHash('sha256').update(head).digest('hex'),
        },
        image: detectImage(head, tail),
        qcow2: parseQcow2Header(head),
        allocatedBytes: Math.min(size, Number(facts.blocks) * 512),
      };
    } finally {
      await file.close();
    }
  } catch (error) {
    throw explainRead(error, path, field);
  }
}

/** @throws SlipwayError `file_missing`, `file_unreadable`, `file_not_regular`. */
export async function requireDirectory(path: string, field: string): Promise<void> {
  try {
    const facts = await stat(path);
    if (facts.isDirectory()) return;
    throw new SlipwayError('file_not_regular', `${path} is ${kindOf(facts)}, not a folder.`, {
      hint: 'Choose the folder that holds it.',
      field,
    });
  } catch (error) {
    throw explainRead(error, path, field);
  }
}

/** Fewer bytes than asked for only at the end of the file. */
export async function readAt(file: FileHandle, length: number, position: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await file.read(buffer, filled, length - filled, position + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return buffer.subarray(0, filled);
}
