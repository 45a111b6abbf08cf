/** Ends an emulator that ffx started: QMP first, which lets QEMU close its images, then signals to what is still it. */
import { limits } from '../../../../src-shared/limits.ts';
import type { Clock } from '../../kit/clock.ts';
import type { Emitter } from '../../kit/emitter.ts';
import type { Log } from '../../kit/log.ts';
import type { ForeignProcess } from '../../process/identity.ts';
import { type LadderResult, runLadder } from '../../process/ladder.ts';
import { processExit, signalVerified } from '../../process/signal.ts';

export interface FfxEndingOptions {
  readonly process: ForeignProcess;
  /** Throws when somebody else holds QMP; then the next way is tried at once. */
  readonly quit: () => Promise<void>;
  readonly escalate: Emitter<string>;
  readonly clock: Clock;
  readonly log: Log;
  readonly onStep: (step: string) => void;
  /** Aborted: nobody waits for the end any more. */
  readonly signal: AbortSignal;
}

/** ffx's own stop kills at once; here that comes last. */
export function endEmulator(options: FfxEndingOptions): Promise<LadderResult> {
  const { process, quit, escalate, clock, log, onStep, signal } = options;
  return runLadder({
    rungs: [
      { name: 'asking the emulator to quit', waitMs: limits.quitMs, attempt: quit },
      { name: 'SIGTERM', waitMs: limits.terminateMs, attempt: () => signalVerified(process, 'SIGTERM') },
      { name: 'SIGKILL', waitMs: limits.terminateMs, attempt: () => signalVerified(process, 'SIGKILL') },
    ],
    exited: processExit(process, signal),
    escalate,
    clock,
    log,
    onRung: ({ name, waitMs }) => onStep(`${name} (${(waitMs / 1000).toFixed(0)} s)`),
  });
}
