/** The end of a log, for failures and records: enough to explain, never a whole transcript. */
import { SlipwayError } from '../../../src-shared/contract/errors.ts';
import { withoutSequences } from '../consoles/line-search.ts';
import { openRegular } from '../kit/regular-file.ts';

const tailBytes = 16 * 1024;
const tailLines = 25;

/** The last 16 KiB as text; empty when there is no file. */
export async function readLogTail(path: string): Promise<string> {
  try {
    const file = await openRegular(path);
    try {
      const { size } = await file.stat();
      const length = Math.min(size, tailBytes);
      const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, size - length);
      return buffer.toString('utf8', 0, bytesRead);
    } finally {
      await file.close();
    }
  } catch (error) {
    if (error instanceof SlipwayError && error.code === 'file_missing') return '';
    throw error;
  }
}

/** The last lines of a console's output, with what only moves the cursor or colours taken out. */
export async function lastLinesOf(path: string): Promise<string[]> {
  const text = await readLogTail(path);
  return withoutSequences(text).split(/\r?\n/).slice(-tailLines);
}
