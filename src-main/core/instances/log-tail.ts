/** The end of a log, for failures and records: enough to explain, never a whole transcript. */
import { withoutSequences } from '../consoles/line-search.ts';
import { openRegular } from '../kit/regular-file.ts';

const tailBytes = 16 * 1024;
const tailLines = 25;

/** The last 16 KiB as text; empty when there is none that can be read: an end is told all the same. */
export async function readLogTail(path: string): Promise<string> {
  const file = await openRegular(path).catch(() => null);
  if (file === null) return '';
  try {
    const { size } = await file.stat();
    const length = Math.min(size, tailBytes);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, size - length);
    return buffer.toString('utf8', 0, bytesRead);
  } catch {
    return '';
  } finally {
    await file.close();
  }
}

/** The last lines of a console's output, with what only moves the cursor or colours taken out. */
export async function lastLinesOf(path: string): Promise<string[]> {
  const text = await readLogTail(path);
  return withoutSequences(text).split(/\r?\n/).slice(-tailLines);
}
