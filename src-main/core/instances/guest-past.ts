/** What is known of a guest that is found again: what an earlier owner wrote down, and what it said since. */
import { lstat, stat } from 'node:fs/promises';
import { limits } from '../../../src-shared/limits.ts';
import type { Death } from './guest-death.ts';
import type { InstanceConsoles } from './instance-consoles.ts';
import type { InstanceState } from './instance-state.ts';
import { readLogTail } from './log-tail.ts';
import { deathIn, judgePanic, pastDeathIn } from './panic-evidence.ts';
import type { Panic } from './panic-watch.ts';
import type { InstanceServices } from './services.ts';

export interface Past {
  readonly ready: boolean;
  readonly panic: Panic | null;
  readonly resetLoop: number | null;
  readonly inARow: number;
  /** It died while nobody watched. */
  readonly isNews: boolean;
  /** Offset in the output before which everything is left behind. */
  readonly over: number;
  /** Where what it says now began. */
  readonly from: number;
}

export async function pastOf(
  { store, clock }: Pick<InstanceServices, 'store' | 'clock'>,
  { spec, boot }: Pick<InstanceState, 'spec' | 'boot'>,
  consoles: InstanceConsoles,
): Promise<Past> {
  const read = await store.readSeen(spec.id, boot);
  const seen = read.state === 'ok' ? read.value : null;
  const over = seen?.over ?? 0;
  const start = Math.max(over, consoles.serialBytes - limits.pastOutputBytes, 0);
  const { offset, bytes } = await consoles.readSerial(start, limits.pastOutputBytes);
  // One character a byte, so that a place in the text is one in the transcript.
  const output = Buffer.from(bytes).toString('latin1');
  const found = pastDeathIn(output);
  if (found === null) {
    const { ready = false, panic = null, resetLoop = null } = seen ?? {};
    return { ready, panic, resetLoop, inARow: resetLoop ?? 0, isNews: false, over, from: panic?.offset ?? offset };
  }
  const { inARow, anewAt } = found;
  const resetLoop = inARow >= limits.loopResets ? Math.max(inARow, seen?.resetLoop ?? 0) : null;
  const panic = { line: Buffer.from(found.line, 'latin1').toString('utf8'), offset: offset + found.index };
  const isNews = seen?.panic?.offset !== panic.offset;
  // It began anew since: what was ready is not the one that runs now.
  if (anewAt !== null) return { ready: false, panic, resetLoop, inARow, isNews, over, from: offset + anewAt };
  const quietMs = clock.now() - ((await stat(consoles.transcriptOf('serial', null)).catch(() => null))?.mtimeMs ?? 0);
  const verdict = judgePanic({
    output: Buffer.from(output.slice(found.index), 'latin1').toString('utf8'),
    isQuiet: quietMs > limits.panicSilenceMs,
    ageMs: quietMs,
    typed: '',
  });
  const ready = seen?.ready ?? false;
  // It goes on, or may: the watch judges its last words as those of any guest. Where it died before they are nothing new.
  if (verdict.kind === 'alive' || (verdict.kind === 'open' && inARow === 1))
    return { ready, panic: null, resetLoop: null, inARow: 0, isNews, over, from: panic.offset };
  const line = verdict.kind === 'dead' ? verdict.line : panic.line;
  // The reset that ends this round is still to be counted.
  return { ready, panic: { ...panic, line }, resetLoop, inARow: inARow - 1, isNews, over, from: panic.offset };
}

/** Of a guest that ended while nobody watched: what the last owner saw, or else its own last words. */
export async function deathUnwatched(
  { store, paths }: Pick<InstanceServices, 'store' | 'paths'>,
  { spec, boot }: Pick<InstanceState, 'spec' | 'boot'>,
): Promise<Death> {
  const { serialOutput } = paths.instance(spec.id).boot(boot);
  const read = await store.readSeen(spec.id, boot);
  const seen = read.state === 'ok' ? read.value : null;
  const output = await readLogTail(serialOutput);
  const found = deathIn(output);
  const { size } = await lstat(serialOutput).catch(() => ({ size: 0 }));
  const offset = Math.max(0, size - Buffer.byteLength(output.slice(found?.index ?? 0)));
  const panic = found === null ? null : { line: found.line, offset };
  return { panic: seen?.panic ?? panic, resetLoop: seen?.resetLoop ?? null };
}
