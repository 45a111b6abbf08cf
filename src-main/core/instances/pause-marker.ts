/**
 * The file that says that it was Slipway who paused the guest, and why: it outlives us, and whoever owns the home next
 * continues only what Slipway stopped.
 */
import { rmSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { readLogTail } from './log-tail.ts';

export type PauseReason = 'slipway' | 'disk-full';

export async function writePauseMarker(path: string, reason: PauseReason): Promise<void> {
  const written = writeFile(path, `${reason}\n`, { mode: 0o600 });
  // On a full disk it may not be written; then the next owner leaves the guest paused, which is safe.
  await (reason === 'disk-full' ? written.catch(() => undefined) : written);
}

export async function readPauseMarker(path: string): Promise<PauseReason> {
  return (await readLogTail(path)).startsWith('disk-full') ? 'disk-full' : 'slipway';
}

export async function removePauseMarker(path: string): Promise<void> {
  await rm(path, { force: true });
}

/** Somebody continued the guest. At once: should we die in the next moment, the next owner would believe the marker. */
export function removePauseMarkerNow(path: string): void {
  rmSync(path, { force: true });
}
