/**
 * Keeps a transcript within its bound by punching holes in its oldest part: the file's length, and with it every offset,
 * stays. Never truncates or renames the file: QEMU has it open and writes at its own position.
 */
import { SlipwayError } from '../../../src-shared/contract/errors.ts';
import { runTool } from '../process/run-tool.ts';
import type { Tail } from './tail.ts';

export interface PunchRange {
  readonly offset: number;
  readonly length: number;
}

/** Holes are made of whole blocks; 4 KiB is a multiple of the block or divides it on every file system we meet. */
const blockBytes = 4096;
/** Punching a little every second would cost more than it frees. */
const leastPunchBytes = 1024 * 1024;

/** What to punch so that the last `boundBytes` stay, or null while it is not worth it. Pure. */
export function punchRange(facts: {
  readonly size: number;
  readonly punchedBefore: number;
  readonly boundBytes: number;
}): PunchRange | null {
  const { size, punchedBefore, boundBytes } = facts;
  const end = Math.floor((size - boundBytes) / blockBytes) * blockBytes;
  const offset = Math.floor(punchedBefore / blockBytes) * blockBytes;
  const slack = Math.min(leastPunchBytes, Math.max(blockBytes, boundBytes / 16));
  return end - offset < slack ? null : { offset, length: end - offset };
}

/**
 * Punches what is over the bound; readers of the tail skip the range before it is gone. Returns what was punched.
 * Throws `tool_missing` where there is no fallocate, `internal` where the file system cannot do it.
 */
export async function boundTranscript(tail: Tail, boundBytes: number): Promise<PunchRange | null> {
  const punchedBefore = tail.punchedBefore;
  const range = punchRange({ size: tail.size, punchedBefore, boundBytes });
  if (range === null) return null;
  tail.markPunched(range.offset + range.length);
  try {
    const { code, stderr } = await runTool('fallocate', [
      '--punch-hole',
      '--offset',
      String(range.offset),
      '--length',
      String(range.length),
      tail.path,
    ]);
    if (code !== 0) throw new SlipwayError('internal', 'The transcript cannot be shortened.', { raw: stderr });
  } catch (error) {
    tail.markPunched(punchedBefore);
    throw error;
  }
  return range;
}

/**
 * Where the hole at the beginning of a transcript ends, found again after a restart of Slipway: holes read as zeros and
 * begin at 0, so the first block with anything in it is searched by halving. 0 when there is no hole.
 */
export async function findPunchedBound(
  read: (offset: number, length: number) => Promise<Uint8Array>,
  size: number,
): Promise<number> {
  const isHole = async (block: number) => {
    const bytes = await read(block * blockBytes, blockBytes);
    return bytes.length > 0 && bytes.every((byte) => byte === 0);
  };
  let hole = -1;
  let data = Math.ceil(size / blockBytes);
  if (data === 0 || !(await isHole(0))) return 0;
  hole = 0;
  while (data - hole > 1) {
    const middle = Math.floor((hole + data) / 2);
    if (await isHole(middle)) hole = middle;
    else data = middle;
  }
  // A file system with larger blocks, or another tool, ends a hole where it likes.
  const first = await read(data * blockBytes, blockBytes);
  const zeros = first.findIndex((byte) => byte !== 0);
  return Math.min(data * blockBytes + Math.max(0, zeros), size);
}
