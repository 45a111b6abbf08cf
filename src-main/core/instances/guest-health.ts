/**
 * How one attached guest fares, from our coming to its end: whether it is ready, died, keeps resetting, and whether its
 * QEMU answers. Puts what the watches see together into one state, and keeps it for the next owner.
 *
 * Must never act on the guest: it only tells.
 */
import { limits } from '../../../src-shared/limits.ts';
import type { Past } from './guest-past.ts';
import type { InstanceConsoles } from './instance-consoles.ts';
import type { InstanceState } from './instance-state.ts';
import { type Panic, PanicWatch } from './panic-watch.ts';
import { keepTimeline, type ReadinessOptions, ReadinessWatch } from './readiness-watch.ts';
import type { SeenRecord } from './records.ts';
import { ResetCount } from './reset-count.ts';
import type { GuestEnd, RunningGuest } from './running-guest.ts';
import type { InstanceServices } from './services.ts';
import { Timeline } from './timeline.ts';

export interface HealthOptions {
  /** Of the launch that this is the end of; null when the guest was found. */
  readonly timeline: Timeline | null;
  /** What is known of its past; null for a guest that has only just begun. */
  readonly past: Past | null;
}

export class GuestHealth {
  readonly #services: InstanceServices;
  readonly #state: InstanceState;
  readonly #consoles: InstanceConsoles;
  readonly #guest: RunningGuest;
  readonly #timeline: Timeline;
  readonly #ofLaunch: Timeline | null;
  readonly #panics: PanicWatch;
  readonly #resets: ResetCount;
  readonly #boot: number;
  readonly #closed = new AbortController();
  readonly #unsubscribe: (() => void)[] = [];
  #readiness: ReadinessWatch;
  /** Resets are dealt with in their order: each waits for what was said before it. */
  #turn: Promise<void> = Promise.resolve();
  #written = JSON.stringify(nothingSeen);
  /** In this round. */
  #isProven = false;
  #typedBytes: number;
  /** What was said before it got along: deaths in there are over. */
  #over: number;
  #writing: Promise<void> = Promise.resolve();
  /** Ends when the guest has outlived its past. */
  #proving = new AbortController();

  constructor(
    services: InstanceServices,
    state: InstanceState,
    consoles: InstanceConsoles,
    guest: RunningGuest,
    { timeline, past }: HealthOptions,
  ) {
    this.#services = services;
    this.#state = state;
    this.#consoles = consoles;
    this.#guest = guest;
    this.#boot = state.boot;
    this.#timeline = timeline ?? earlierTimeline(services, state.current);
    this.#ofLaunch = timeline;
    this.#typedBytes = consoles.typedBytes;
    this.#over = past?.over ?? 0;
    this.#panics = new PanicWatch(consoles, services.clock, past?.from ?? 0);
    this.#resets = new ResetCount(services.clock, past === null ? services.clock.monotonic() : null, past?.inARow);
    this.#panics.died.on((died) => this.#died(died));
    this.#panics.revived.on(() => this.#getsAlong());
    this.#unsubscribe.push(
      guest.wasReset.on(({ byGuest }) => this.#next(() => this.#wasReset(byGuest))),
      guest.panicked.on(() => this.#next(() => this.#toldByQemu())),
      state.changed.on(() => this.#keep()),
    );
    if (past !== null) state.learn({ panic: past.panic, resetLoop: past.resetLoop });
    if (past?.panic != null && past.isNews) this.#mark('panicked', past.panic.line);
    const hasDied = past !== null && (past.panic !== null || past.resetLoop !== null);
    this.#readiness = this.#watchReadiness({
      timeline,
      isReady: past?.ready ?? false,
      from: hasDied ? past.from : 0,
      ...(hasDied ? { proveMs: limits.loopRoundMs } : {}),
    });
    if (guest.hasPanicked) this.#next(() => this.#toldByQemu());
    this.#listen().catch(() => undefined);
    if (hasDied) this.#proveSoon();
  }

  /** The process is gone: what it said last, and how it went, can be what it died of. */
  async end({ farewell }: GuestEnd): Promise<void> {
    await this.#turn;
    const { reason = '' } = farewell ?? {};
    await this.#panics.judgeNow({ isConfirmed: reason === 'guest-reset' || reason === 'guest-panic' });
    if (reason === 'guest-panic') this.#toldDead();
    await this.close();
  }

  /** Stops watching; the guest lives on. Resolves when what was seen is written. */
  async close(): Promise<void> {
    this.#closed.abort(new Error('over'));
    this.#proving.abort(new Error('over'));
    for (const unsubscribe of this.#unsubscribe) unsubscribe();
    this.#panics.close();
    await this.#turn;
    await this.#readiness.close();
    await this.#writing;
  }

  #next(task: () => Promise<void>): void {
    this.#turn = this.#turn.then(task).catch((error: unknown) => {
      if (this.#closed.signal.aborted) return;
      this.#services.log.error('how a guest fares could not be told', { id: this.#id, error: String(error) });
    });
  }

  #died(panic: Panic): void {
    const before = this.#state.current.panic;
    const isKnown = before?.line === panic.line && before.offset === panic.offset;
    this.#state.learn({ panic });
    this.#guest.stopAsking('the guest died');
    if (!isKnown && this.#resets.inARow < limits.loopResets) this.#mark('panicked', panic.line);
  }

  async #toldByQemu(): Promise<void> {
    await this.#panics.judgeNow({ isConfirmed: true });
    this.#toldDead();
  }

  #toldDead(): void {
    if (this.#panics.isDead || this.#state.current.panic !== null) return;
    this.#died({ line: 'The guest told QEMU that it panicked.', offset: this.#consoles.serialBytes });
  }

  async #wasReset(byGuest: boolean): Promise<void> {
    await this.#consoles.readSerial(0, 0);
    const at = this.#consoles.serialBytes;
    if (this.#resets.isEcho(at) || this.#closed.signal.aborted) return;
    const died = await this.#panics.wasReset(byGuest);
    const { typedBytes } = this.#consoles;
    const isExcused = this.#isProven || typedBytes > this.#typedBytes;
    const row = this.#resets.count({ byGuest, died, isExcused });
    this.#isProven = false;
    this.#typedBytes = typedBytes;
    const isLoop = row >= limits.loopResets;
    const { current } = this.#state;
    if (isLoop && current.resetLoop === null) this.#mark('keeps resetting', `${row} resets in a row`);
    const wasReady = current.ready;
    this.#state.learn({
      ready: false,
      waiting: null,
      resetLoop: isLoop ? row : null,
      // By the guest's own doing it is forgotten only once it has got further than before.
      panic: byGuest ? current.panic : null,
    });
    this.#proving.abort(new Error('begun anew'));
    if (byGuest) this.#proveSoon();
    await this.#readiness.close();
    if (this.#closed.signal.aborted) return;
    this.#readiness = this.#watchReadiness({
      timeline: wasReady || isLoop ? null : this.#ofLaunch,
      from: at,
      proveMs: row > 0 ? limits.loopRoundMs : limits.firstByteMs,
    });
  }

  #watchReadiness(options: ReadinessOptions): ReadinessWatch {
    return new ReadinessWatch(this.#services, this.#state, this.#consoles, {
      ...options,
      onProven: () => {
        this.#isProven = true;
        // That it came so far is no news of one that dies there again and again; that it lasts will be.
        if (!this.#panics.isDead && this.#resets.inARow < limits.loopResets) this.#state.learn({ panic: null });
      },
    });
  }

  /** A guest that lives for longer than one that keeps dying has left that behind. */
  #proveSoon(): void {
    this.#proving = new AbortController();
    this.#services.clock.wait(limits.loopRoundMs, this.#proving.signal).then(
      () => this.#getsAlong(),
      () => undefined,
    );
  }

  #getsAlong(): void {
    this.#resets.forgive();
    this.#over = this.#consoles.serialBytes;
    const panic = this.#panics.isDead ? this.#state.current.panic : null;
    this.#state.learn({ panic, resetLoop: null });
  }

  /** Whether QEMU is there at all is asked now and then; a hung one says nothing by itself. */
  async #listen(): Promise<void> {
    const { clock } = this.#services;
    for (;;) {
      const { answers } = this.#state.current;
      await clock.wait(answers ? limits.heartbeatMs : limits.heartbeatAnswerMs, this.#closed.signal);
      const now = await this.#guest.answers(limits.heartbeatAnswerMs);
      this.#closed.signal.throwIfAborted();
      if (now !== this.#state.current.answers) this.#state.learn({ answers: now });
    }
  }

  #mark(name: string, note: string): void {
    this.#timeline.mark(name, note);
    this.#state.learn({ timeline: this.#timeline.steps });
    this.#write(() => keepTimeline(this.#services, this.#state, this.#boot, this.#timeline));
  }

  #keep(): void {
    const { ready, panic, resetLoop } = this.#state.current;
    const seen: SeenRecord = { version: 1, ready, panic, resetLoop, over: this.#over };
    // The count alone goes up several times a second.
    const text = JSON.stringify({ ...seen, resetLoop: resetLoop !== null });
    if (text === this.#written) return;
    this.#written = text;
    this.#write(() => this.#services.store.writeSeen(this.#id, this.#boot, seen));
  }

  #write(task: () => Promise<void>): void {
    this.#writing = this.#writing.then(task).catch((error: unknown) => {
      this.#services.log.error('what was seen of a guest could not be written', { id: this.#id, error: String(error) });
    });
  }

  get #id(): string {
    return this.#state.spec.id;
  }
}

const nothingSeen = { version: 1, ready: false, panic: null, resetLoop: false, over: 0 };

/** Of a launch that another owner saw: its steps, and when it began. */
function earlierTimeline({ clock }: InstanceServices, { timeline, record }: InstanceState['current']): Timeline {
  const msAgo = record === null ? 0 : clock.now() - Date.parse(record.startedAt);
  return new Timeline(clock, { steps: timeline, msAgo });
}
