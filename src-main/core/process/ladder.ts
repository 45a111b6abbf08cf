/**
 * The order in which a process is asked, told and made to stop. Each rung is tried, then given its time; the next one
 * follows when the time is up, when someone presses again, or when the attempt itself fails. Knows nothing of QMP,
 * signals or processes: the rungs do.
 *
 * Never: skips a rung without a recorded reason, or tries another after the process has ended.
 */
import { toFailure } from '../../../src-shared/contract/errors.ts';
import { type Clock, systemClock } from '../kit/clock.ts';
import type { Emitter } from '../kit/emitter.ts';
import { type Log, silentLog } from '../kit/log.ts';
import { unawaited } from '../kit/unawaited.ts';

export interface LadderRung {
  /** `powerdown`, `quit`, `SIGTERM`, `SIGKILL`. */
  readonly name: string;
  /** From the beginning of the attempt. */
  readonly waitMs: number;
  /**
   * Asks the process to end; resolves when it was asked, not when it has ended. The signal is aborted when the rung is
   * over. Throwing means that this way is barred: the next rung is tried at once. An attempt whose connection is closed
   * because it worked should not throw.
   */
  attempt(signal: AbortSignal): Promise<unknown> | unknown;
}

export type RungEnding = 'exited' | 'deadline' | 'escalated' | 'attempt_failed';

export interface RungRecord {
  readonly name: string;
  /** How long this rung took. */
  readonly tookMs: number;
  readonly ending: RungEnding;
  /** A sentence for a person: why this rung was left. */
  readonly reason: string;
}

export interface LadderResult {
  /** The rung on which the process ended; null: it had ended before the first, or survived the last. */
  readonly rung: string | null;
  readonly exited: boolean;
  readonly history: readonly RungRecord[];
}

export interface LadderOptions {
  readonly rungs: readonly LadderRung[];
  /** Settles, either way, when the process has ended. */
  readonly exited: Promise<unknown>;
  /** Emitted (with who or what wants it) to go to the next rung now. On the last rung there is nothing to go to. */
  readonly escalate?: Emitter<string> | undefined;
  readonly clock?: Clock | undefined;
  readonly log?: Log | undefined;
  /** As each rung begins, for the countdown on the screen. */
  readonly onRung?: ((rung: { readonly name: string; readonly waitMs: number }) => void) | undefined;
}

interface Ended {
  readonly ending: RungEnding;
  readonly reason: string;
}

/** Climbs until the process has ended or no rung is left. Does not throw: what an attempt throws is its reason. */
export async function runLadder(options: LadderOptions): Promise<LadderResult> {
  const { rungs, clock = systemClock, log = silentLog } = options;
  const history: RungRecord[] = [];
  let exited = false;
  const gone = options.exited.then(
    () => undefined,
    () => undefined,
  );
  unawaited(
    gone.then(() => {
      exited = true;
    }),
    'an end could not be noticed',
    log,
  );
  // A press between the call and the first rung counts too: it is heard here and handed to the rung.
  const early: string[] = [];
  const unsubscribe = options.escalate?.on((by) => early.push(by));
  // One turn of the event loop for a promise that has settled already.
  await Promise.race([gone, new Promise((resolve) => setImmediate(resolve))]);
  unsubscribe?.();

  for (const [index, rung] of rungs.entries()) {
    if (exited) break;
    const startedAt = clock.monotonic();
    options.onRung?.({ name: rung.name, waitMs: rung.waitMs });
    const isLast = index === rungs.length - 1;
    const { ending, reason } = await climb(rung, gone, clock, isLast ? undefined : options.escalate, early.shift());
    history.push({ name: rung.name, tookMs: clock.monotonic() - startedAt, ending, reason });
    log.info(`stop: ${rung.name}`, { ending, reason });
    if (ending === 'exited') return { rung: rung.name, exited: true, history };
  }
  return { rung: null, exited, history };
}

async function climb(
  rung: LadderRung,
  gone: Promise<undefined>,
  clock: Clock,
  escalate: Emitter<string> | undefined,
  pressed: string | undefined,
): Promise<Ended> {
  const over = new AbortController();
  return await new Promise<Ended>((resolve) => {
    const unsubscribe = escalate?.on((by) => end('escalated', `${rung.name} was cut short: ${by}.`));
    const end = (ending: RungEnding, reason: string): void => {
      resolve({ ending, reason });
      unsubscribe?.();
      over.abort();
    };
    unawaited(
      gone.then(() => end('exited', `The process ended after ${rung.name}.`)),
      'an end could not be noticed',
    );
    clock.wait(rung.waitMs, over.signal).then(
      () => end('deadline', `${rung.name} did not end the process within ${rung.waitMs} ms.`),
      () => undefined,
    );
    const attempt = async () => await rung.attempt(over.signal);
    attempt().catch((error: unknown) => {
      if (!over.signal.aborted) end('attempt_failed', `${rung.name} could not be tried: ${toFailure(error).message}`);
    });
    if (pressed !== undefined && escalate !== undefined) end('escalated', `${rung.name} was cut short: ${pressed}.`);
  });
}
