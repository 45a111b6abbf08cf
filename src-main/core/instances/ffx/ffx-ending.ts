/**
 * Ends an emulator that ffx started: QMP first, which lets QEMU close its images, then signals to what is still it. ffx's
 * own stop kills at once; here that comes last.
 */
import { limits } from '../../../../src-shared/limits.ts';
import type { Clock } from '../../kit/clock.ts';
import { Emitter } from '../../kit/emitter.ts';
import type { Log } from '../../kit/log.ts';
import type { ForeignProcess } from '../../process/identity.ts';
import { runLadder } from '../../process/ladder.ts';
import { processExit, signalVerified } from '../../process/signal.ts';

export interface FfxEndingOptions {
  /** Throws when somebody else holds QMP; then the next way is tried at once. */
  readonly quit: () => Promise<void>;
  readonly onStep: () => void;
  readonly clock: Clock;
  readonly log: Log;
  /** Aborted: nobody waits for the end any more. */
  readonly signal: AbortSignal;
}

export class FfxEnding {
  readonly #options: FfxEndingOptions;
  readonly #escalate = new Emitter<string>();
  #ending = false;
  #step: string | null = null;
  #endedPid: number | null = null;

  constructor(options: FfxEndingOptions) {
    this.#options = options;
  }

  get isEnding(): boolean {
    return this.#ending;
  }

  /** What is being tried. */
  get step(): string | null {
    return this.#step;
  }

  /** The process that ffx has down as running is one that was ended here. */
  hasEnded(pid: number): boolean {
    return pid === this.#endedPid;
  }

  /** Called again while it tries, it goes a rung further. Resolves when the process is gone or nothing helped. */
  async end(process: ForeignProcess): Promise<void> {
    if (this.#ending) {
      this.#escalate.emit('a second press');
      return;
    }
    this.#ending = true;
    const { quit, clock, log, signal, onStep } = this.#options;
    const result = await runLadder({
      rungs: [
        { name: 'asking the emulator to quit', waitMs: limits.quitMs, attempt: quit },
        { name: 'SIGTERM', waitMs: limits.terminateMs, attempt: () => signalVerified(process, 'SIGTERM') },
        { name: 'SIGKILL', waitMs: limits.terminateMs, attempt: () => signalVerified(process, 'SIGKILL') },
      ],
      exited: processExit(process, signal),
      escalate: this.#escalate,
      clock,
      log,
      onRung: ({ name, waitMs }) => {
        this.#step = `${name} (${(waitMs / 1000).toFixed(0)} s)`;
        onStep();
      },
    });
    this.#ending = false;
    this.#step = null;
    if (result.exited) this.#endedPid = process.pid;
    else if (!signal.aborted) log.error('the emulator survived every way to end it', { pid: process.pid });
  }
}
