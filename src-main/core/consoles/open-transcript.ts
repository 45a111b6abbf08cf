/** Opens a transcript or a log to read it. What cannot be read is said, and not taken for one that is empty. */
import type { FileHandle } from 'node:fs/promises';
import { SlipwayError } from '../../../src-shared/contract/errors.ts';
import { openRegular } from '../kit/regular-file.ts';

/** null: there is none. Throws `file_unreadable` and `file_not_regular`; a FIFO in its place is not waited for. */
export async function openTranscript(path: string): Promise<FileHandle | null> {
  try {
    return await openRegular(path);
  } catch (error) {
    if (error instanceof SlipwayError && error.code === 'file_missing') return null;
    throw error;
  }
}
