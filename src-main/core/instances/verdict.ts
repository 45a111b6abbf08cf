/**
 * What the evidence means: decisions, no I/O. The table of DESIGN §6, in one function, so that it can be read beside it
 * and tested row by row.
 */
import { limits } from '../../../src-shared/limits.ts';

export interface Evidence {
  /** There is a launch record that can be read. */
  readonly recorded: boolean;
  /** An outcome was written for the last boot: someone saw it end. */
  readonly outcomeRecorded: boolean;
  /** `ours`: pid, start time, boot id and uuid all agree. `other`: another program has the pid. */
  readonly process: 'none' | 'ours' | 'other';
  readonly startedMsAgo: number;
  readonly qmp: QmpEvidence;
  /** Our own pause marker lies there. */
  readonly pausedByUs: boolean;
  /** The launch asked to stay paused, so `prelaunch` is where it should be. */
  readonly startPaused: boolean;
}

export type QmpEvidence =
  | { readonly state: 'absent' | 'refused' | 'silent' }
  | { readonly state: 'greeted'; readonly uuidMatches: boolean; readonly runState: string };

export type Verdict =
  | { readonly kind: 'stopped' }
  | { readonly kind: 'crashed' }
  /** QEMU is ours and waits at `-S`: the launch was interrupted before `cont`. */
  | { readonly kind: 'interrupted' }
  | { readonly kind: 'attach'; readonly paused: 'slipway' | 'other' | null }
  | { readonly kind: 'wait' }
  /** Someone else holds the monitor. */
  | { readonly kind: 'elsewhere' }
  | { readonly kind: 'broken'; readonly reason: string };

const runningStates = new Set(['running', 'prelaunch', 'inmigrate', 'watchdog']);

export function decide(evidence: Evidence): Verdict {
  if (!evidence.recorded) return { kind: 'stopped' };
  if (evidence.process !== 'ours') return decideWithoutProcess(evidence);
  const { qmp } = evidence;
  switch (qmp.state) {
    case 'greeted':
      if (!qmp.uuidMatches) return { kind: 'broken', reason: 'another QEMU answers on its socket' };
      if (qmp.runState === 'prelaunch') {
        return evidence.startPaused ? { kind: 'attach', paused: 'other' } : { kind: 'interrupted' };
      }
      if (runningStates.has(qmp.runState)) return { kind: 'attach', paused: null };
      return { kind: 'attach', paused: evidence.pausedByUs ? 'slipway' : 'other' };
    case 'silent':
      return { kind: 'elsewhere' };
    case 'refused':
    case 'absent':
      return evidence.startedMsAgo < limits.qmpGreetingMs
        ? { kind: 'wait' }
        : { kind: 'broken', reason: 'the process lives, but its QMP socket does not answer' };
  }
}

function decideWithoutProcess(evidence: Evidence): Verdict {
  if (evidence.outcomeRecorded) return { kind: 'stopped' };
  // QEMU removes its sockets when it ends in good order; a socket nobody listens on is what a killed one leaves.
  return evidence.qmp.state === 'absent' ? { kind: 'stopped' } : { kind: 'crashed' };
}
