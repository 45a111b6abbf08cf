/** Opens a transcript or a log to read it. What cannot be read is said, and not taken for one that is empty. */
import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { SlipwayError } from '../../../src-shared/contract/errors.ts';
import { isErrno } from '../kit/atomic-file.ts';

/** null: there is none. Throws `file_unreadable` and `file_not_regular`; a FIFO in its place is not waited for. */
export async function openTranscript(path: string): Promise<FileHandle | null> {
  try {
    const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    if ((await file.stat()).isFile()) return file;
    await file.close();
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return null;
    throw new SlipwayError('file_unreadable', `What was said cannot be read: ${path}.`, {
      cause: isErrno(error, 'EACCES', 'EPERM') ? 'You may not read this file.' : undefined,
      hint: 'Look at its permissions and at those of the directories above it.',
      raw: String(error),
    });
  }
  throw new SlipwayError('file_not_regular', `What was said cannot be read: ${path} is not a regular file.`, {
    hint: 'Something else was put in its place; move that away.',
  });
}
