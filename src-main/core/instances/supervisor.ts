/**
 * One instance over its whole life, as people act on it: launch, stop, pause, reset, and what is shown of it. Its state
 * is in InstanceState, its process is found and watched by GuestWatch; this is where they are put to use.
 *
 * Must never keep a guest alive or end one by its own going: `dispose` lets go and the guest runs on.
 */
import { SlipwayError, toFailure } from '../../../src-shared/contract/errors.ts';
import { type Action, allowedActions } from '../../../src-shared/lifecycle.ts';
import { type ConsoleName, isSerial, type LogFile, serialNamesOf } from '../../../src-shared/model/console.ts';
import {
  type Boot,
  type DiskUse,
  type InstanceDetails,
  type InstanceView,
  isDead,
} from '../../../src-shared/model/instance.ts';
import type { Spec } from '../../../src-shared/model/spec.ts';
import { serialChardev } from '../engines/qemu-based/sections/serial-ports.ts';
import type { Emitter } from '../kit/emitter.ts';
import { SingleFlight } from '../kit/single-flight.ts';
import { unawaited } from '../kit/unawaited.ts';
import type { QmpExecutor } from '../qmp/client.ts';
import { sendBreak } from '../qmp/commands.ts';
import type { QmpEvent } from '../qmp/messages.ts';
import { findDoors } from './doors.ts';
import { type FfxWords, ffxWordsOf } from './ffx-words.ts';
import { GuestWatch } from './guest-watch.ts';
import { InstanceConsoles } from './instance-consoles.ts';
import { describeInstance } from './instance-details.ts';
import { InstancePorts } from './instance-ports.ts';
import { InstanceState } from './instance-state.ts';
import { serialPortsOf } from './instance-view.ts';
import { launch } from './launcher.ts';
import type { InstanceLabel, InstanceRequest, ManagedInstance } from './managed-instance.ts';
import { findRemains } from './remains.ts';
import type { RunningGuest } from './running-guest.ts';
import { takeScreenshot } from './screenshot.ts';
import { completeFor, type InstanceServices } from './services.ts';
import type { WatchedGuest } from './space-watch.ts';
import { Timeline } from './timeline.ts';

/** How long `discover` waits for a guest to answer, and to prove that it is ready. */
const discoverMs = 400;

/** In ffx's words, with the line that does it. */
const debuggerNote = (pid: number): string =>
  `The emulator waits for a debugger. Attach to process ${pid} to continue: gdb -p ${pid}`;

export class Supervisor implements ManagedInstance {
  readonly consoles: InstanceConsoles;
  readonly ports: InstancePorts;
  readonly state: InstanceState;
  readonly #services: InstanceServices;
  readonly #watch: GuestWatch;
  readonly #doors = new SingleFlight<void>();
  #launching: AbortController | null = null;
  #launched: Promise<void> = Promise.resolve();
  #known: Promise<void> = Promise.resolve();

  constructor(services: InstanceServices, spec: Spec) {
    this.#services = services;
    this.state = new InstanceState(services, spec);
    const control = {
      use: async <T>(ask: (qmp: QmpExecutor) => Promise<T>) => ask((await this.#controlled()).qmp),
      listen: (listener: (event: QmpEvent) => void) => this.#watch.told.on(listener),
      onPower: () => this.#lookForDoors(),
    };
    this.consoles = new InstanceConsoles(
      services,
      services.paths.instance(spec.id),
      () => serialPortsOf(this.spec),
      control,
    );
    this.#watch = new GuestWatch(services, this.state, this.consoles);
    this.ports = new InstancePorts(services, this.state, () => this.#watch.guest);
  }

  get view(): InstanceView {
    return this.state.view;
  }

  get spec(): Spec {
    return this.state.spec;
  }

  get changed(): Emitter<InstanceView> {
    return this.state.changed;
  }

  get watched(): WatchedGuest | null {
    const { state, consoles } = this;
    const { guest } = this.#watch;
    if (guest === null || state.phase !== 'running') return null;
    return {
      id: state.spec.id,
      serialBytes: consoles.allSerialBytes,
      pausedForSpace: state.current.pausedBy === 'disk-full',
      canPause: !guest.paused,
      pauseForSpace: () => this.pause('disk-full'),
      resumeFromSpace: () => this.resume(),
      boundTranscript: () => consoles.boundTranscript(state.spec.runtime.transcriptMiB),
    };
  }

  /**
   * Looks at what an earlier Slipway left. Resolves when it is known, or when it has to be waited for; never takes longer
   * than `discoverMs` beyond reading what is written. Rejects when that cannot be read.
   */
  async discover(): Promise<void> {
    const { state } = this;
    const found = await findRemains(this.#services, state.spec.id);
    state.beginBoot(found.boot);
    await this.consoles.openBoot(found.boot, { live: false });
    if (found.boot === 0 && found.identity === null) return;
    if (found.outcome !== null) state.showOutcome(found.outcome);
    state.identity = found.identity;
    state.learn({ record: found.record });
    // It ended in front of somebody, and nothing was left: there is nobody to look for.
    if (!found.isOver) await this.#find();
  }

  async #find(): Promise<void> {
    const { state } = this;
    const over = new AbortController();
    const late = this.#services.clock.wait(discoverMs, over.signal).catch(() => undefined);
    const known = this.#watch.follow({ launching: null, exited: null });
    known.catch((error: unknown) =>
      this.#services.log.error('an instance could not be followed', { id: state.spec.id, error: String(error) }),
    );
    this.#known = known.catch(() => undefined);
    const told = Promise.race([known, state.next()]);
    try {
      // "Someone else holds it" and "it does not answer yet" are told as changes, and may last.
      await Promise.race([told, late]);
      // What lives is never shown as stopped, however long it takes to answer.
      if (state.phase === 'stopped' && state.identity !== null) state.foundStarting();
      await this.#readySoon(late);
    } finally {
      over.abort();
    }
  }

  /** A guest that was ready before we looked is ready a moment after; nobody should see it as anything else. */
  async #readySoon(over: Promise<void>): Promise<void> {
    let waiting = true;
    const late = over.then(() => {
      waiting = false;
    });
    while (waiting && this.state.phase === 'running' && !this.state.current.ready)
      await Promise.race([late, this.state.next()]);
  }

  /** Begins a launch; returns when the phase is `staging`. */
  async launch(): Promise<void> {
    const { state } = this;
    state.demand('launched', 'launch');
    if (state.identity !== null) throw state.wrongPhase('launch', 'its old process still lives; stop it first');
    await this.#services.store.demandSpec(state.spec);
    const boot = await this.#services.store.beginBoot(state.spec.id, state.spec.runtime.keepBoots);
    state.beginBoot(boot);
    const launching = new AbortController();
    this.#launching = launching;
    state.move('launched');
    this.#launched = this.#runLaunch(boot, launching.signal).finally(() => {
      this.#launching = null;
    });
  }

  async stop(): Promise<void> {
    const { state } = this;
    if (this.#launching !== null && this.#watch.guest === null) {
      this.#launching.abort(new SlipwayError('cancelled', 'The launch was cancelled.'));
      if (state.phase === 'staging' || state.phase === 'starting') state.move('stopRequested');
      return;
    }
    if (state.phase !== 'stopping') state.demand('stopRequested', 'stop');
    const guest = this.#watch.guest ?? this.#watch.stray();
    // It has ended this moment, and what is left is to write that down.
    if (guest === null) return;
    if (state.phase !== 'stopping') state.move('stopRequested');
    // Nobody is there to hear the power button of a dead guest, or to press that of a QEMU that does not answer.
    const hears = state.current.answers && !isDead(state.current);
    const stopped = guest.stop(hears ? state.spec.runtime.powerdownMs : 0);
    unawaited(stopped, 'a guest could not be stopped', this.#services.log);
  }

  async whenKnown(): Promise<void> {
    let known = false;
    const over = this.#known.then(() => {
      known = true;
    });
    await Promise.resolve();
    while (!known && (this.state.phase === 'stopped' || this.state.phase === 'starting'))
      await Promise.race([over, this.state.next()]);
  }

  async whenStopped(): Promise<void> {
    const { state } = this;
    const isOver = () => state.phase === 'stopped' || (state.phase === 'failed' && state.identity === null);
    while (!isOver()) await state.next();
    await this.#launched;
  }

  /** `disk-full` is the space watch's: what it paused it continues by itself. */
  async pause(by: 'slipway' | 'disk-full' = 'slipway'): Promise<void> {
    const guest = this.#runningGuest('pause');
    await this.#watch.markPaused(by);
    await guest.pause();
  }

  async resume(): Promise<void> {
    await this.#runningGuest('resume').resume();
    await this.#watch.clearPause();
  }

  async reset(): Promise<void> {
    await this.#runningGuest('reset').reset();
  }

  async describe(): Promise<InstanceDetails> {
    await this.#learnTimeline();
    await this.#doors.run('doors', () => this.#findDoors());
    return describeInstance(this.#services, this.state);
  }

  /** How an earlier Slipway's launch went is read when somebody wants to know. */
  async #learnTimeline(): Promise<void> {
    const { spec, boot, current } = this.state;
    if (boot === 0 || current.record === null || current.timeline.length > 0) return;
    const read = await this.#services.store.readTimeline(spec.id, boot);
    if (read.state !== 'ok' || this.state.boot !== boot || this.state.current.timeline.length > 0) return;
    const { steps, findings } = read.value;
    this.state.learn({ timeline: steps, findings: findings.length === 0 ? this.state.current.findings : findings });
  }

  ffxWords(): Promise<FfxWords> {
    return ffxWordsOf(this.#services, this.state);
  }

  boots(): Promise<Boot[]> {
    return this.#services.store.boots(this.spec.id);
  }

  diskUse(): Promise<DiskUse[]> {
    return this.#services.store.diskUse(this.spec.id);
  }

  async measureDisk(): Promise<void> {
    const files = await this.diskUse();
    this.state.learnDiskUse(files.reduce((sum, { bytes }) => sum + bytes, 0));
  }

  logPath(file: LogFile, boot: number | null): string {
    const files = this.#services.paths.instance(this.spec.id).boot(boot ?? this.state.boot);
    return file === 'engine' ? files.engineLog : files.serial(file).output;
  }

  async sendBreak(console: ConsoleName): Promise<void> {
    const { qmp } = this.#runningGuest('send a break to');
    if (!isSerial(console) || !serialNamesOf(serialPortsOf(this.spec)).includes(console))
      throw new SlipwayError('unknown_console', `${this.view.name} has no serial line "${console}" for a break.`);
    await sendBreak(qmp, serialChardev(console));
  }

  demand(action: Exclude<Action, 'stop'> | 'configure'): void {
    const { phase, paused, processLives } = this.view.status;
    const allowed = allowedActions({ phase, paused: paused !== null, processLives });
    if (allowed.has(action === 'configure' ? 'launch' : action)) return;
    const word = action === 'configure' ? 'change' : action;
    throw new SlipwayError('wrong_phase', `Cannot ${word} ${this.view.name}: it is ${phase}.`, {
      hint: processLives ? 'Stop it first.' : undefined,
    });
  }

  perform(action: 'launch' | 'reset' | 'pause' | 'resume'): Promise<void> {
    return this[action]();
  }

  async configure(request: InstanceRequest): Promise<void> {
    this.demand('configure');
    const { id, createdAt } = this.spec;
    const spec: Spec = { version: 1, id, createdAt, ...request };
    await this.#services.store.writeSpec(spec);
    this.state.configure(spec);
  }

  async label({ name, group, notes }: InstanceLabel): Promise<void> {
    const { spec } = this;
    const next = { ...spec, name: name ?? spec.name, group: group ?? spec.group, notes: notes ?? spec.notes };
    await this.#services.store.writeSpec(next);
    this.state.configure(next);
  }

  /** Anything of our own may be. */
  demandDuplicable(): void {}

  /** The first display as PNG. Throws `wrong_phase` where nothing runs, `qmp_error` where there is no display. */
  async screenshot(): Promise<Uint8Array> {
    const { qmp } = this.#runningGuest('take a picture of');
    const { record } = this.state.current;
    const directory = this.#services.paths.instance(this.state.spec.id).run;
    return takeScreenshot(qmp, { directory, engineVersion: record?.engineVersion ?? '' });
  }

  /** A launch that has no process yet is given up. */
  async dispose(): Promise<void> {
    if (this.state.phase === 'staging') this.#launching?.abort(new SlipwayError('cancelled', 'Slipway was closed.'));
    await this.#watch.dispose();
    await this.#launched;
    await this.consoles.dispose();
  }

  async #runLaunch(boot: number, signal: AbortSignal): Promise<void> {
    const { state } = this;
    const timeline = new Timeline(this.#services.clock);
    state.learn({ timeline: timeline.steps });
    try {
      const { record, process } = await launch(this.#services, {
        spec: state.spec,
        boot,
        timeline,
        signal,
        onProgress: (progress) => state.learnProgress(progress),
        onFindings: (findings) => state.learn({ findings }),
        onStaged: () => {
          state.learn({ progress: null });
          state.move('staged');
        },
      });
      state.identity = process.identity;
      state.learn({ record });
      await this.consoles.openBoot(boot, { live: true });
      timeline.begin('attach', record.settled?.awaitsDebugger === true ? debuggerNote(process.pid) : '');
      await this.#watch.follow({ launching: { timeline, signal }, exited: process.exited });
    } catch (error) {
      timeline.end(signal.aborted ? 'cancelled' : 'failed', error instanceof Error ? error.message : undefined);
      await this.#launchFailed(error, signal.aborted);
      const record = { version: 1 as const, steps: [...timeline.steps], findings: [...state.current.findings] };
      await this.#services.store.writeTimeline(state.spec.id, boot, record).catch(() => undefined);
    }
  }

  async #launchFailed(error: unknown, cancelled: boolean): Promise<void> {
    const failure = await completeFor(this.#services, toFailure(error), this.state.spec);
    this.state.learn({ progress: null });
    await this.state.recordOutcome({
      version: 1,
      endedAt: new Date(this.#services.clock.now()).toISOString(),
      how: cancelled ? 'cancelled' : 'failed',
      text: cancelled ? 'cancelled' : failure.message,
      failure: cancelled ? null : failure,
      lastLines: [],
      panic: null,
      resetLoop: null,
    });
    this.state.move(cancelled ? 'ended' : 'launchFailed');
  }

  #lookForDoors(): void {
    this.#doors
      .run('doors', () => this.#findDoors())
      // What was running may have looked before the door was there.
      .then(() => this.#doors.run('doors', () => this.#findDoors()))
      .catch((error: unknown) => this.#services.log.warn('its doors are not known', { error: String(error) }));
  }

  /** Whoever looks has them read anew: QEMU does not tell of them. */
  async #findDoors(): Promise<void> {
    const { guest } = this.#watch;
    if (guest === null || this.state.phase !== 'running') return;
    // A QEMU that does not answer tells of none; what is shown of it otherwise is none the worse.
    const look = async () => findDoors(guest.qmp, guest.identity.pid, this.state.current.ports);
    const doors = await look().catch(() => null);
    if (doors === null || this.#watch.guest !== guest) return;
    if (JSON.stringify(doors) !== JSON.stringify(this.state.current.doors)) this.state.learn({ doors });
  }

  /** For who asks it something as soon as it can be asked. */
  async #controlled(): Promise<RunningGuest> {
    while (this.#watch.guest === null && this.state.phase === 'starting') await this.state.next();
    const { guest } = this.#watch;
    if (guest === null) throw this.state.wrongPhase('ask');
    return guest;
  }

  #runningGuest(action: string): RunningGuest {
    const { guest } = this.#watch;
    if (this.state.phase !== 'running' || guest === null) throw this.state.wrongPhase(action);
    return guest;
  }
}
