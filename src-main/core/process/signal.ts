/**
 * Ending a process that is known to be ours, and knowing when it has ended. The only place that signals a guest's
 * process.
 *
 * Never: signals a pid whose identity was not checked in the same call, a process group, or what is ours neither
 * by its uuid nor by its command line.
 */

import { type Clock, systemClock } from '../kit/clock.ts';
import { isErrno } from '../kit/errno.ts';
import { hostProcesses } from './host-processes.ts';
import { type KnownProcess, type ProcessState, processState, stateNow } from './identity.ts';
import type { ProcessTable } from './process-table.ts';

export type SendSignal = (pid: number, signal: NodeJS.Signals) => void;

const sendSignal: SendSignal = (pid, signal) => {
  process.kill(pid, signal);
};

/**
 * Checks the whole identity, then the pid and its start once more in the same turn of the event loop, then signals.
 *
 * What remains: between the last look and kill(2), some microseconds, the process would have to end, be reaped, and the
 * kernel go once around all its pids. A pidfd would close even that, and Node has none. For a child of this very process
 * nothing remains at all: Node reaps children from the event loop, which cannot run between the two calls.
 *
 * @returns `sent`; `gone` or `other` if nothing was signalled because ours is no more.
 * @throws what kill(2) says other than ESRCH (EPERM: the program changed its user).
 */
export async function signalVerified(
  identity: KnownProcess,
  signal: NodeJS.Signals,
  table: ProcessTable = hostProcesses,
  send: SendSignal = sendSignal,
): Promise<'sent' | Exclude<ProcessState, 'alive'>> {
  const state = await processState(identity, table);
  if (state !== 'alive') return state;
  const now = stateNow(identity, table);
  if (now !== 'alive') return now;
  try {
    send(identity.pid, signal);
    return 'sent';
  } catch (error) {
    if (isErrno(error, 'ESRCH')) return 'gone';
    throw error;
  }
}

/** Polling starts quickly, because most ends are waited for right after they were asked for, and slows down. */
const polling = { firstMs: 20, lastMs: 200, factor: 1.5 } as const;

/**
 * Resolves when the process is gone. For adopted processes, which are nobody's children any more and tell no one; a child
 * of this process has `exited`, with its exit code.
 *
 * Only the pid and its start are looked at: that is cheap enough to do five times a second for a day, and a process does
 * not change its uuid. Rejects with the signal's reason when it is aborted.
 */
export async function processExit(
  identity: KnownProcess,
  signal?: AbortSignal,
  clock: Clock = systemClock,
  table: ProcessTable = hostProcesses,
): Promise<void> {
  signal?.throwIfAborted();
  if ((await processState(identity, table)) !== 'alive') return;
  for (let waitMs: number = polling.firstMs; ; waitMs = Math.min(waitMs * polling.factor, polling.lastMs)) {
    await clock.wait(waitMs, signal);
    if (stateNow(identity, table) !== 'alive') return;
  }
}
