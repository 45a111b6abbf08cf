/**
 * QEMU drops serial bytes it cannot write, silently. So guests are paused before the file system that holds their
 * transcripts is full, and continued when there is room again.
 *
 * Decides and measures only; who stops and continues guests (and keeps the marker that says so) is the manager.
 */
import { statfs } from 'node:fs/promises';
import { limits } from '../../../src-shared/limits.ts';

export interface SpaceFacts {
  /** Bytes an ordinary user may still write to the file system. */
  readonly freeBytes: number;
  /** All guests' output to that file system together; 0 when unknown. */
  readonly bytesPerSecond?: number;
  /** What the last verdict led to. */
  readonly state: 'ok' | 'paused';
  readonly reserveBytes?: number;
}

/** `ok`: nothing to do, whatever the state is. */
export type SpaceVerdict = 'ok' | 'pause' | 'resume';

const shortestCheckMs = 100;
const longestCheckMs = 10_000;

/** Pause below the reserve, resume above twice the reserve: the distance keeps a guest from stuttering at the edge. Pure. */
export function spaceVerdict({
  freeBytes,
  bytesPerSecond = 0,
  state,
  reserveBytes = limits.reserveBytes,
}: SpaceFacts): SpaceVerdict {
  // What may be written before we look again is spoken for.
  const pauseAt = reserveBytes + (bytesPerSecond * shortestCheckMs) / 1000;
  if (state === 'ok') return freeBytes <= pauseAt ? 'pause' : 'ok';
  return freeBytes > 2 * reserveBytes ? 'resume' : 'ok';
}

/** Milliseconds until the next look: half the time the guests need to reach the reserve. Pure. */
export function nextSpaceCheckMs({
  freeBytes,
  bytesPerSecond = 0,
  state,
  reserveBytes = limits.reserveBytes,
}: SpaceFacts): number {
  if (state === 'paused') return 1000;
  const msToReserve = (Math.max(0, freeBytes - reserveBytes) / Math.max(1, bytesPerSecond)) * 1000;
  return Math.round(Math.min(longestCheckMs, Math.max(shortestCheckMs, msToReserve / 2)));
}

/** Throws what statfs throws (ENOENT). */
export async function readFreeBytes(path: string): Promise<number> {
  const { bavail, bsize } = await statfs(path);
  return bavail * bsize;
}
