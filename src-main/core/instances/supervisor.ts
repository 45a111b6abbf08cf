/**
 * One instance over its whole life: its phase, the launch under way, the guest that runs, and what is shown of it. All
 * moves go through the lifecycle table; all truth about a process comes from evidence.
 *
 * Must never keep a guest alive or end one by its own going: `dispose` lets go and the guest runs on.
 */
import { rm, writeFile } from 'node:fs/promises';
import { type Failure, SlipwayError, toFailure } from '../../../src-shared/contract/errors.ts';
import { type LifecycleEvent, nextPhase, type Phase } from '../../../src-shared/lifecycle.ts';
import { limits } from '../../../src-shared/limits.ts';
import type { Finding, InstanceView, Progress, TimelineStep } from '../../../src-shared/model/instance.ts';
import type { PortStatus } from '../../../src-shared/model/ports.ts';
import type { Spec } from '../../../src-shared/model/spec.ts';
import { instancePathsOf } from '../home/paths.ts';
import { Emitter } from '../kit/emitter.ts';
import { applyForwards, readForwards } from '../network/user-mode.ts';
import type { ProcessIdentity } from '../process/identity.ts';
import type { ProcessEnd } from '../process/spawn.ts';
import type { QmpClient } from '../qmp/client.ts';
import { humanMonitorCommand, queryKvm } from '../qmp/commands.ts';
import { gather } from './evidence.ts';
import { describeEnd } from './guest-end.ts';
import { InstanceConsoles } from './instance-consoles.ts';
import { viewOf } from './instance-view.ts';
import { launch } from './launcher.ts';
import { lastLinesOf, readLogTail } from './log-tail.ts';
import { becomeReady, readinessChecks } from './readiness.ts';
import type { LaunchRecord, OutcomeRecord } from './records.ts';
import { RunningGuest } from './running-guest.ts';
import type { InstanceServices } from './services.ts';
import type { WatchedGuest } from './space-watch.ts';
import { Timeline } from './timeline.ts';
import { decide } from './verdict.ts';

/** How often evidence is gathered again while there is a process we are not attached to. */
const pace = { launchingMs: 4, waitingMs: 50, elsewhereMs: 1000, brokenMs: 1000 } as const;
/** A launch is connected to within milliseconds; at the start of Slipway somebody else's client gets a moment to leave. */
const greetingMs = { launching: limits.qmpGreetingMs, found: 1500 } as const;

export class Supervisor {
  readonly changed = new Emitter<InstanceView>();
  readonly consoles: InstanceConsoles;
  readonly #services: InstanceServices;
  readonly #disposal = new AbortController();
  #spec: Spec;
  #phase: Phase = 'stopped';
  #since: number;
  #failure: Failure | null = null;
  #crashed = false;
  #lastLines: readonly string[] = [];
  #progress: Progress | null = null;
  #boot = 0;
  #record: LaunchRecord | null = null;
  #timeline: readonly TimelineStep[] = [];
  #findings: readonly Finding[] = [];
  #guest: RunningGuest | null = null;
  /** The process as the last evidence had it; there can be one while no guest is attached. */
  #identity: ProcessIdentity | null = null;
  #ports: readonly PortStatus[] = [];
  #ready = false;
  #waiting: { text: string; hint: string; overdue: boolean } | null = null;
  #pausedBy: 'slipway' | 'disk-full' | null = null;
  #verified = false;
  #launching: AbortController | null = null;
  #launchDone: Promise<void> = Promise.resolve();
  #attachedAt = 0;
  #progressAt = 0;

  constructor(services: InstanceServices, spec: Spec) {
    this.#services = services;
    this.#spec = spec;
    this.#since = services.clock.now();
    this.consoles = new InstanceConsoles(services, instancePathsOf(services.paths.instance(spec.id).directory));
  }

  // ---- what is seen ------------------------------------------------------------------------------------------------

  get spec(): Spec {
    return this.#spec;
  }

  get phase(): Phase {
    return this.#phase;
  }

  get record(): LaunchRecord | null {
    return this.#record;
  }

  get timeline(): readonly TimelineStep[] {
    return this.#timeline;
  }

  get findings(): readonly Finding[] {
    return this.#findings;
  }

  get boot(): number {
    return this.#boot;
  }

  get view(): InstanceView {
    const guest = this.#guest;
    const acceleration = this.#record?.acceleration ?? null;
    return viewOf({
      spec: this.#spec,
      phase: this.#phase,
      since: this.#since,
      crashed: this.#crashed,
      failure: this.#failure,
      lastLines: this.#lastLines,
      progress: guest?.stopStep != null ? { step: guest.stopStep, done: 0, total: 0, unit: 'items' } : this.#progress,
      boot: this.#boot,
      record: this.#record,
      pid: this.#identity?.pid ?? null,
      paused: guest?.paused ? (this.#pausedBy ?? 'other') : null,
      ready: this.#ready,
      waiting: this.#waiting,
      ports: this.#ports.length > 0 ? this.#ports : pendingPorts(this.#spec),
      acceleration: acceleration === null ? null : { ...acceleration, verified: this.#verified },
      serialBytes: guest === null ? null : this.consoles.serialBytes,
      silentMs: this.#attachedAt === 0 ? 0 : this.#services.clock.now() - this.#attachedAt,
    });
  }

  /** What the space watch needs; null while no guest is attached. */
  get watched(): WatchedGuest | null {
    const guest = this.#guest;
    if (guest === null || this.#phase !== 'running') return null;
    return {
      id: this.#spec.id,
      serialBytes: this.consoles.serialBytes,
      pausedForSpace: this.#pausedBy === 'disk-full',
      canPause: !guest.paused,
      pauseForSpace: () => this.pause('disk-full'),
      resumeFromSpace: () => this.resume(),
      boundTranscript: () => this.consoles.boundTranscript(this.#spec.runtime.transcriptMiB),
    };
  }

  // ---- finding again -----------------------------------------------------------------------------------------------

  /** Looks at what an earlier Slipway left: the first thing after construction. */
  async discover(): Promise<void> {
    const { store } = this.#services;
    const { id } = this.#spec;
    this.#boot = await store.lastBoot(id);
    await this.consoles.openBoot(this.#boot, { live: false });
    if (this.#boot === 0) return;
    const [launched, timeline, outcome] = await Promise.all([
      store.readLaunch(id, this.#boot),
      store.readTimeline(id, this.#boot),
      store.readOutcome(id, this.#boot),
    ]);
    this.#record = launched.state === 'ok' ? launched.value : null;
    if (timeline.state === 'ok') {
      this.#timeline = timeline.value.steps;
      this.#findings = timeline.value.findings;
    }
    if (outcome.state === 'ok') this.#showOutcome(outcome.value);
    const follow = this.#follow({ launching: null, exited: null });
    // Everything but "someone else holds it" and "it does not answer" is known after the first look.
    await Promise.race([follow, this.#settledOnce()]);
  }

  // ---- what a person asks for ----------------------------------------------------------------------------------------

  configure(spec: Spec): void {
    this.#spec = spec;
    this.#emit();
  }

  /** Begins a launch; returns when the phase is `staging`. The rest is told by `changed`. */
  async launch(): Promise<void> {
    this.#demand('launched', 'launch');
    if (this.#identity !== null)
      throw wrongPhase(this.#spec.name, 'launch', 'its old process still lives; stop it first');
    const boot = await this.#services.store.beginBoot(this.#spec.id, this.#spec.runtime.keepBoots);
    this.#boot = boot;
    this.#record = null;
    this.#failure = null;
    this.#crashed = false;
    this.#lastLines = [];
    this.#findings = [];
    this.#ports = [];
    this.#ready = false;
    this.#waiting = null;
    this.#verified = false;
    this.#attachedAt = 0;
    this.#launching = new AbortController();
    this.#move('launched');
    this.#launchDone = this.#runLaunch(boot, this.#launching.signal).finally(() => {
      this.#launching = null;
    });
  }

  /** Asks; called again it goes a rung further. Resolves when it was asked. */
  async stop(): Promise<void> {
    if (this.#phase === 'staging' || (this.#phase === 'starting' && this.#guest === null)) {
      this.#launching?.abort(new SlipwayError('cancelled', 'The launch was cancelled.'));
      if (this.#phase === 'staging') this.#move('stopRequested');
      return;
    }
    if (this.#phase !== 'stopping') this.#demand('stopRequested', 'stop');
    this.#guest ??= this.#strayGuest();
    if (this.#guest === null) return;
    if (this.#phase !== 'stopping') this.#move('stopRequested');
    void this.#guest.stop(this.#spec.runtime.powerdownMs);
  }

  /** Resolves when no process and no launch is left. */
  async whenStopped(): Promise<void> {
    while (this.#phase !== 'stopped' && !(this.#phase === 'failed' && this.#identity === null)) {
      await this.#settledOnce();
    }
    await this.#launchDone;
  }

  /** `disk-full` is the space watch's; what it paused it continues by itself. */
  async pause(by: 'slipway' | 'disk-full' = 'slipway'): Promise<void> {
    const guest = this.#runningGuest('pause');
    this.#pausedBy = by;
    // On a full disk the marker may not be written; then the next owner leaves the guest paused, which is safe.
    const marked = writeFile(this.#paths.pauseMarker, `${by}\n`, { mode: 0o600 });
    await (by === 'disk-full' ? marked.catch(() => undefined) : marked);
    await guest.pause();
  }

  async resume(): Promise<void> {
    await this.#runningGuest('resume').resume();
    await this.#clearPause();
    this.#emit();
  }

  async reset(): Promise<void> {
    await this.#runningGuest('reset').reset();
  }

  /** Lets go of everything; a launch that has no process yet is given up, a guest lives on. */
  async dispose(): Promise<void> {
    this.#disposal.abort(new Error('Slipway is closing'));
    if (this.#phase === 'staging') this.#launching?.abort(new SlipwayError('cancelled', 'Slipway was closed.'));
    this.#guest?.release();
    await this.#launchDone;
    await this.consoles.dispose();
  }

  // ---- launching -----------------------------------------------------------------------------------------------------

  async #runLaunch(boot: number, signal: AbortSignal): Promise<void> {
    const { clock } = this.#services;
    const timeline = new Timeline(clock);
    this.#timeline = timeline.steps;
    try {
      const { record, process } = await launch(this.#services, {
        spec: this.#spec,
        boot,
        timeline,
        signal,
        onProgress: (progress) => this.#onProgress(progress),
        onFindings: (findings) => {
          this.#findings = findings;
        },
        onStaged: () => {
          this.#progress = null;
          this.#move('staged');
        },
      });
      this.#record = record;
      this.#identity = process.identity;
      await this.consoles.openBoot(boot, { live: true });
      this.#emit();
      timeline.begin('attach');
      await this.#follow({ launching: { timeline, signal }, exited: process.exited });
    } catch (error) {
      timeline.end(signal.aborted ? 'cancelled' : 'failed', error instanceof Error ? error.message : undefined);
      await this.#launchFailed(error, signal.aborted);
    } finally {
      this.#progress = null;
      await this.#keepTimeline(boot, timeline);
    }
  }

  async #launchFailed(error: unknown, cancelled: boolean): Promise<void> {
    const failure = toFailure(error);
    const how = cancelled ? ('cancelled' as const) : ('failed' as const);
    await this.#recordOutcome({
      version: 1,
      endedAt: this.#nowText(),
      how,
      text: cancelled ? 'cancelled' : failure.message,
      failure: cancelled ? null : failure,
      lastLines: [],
    });
    this.#move(cancelled ? 'ended' : 'launchFailed');
  }

  #onProgress(progress: Progress): void {
    this.#progress = progress;
    const now = this.#services.clock.monotonic();
    const isEnd = progress.total > 0 && progress.done >= progress.total;
    if (now - this.#progressAt < limits.progressIntervalMs && !isEnd) return;
    this.#progressAt = now;
    this.#emit();
  }

  // ---- following evidence ----------------------------------------------------------------------------------------------

  /**
   * Gathers and decides until we are attached, or there is nothing to attach to. The same loop finishes a launch, finds
   * a guest again after a restart of Slipway, and gets back to one whose QMP was lost.
   */
  async #follow(context: {
    launching: { timeline: Timeline; signal: AbortSignal } | null;
    exited: Promise<ProcessEnd> | null;
  }): Promise<void> {
    const { clock, store } = this.#services;
    const { launching } = context;
    let ended: ProcessEnd | null = null;
    void context.exited?.then((end) => {
      ended = end;
    });
    while (!this.#disposal.signal.aborted) {
      if (launching?.signal.aborted) {
        await this.#endStray(context.exited);
        throw launching.signal.reason;
      }
      const outcome = this.#boot === 0 ? null : await store.readOutcome(this.#spec.id, this.#boot);
      const { evidence, identity, qmp } = await gather(this.#paths, this.#record, {
        outcomeRecorded: outcome?.state === 'ok',
        startPaused: this.#spec.runtime.debug.startPaused,
        now: clock.now(),
        greetingMs: launching === null ? greetingMs.found : greetingMs.launching,
      });
      this.#identity = identity;
      const verdict = decide(evidence);
      // Attached or not, a connection that is not kept must not lock others out.
      if (verdict.kind !== 'attach' && verdict.kind !== 'interrupted') await qmp?.end();
      switch (verdict.kind) {
        case 'stopped':
        case 'crashed':
          if (launching !== null) throw await this.#earlyEnd(ended);
          await this.#foundGone(verdict.kind, evidence.outcomeRecorded);
          return;
        case 'attach':
        case 'interrupted':
          if (identity === null || qmp === null) break;
          await this.#attach({
            identity,
            qmp,
            exited: context.exited,
            timeline: launching?.timeline ?? null,
            release: verdict.kind === 'interrupted',
            isNew: launching !== null || verdict.kind === 'interrupted',
            pausedByUs: verdict.kind === 'attach' && verdict.paused === 'slipway',
          });
          return;
        case 'wait':
          if (launching === null) this.#wait('starting');
          await clock.wait(launching === null ? pace.waitingMs : pace.launchingMs);
          break;
        case 'elsewhere':
          this.#move('heldElsewhere');
          await this.#pauseFollowing(pace.elsewhereMs);
          break;
        case 'broken':
          if (launching !== null) {
            await this.#endStray(context.exited);
            throw this.#brokenFailure(verdict.reason);
          }
          this.#failure = toFailure(this.#brokenFailure(verdict.reason));
          this.#move('engineLost');
          await this.#pauseFollowing(pace.brokenMs);
          break;
      }
    }
  }

  async #attach(context: {
    identity: ProcessIdentity;
    qmp: QmpClient;
    exited: Promise<ProcessEnd> | null;
    timeline: Timeline | null;
    /** Let a guest go that still waits at its first instruction. */
    release: boolean;
    /** Its ports are not mapped yet. */
    isNew: boolean;
    pausedByUs: boolean;
  }): Promise<void> {
    const { clock, log } = this.#services;
    const { identity, qmp, timeline } = context;
    const guest = new RunningGuest({ identity, exited: context.exited, clock, log });
    await guest.attach(qmp);
    this.#guest = guest;
    this.#identity = identity;
    this.#failure = null;
    this.#attachedAt = clock.now();
    guest.changed.on(() => this.#emit());
    guest.wasReset.on(() => this.#onReset());
    guest.qmpLost.on(() => void this.#onQmpLost(guest));
    void guest.ended.then(
      (end) => this.#onEnded(guest, end),
      () => undefined,
    );
    timeline?.end('done');
    await this.#verifyAccelerator(qmp);
    timeline?.begin('map ports');
    await this.#mapPorts(qmp, context.isNew);
    this.#pausedBy = context.pausedByUs ? await this.#readPauseMarker() : null;
    await this.consoles.openBoot(this.#boot, { live: true });
    timeline?.begin('let the guest go', context.release ? '' : 'stays paused, as asked');
    if (context.release) await guest.resume();
    timeline?.end(context.release ? 'done' : 'skipped');
    this.#move('attached');
    void this.#watchReadiness(guest, timeline);
  }

  async #verifyAccelerator(qmp: QmpClient): Promise<void> {
    const wanted = this.#record?.acceleration.accelerator;
    const { enabled } = await queryKvm(qmp);
    this.#verified = (wanted === 'kvm') === enabled;
  }

  async #mapPorts(qmp: QmpClient, isNew: boolean): Promise<void> {
    const mappings = this.#spec.host.networking === 'user' ? this.#spec.host.ports : [];
    if (mappings.length === 0) return;
    const hmp = (command: string) => humanMonitorCommand(qmp, command);
    this.#ports = isNew ? await applyForwards({ mappings, hmp }) : await readForwards({ mappings, hmp });
  }

  // ---- while it runs -----------------------------------------------------------------------------------------------------

  async #watchReadiness(guest: RunningGuest, timeline: Timeline | null): Promise<void> {
    const { clock } = this.#services;
    const boot = this.#boot;
    const over = new AbortController();
    const end = () => over.abort(new Error('over'));
    guest.ended.then(end, end);
    this.#disposal.signal.addEventListener('abort', end, { once: true });
    const overdue = setTimeout(() => {
      if (this.#waiting === null) return;
      this.#waiting = { ...this.#waiting, overdue: true };
      this.#emit();
    }, this.#spec.runtime.readinessMs);
    overdue.unref();
    try {
      timeline?.begin('first byte');
      void this.consoles.firstByte(over.signal).then(
        () => {
          timeline?.end('done');
          timeline?.begin('ready');
          this.#emit();
        },
        () => undefined,
      );
      await becomeReady(readinessChecks(this.#spec), {
        signal: over.signal,
        ports: () => this.#ports,
        waitForSerial: (pattern, signal) => this.consoles.waitFor(pattern, signal),
        wait: (ms, signal) => clock.wait(ms, signal),
        onWaiting: (text, hint) => {
          this.#waiting = { text, hint, overdue: false };
          this.#emit();
        },
        onAnswering: (name) => {
          this.#ports = this.#ports.map((port) => (port.name === name ? { ...port, state: 'answering' } : port));
        },
      });
      this.#ready = true;
      this.#waiting = null;
      timeline?.end('done');
      this.#emit();
    } catch (error) {
      if (over.signal.aborted) timeline?.end('cancelled');
      else {
        const failure = toFailure(error);
        this.#waiting = { text: failure.message, hint: failure.hint ?? '', overdue: true };
        timeline?.end('failed', failure.message);
        this.#emit();
      }
    } finally {
      clearTimeout(overdue);
      if (timeline !== null && !this.#disposal.signal.aborted) await this.#keepTimeline(boot, timeline);
    }
  }

  #onReset(): void {
    // Another boot of the same process: what was ready is not any more.
    if (this.#guest === null || this.#phase !== 'running') return;
    this.#emit();
  }

  async #onQmpLost(guest: RunningGuest): Promise<void> {
    // Mostly the first sign of the end; then `ended` follows in milliseconds and there is nothing to get back.
    const ended = await Promise.race([
      guest.ended.then(
        () => true,
        () => true,
      ),
      this.#services.clock.wait(500).then(() => false),
    ]);
    if (ended || this.#guest !== guest || guest.isStopping || this.#disposal.signal.aborted) return;
    this.#services.log.warn('QMP was lost, the process lives', { id: this.#spec.id });
    guest.release();
    this.#guest = null;
    await this.#follow({ launching: null, exited: null });
  }

  // ---- the end -------------------------------------------------------------------------------------------------------------

  async #onEnded(guest: RunningGuest, end: Awaited<RunningGuest['ended']>): Promise<void> {
    if (this.#guest !== guest || this.#disposal.signal.aborted) return;
    const outcome = describeEnd({
      end,
      socketsRemoved: await isAbsent(this.#paths.qmp),
      engineLog: await readLogTail(this.#paths.boot(this.#boot).engineLog),
      serialLines: await lastLinesOf(this.#paths.boot(this.#boot).serialOutput),
      endedAt: this.#nowText(),
    });
    this.#guest = null;
    this.#identity = null;
    this.#attachedAt = 0;
    this.#ready = false;
    this.#waiting = null;
    this.#ports = [];
    await this.#clearPause();
    await this.consoles.endBoot(outcome.text);
    await this.#recordOutcome(outcome);
    this.#move(outcome.how === 'crashed' ? 'crashed' : 'ended');
  }

  /** The process went before we could attach to it. */
  async #earlyEnd(end: ProcessEnd | null): Promise<SlipwayError> {
    const raw = (await readLogTail(this.#paths.boot(this.#boot).engineLog)).trimEnd();
    await this.consoles.endBoot('the engine ended at once');
    this.#identity = null;
    const explained = this.#services.explain(raw);
    if (explained !== null) return SlipwayError.from({ ...explained, raw });
    const how = end?.signal ? `was ended by ${end.signal}` : `ended with code ${end?.code ?? '?'}`;
    return new SlipwayError('launch_failed', `QEMU ${how} before it was up.`, {
      cause: raw === '' ? 'It said nothing.' : raw.split('\n').at(-1),
      hint: 'The Command tab has the exact command line to try by hand.',
      raw,
    });
  }

  /** An earlier Slipway's guest that is no more. */
  async #foundGone(kind: 'stopped' | 'crashed', outcomeRecorded: boolean): Promise<void> {
    this.#identity = null;
    this.#guest = null;
    await this.#clearPause();
    if (outcomeRecorded || this.#record === null) {
      this.#emit();
      return;
    }
    const files = this.#paths.boot(this.#boot);
    const outcome = describeEnd({
      end: { process: null, farewell: null, stopRequested: false },
      socketsRemoved: kind === 'stopped',
      engineLog: await readLogTail(files.engineLog),
      serialLines: await lastLinesOf(files.serialOutput),
      endedAt: this.#nowText(),
    });
    await this.#recordOutcome(outcome);
    await this.consoles.endBoot(outcome.text);
    this.#move(kind === 'crashed' ? 'crashed' : 'ended');
  }

  /** A process of ours that cannot be talked to is ended by signals alone, each after its identity was checked again. */
  async #endStray(exited: Promise<ProcessEnd> | null): Promise<void> {
    if (this.#identity === null) return;
    const { clock, log } = this.#services;
    const stray = new RunningGuest({ identity: this.#identity, exited, clock, log });
    await stray.stop(0);
    stray.release();
    this.#identity = null;
  }

  #strayGuest(): RunningGuest | null {
    if (this.#identity === null) return null;
    const { clock, log } = this.#services;
    const guest = new RunningGuest({ identity: this.#identity, exited: null, clock, log });
    guest.changed.on(() => this.#emit());
    void guest.ended.then(
      (end) => this.#onEnded(guest, end),
      () => undefined,
    );
    return guest;
  }

  #brokenFailure(reason: string): SlipwayError {
    return new SlipwayError(
      'qmp_unavailable',
      `QEMU runs as process ${this.#identity?.pid ?? '?'} but cannot be controlled.`,
      {
        cause: reason,
        hint: 'Stop it: it is ended by a signal then, after its identity was checked again.',
      },
    );
  }

  // ---- small things ------------------------------------------------------------------------------------------------------

  get #paths() {
    return this.#services.paths.instance(this.#spec.id);
  }

  #nowText(): string {
    return new Date(this.#services.clock.now()).toISOString();
  }

  #runningGuest(action: string): RunningGuest {
    if (this.#phase !== 'running' || this.#guest === null)
      throw wrongPhase(this.#spec.name, action, `it is ${this.#phase}`);
    return this.#guest;
  }

  async #readPauseMarker(): Promise<'slipway' | 'disk-full'> {
    const text = await readLogTail(this.#paths.pauseMarker);
    return text.startsWith('disk-full') ? 'disk-full' : 'slipway';
  }

  async #clearPause(): Promise<void> {
    this.#pausedBy = null;
    await rm(this.#paths.pauseMarker, { force: true });
  }

  async #recordOutcome(outcome: OutcomeRecord): Promise<void> {
    this.#showOutcome(outcome);
    await this.#services.store.writeOutcome(this.#spec.id, this.#boot, outcome).catch((error: unknown) => {
      this.#services.log.error('the outcome could not be written', { id: this.#spec.id, error: String(error) });
    });
  }

  #showOutcome(outcome: OutcomeRecord): void {
    this.#failure = outcome.failure;
    this.#crashed = outcome.how === 'crashed';
    this.#lastLines = outcome.lastLines;
    // What crashed yesterday is still to be seen today; it is not believed to be anything but stopped.
    if (this.#phase === 'stopped' && outcome.failure !== null) this.#phase = 'failed';
  }

  async #keepTimeline(boot: number, timeline: Timeline): Promise<void> {
    const record = { version: 1 as const, steps: [...timeline.steps], findings: [...this.#findings] };
    await this.#services.store.writeTimeline(this.#spec.id, boot, record).catch((error: unknown) => {
      this.#services.log.error('the timeline could not be written', { id: this.#spec.id, error: String(error) });
    });
  }

  #demand(event: LifecycleEvent, action: string): void {
    if (nextPhase(this.#phase, event) === null) throw wrongPhase(this.#spec.name, action, `it is ${this.#phase}`);
  }

  #wait(phase: 'starting'): void {
    if (this.#phase === phase) return;
    this.#phase = phase;
    this.#emit();
  }

  #move(event: LifecycleEvent): void {
    const next = nextPhase(this.#phase, event);
    if (next === null) {
      this.#services.log.warn('a move that is not in the table', { id: this.#spec.id, phase: this.#phase, event });
      return;
    }
    if (next !== this.#phase) this.#since = this.#services.clock.now();
    this.#phase = next;
    this.#emit();
  }

  async #pauseFollowing(ms: number): Promise<void> {
    await this.#services.clock.wait(ms, this.#disposal.signal).catch(() => undefined);
  }

  #settledOnce(): Promise<void> {
    return new Promise((resolve) => {
      const unsubscribe = this.changed.on(() => {
        unsubscribe();
        resolve();
      });
    });
  }

  #emit(): void {
    this.changed.emit(this.view);
  }
}

async function isAbsent(path: string): Promise<boolean> {
  const { lstat } = await import('node:fs/promises');
  return (await lstat(path).catch(() => null)) === null;
}

function pendingPorts(spec: Spec): PortStatus[] {
  if (spec.host.networking !== 'user') return [];
  return spec.host.ports.map(({ name, protocol, guest, host, bind }) => ({
    name,
    protocol,
    guest,
    host,
    bind,
    state: 'pending',
    failure: null,
  }));
}

function wrongPhase(name: string, action: string, reason: string): SlipwayError {
  return new SlipwayError('wrong_phase', `Cannot ${action} ${name}: ${reason}.`);
}
