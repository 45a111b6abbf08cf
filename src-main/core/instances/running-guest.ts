/**
 * One QEMU that answers: from the moment we are attached to it to its end. Owns the QMP connection, what QEMU told over
 * it, and the ways to end it. Must never outlive its process and never signal one it did not just identify.
 */
import { SlipwayError } from '../../../src-shared/contract/errors.ts';
import { limits } from '../../../src-shared/limits.ts';
import type { Clock } from '../kit/clock.ts';
import { Emitter } from '../kit/emitter.ts';
import type { Log } from '../kit/log.ts';
import { unawaited } from '../kit/unawaited.ts';
import type { ProcessIdentity } from '../process/identity.ts';
import { type LadderResult, type LadderRung, runLadder } from '../process/ladder.ts';
import { processExit, signalVerified } from '../process/signal.ts';
import type { ProcessEnd } from '../process/spawn.ts';
import type { QmpClient } from '../qmp/client.ts';
import { cont, queryStatus, quit, stop, systemPowerdown, systemReset } from '../qmp/commands.ts';
import type { QmpEvent } from '../qmp/messages.ts';

/** What QEMU said of its end before it was gone. */
export interface Farewell {
  /** `guest-shutdown`, `guest-reset`, `host-signal`, `host-qmp-quit`, … as QEMU's ShutdownCause. */
  readonly reason: string;
  readonly guest: boolean;
}

export interface GuestEnd {
  /** How the process ended, where we are its parent and can know. */
  readonly process: ProcessEnd | null;
  readonly farewell: Farewell | null;
  readonly stopRequested: boolean;
}

export interface RunningGuestOptions {
  readonly identity: ProcessIdentity;
  /** Settles when our child ends; null for a process we found. */
  readonly exited: Promise<ProcessEnd> | null;
  readonly clock: Clock;
  readonly log: Log;
  /** For tests of a process that no signal ends. */
  readonly signal?: typeof signalVerified;
}

const askingGuest = 'asking the guest to power down';

export class RunningGuest {
  /** Something that a person can see has changed. */
  readonly changed = new Emitter<void>();
  /** The process lives and QMP does not answer any more. */
  readonly qmpLost = new Emitter<void>();
  /** The machine began anew, by whoever's doing. */
  readonly wasReset = new Emitter<{ readonly byGuest: boolean }>();
  /** Everything QEMU tells by itself. */
  readonly told = new Emitter<QmpEvent>();
  /** The guest told QEMU that it died (a pvpanic device). */
  readonly panicked = new Emitter<void>();
  /** Every way to end it was tried, and it lives. */
  readonly survived = new Emitter<LadderResult>();
  readonly identity: ProcessIdentity;
  readonly ended: Promise<GuestEnd>;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #signal: typeof signalVerified;
  readonly #watching = new AbortController();
  readonly #escalate = new Emitter<string>();
  #qmp: QmpClient | null = null;
  #farewell: Farewell | null = null;
  #paused = false;
  #stopping: Promise<void> | null = null;
  #stopRequested = false;
  #stopStep: string | null = null;
  #isGone = false;
  #hasPanicked = false;

  constructor(options: RunningGuestOptions) {
    this.identity = options.identity;
    this.#clock = options.clock;
    this.#signal = options.signal ?? signalVerified;
    this.#log = options.log;
    const gone = options.exited ?? processExit(options.identity, this.#watching.signal).then(() => null);
    this.ended = gone.then((process) => {
      this.#isGone = true;
      this.#hangUp();
      return { process, farewell: this.#farewell, stopRequested: this.#stopRequested };
    });
    // Letting go of a guest aborts the watch; nobody waits for that end any more.
    this.ended.catch(() => undefined);
  }

  get paused(): boolean {
    return this.#paused;
  }

  /** What is being tried to end the guest, or null. */
  get stopStep(): string | null {
    return this.#stopStep;
  }

  get isStopping(): boolean {
    return this.#stopping !== null;
  }

  /** Takes the connection over: events missed before now are gone, so the state is asked for. */
  async attach(qmp: QmpClient): Promise<void> {
    this.#qmp = qmp;
    qmp.events.on((event) => this.#onEvent(event));
    unawaited(
      qmp.closed.then(() => this.#onQmpClosed(qmp)),
      'the end of QMP could not be told',
      this.#log,
    );
    const { running, status } = await queryStatus(qmp);
    this.#paused = !running;
    this.#hasPanicked = status === 'guest-panicked';
  }

  /** QEMU said that it panicked, now or before we came. */
  get hasPanicked(): boolean {
    return this.#hasPanicked;
  }

  /** Whether QEMU answers. A connection that is lost is told otherwise. */
  async answers(timeoutMs: number): Promise<boolean> {
    try {
      await queryStatus(this.qmp, { timeoutMs });
      return true;
    } catch (error) {
      return !(error instanceof SlipwayError && error.code === 'timed_out');
    }
  }

  /** It turned out that nobody is there to hear the power button. */
  stopAsking(reason: string): void {
    if (this.#stopStep?.startsWith(askingGuest)) this.#escalate.emit(reason);
  }

  /** The connection, or a failure that says why there is none. */
  get qmp(): QmpClient {
    if (this.#qmp === null) {
      throw new SlipwayError('qmp_unavailable', 'QEMU does not answer at the moment.', {
        cause: 'Its QMP socket is closed or someone else holds it, while its process lives.',
        hint: 'Wait a moment, or stop it.',
      });
    }
    return this.#qmp;
  }

  async pause(): Promise<void> {
    await stop(this.qmp);
    this.#setPaused(true);
  }

  async resume(): Promise<void> {
    await cont(this.qmp);
    this.#setPaused(false);
  }

  async reset(): Promise<void> {
    await systemReset(this.qmp);
  }

  /**
   * Climbs the stop ladder: guest, QEMU, SIGTERM, SIGKILL. Called again while it climbs it goes to the next rung at
   * once. Resolves when the process is gone or nothing helped.
   */
  stop(powerdownMs: number): Promise<void> {
    if (this.#stopping !== null) {
      this.#escalate.emit('a second press');
      return this.#stopping;
    }
    this.#stopRequested = true;
    this.#stopping = runLadder({
      rungs: this.#rungs(powerdownMs),
      exited: this.ended,
      escalate: this.#escalate,
      clock: this.#clock,
      log: this.#log,
      onRung: ({ name, waitMs }) => {
        this.#stopStep = `${name} (${(waitMs / 1000).toFixed(0)} s)`;
        this.changed.emit();
      },
    }).then((result) => {
      // Nothing more can be done now; another press begins anew.
      this.#stopping = null;
      this.#stopStep = null;
      if (result.exited) return;
      this.#log.error('the process survived every way to end it', { pid: this.identity.pid });
      this.survived.emit(result);
    });
    return this.#stopping;
  }

  /** Lets go without touching the guest. */
  release(): void {
    this.#watching.abort(new Error('let go'));
    this.#hangUp();
    this.#qmp = null;
  }

  #hangUp(): void {
    if (this.#qmp !== null) unawaited(this.#qmp.end(), 'QMP could not be left', this.#log);
  }

  #rungs(powerdownMs: number): LadderRung[] {
    const rungs: LadderRung[] = [
      { name: 'asking QEMU to quit', waitMs: limits.quitMs, attempt: () => quit(this.qmp) },
      { name: 'SIGTERM', waitMs: limits.terminateMs, attempt: () => this.#signal(this.identity, 'SIGTERM') },
      { name: 'SIGKILL', waitMs: limits.terminateMs, attempt: () => this.#signal(this.identity, 'SIGKILL') },
    ];
    // A guest that stands still cannot hear the power button.
    if (this.#paused || powerdownMs === 0) return rungs;
    return [{ name: askingGuest, waitMs: powerdownMs, attempt: () => systemPowerdown(this.qmp) }, ...rungs];
  }

  #setPaused(paused: boolean): void {
    if (this.#paused === paused) return;
    this.#paused = paused;
    this.changed.emit();
  }

  #onEvent(event: QmpEvent): void {
    this.told.emit(event);
    switch (event.event) {
      case 'STOP':
        this.#setPaused(true);
        return;
      case 'RESUME':
        this.#setPaused(false);
        return;
      case 'RESET':
        this.wasReset.emit({ byGuest: event.data.guest === true });
        return;
      case 'GUEST_PANICKED':
        this.#hasPanicked = true;
        this.panicked.emit();
        return;
      case 'SHUTDOWN':
        this.#farewell = { reason: String(event.data.reason ?? 'unknown'), guest: event.data.guest === true };
        return;
      default:
        return;
    }
  }

  #onQmpClosed(qmp: QmpClient): void {
    if (this.#qmp !== qmp) return;
    this.#qmp = null;
    if (!this.#isGone && !this.#watching.signal.aborted) this.qmpLost.emit();
  }
}
