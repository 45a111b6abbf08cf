/**
 * What is known of one instance now, and the moves it makes. Every change a person can see goes through here, so that it
 * is told once and in one form. No processes, no sockets; the only file it writes is the outcome of a boot.
 */
import { type Failure, SlipwayError } from '../../../src-shared/contract/errors.ts';
import { type LifecycleEvent, nextPhase, type Phase } from '../../../src-shared/lifecycle.ts';
import { limits } from '../../../src-shared/limits.ts';
import type { Finding, InstanceView, Progress, Status, TimelineStep } from '../../../src-shared/model/instance.ts';
import type { Door, PortStatus } from '../../../src-shared/model/ports.ts';
import type { Spec } from '../../../src-shared/model/spec.ts';
import { Emitter } from '../kit/emitter.ts';
import type { ProcessIdentity } from '../process/identity.ts';
import { viewOf } from './instance-view.ts';
import type { LaunchRecord, OutcomeRecord } from './records.ts';
import type { InstanceServices } from './services.ts';

/** What readiness waits for, in words. */
export interface Waiting {
  readonly text: string;
  readonly hint: string;
  readonly overdue: boolean;
}

/** What belongs to one boot and is forgotten with it. */
interface BootState {
  record: LaunchRecord | null;
  timeline: readonly TimelineStep[];
  findings: readonly Finding[];
  failure: Failure | null;
  crashed: boolean;
  lastLines: readonly string[];
  progress: Progress | null;
  ports: readonly PortStatus[];
  doors: readonly Door[];
  ready: boolean;
  waiting: Waiting | null;
  /** QMP confirmed the accelerator. */
  verified: boolean;
  pausedBy: 'slipway' | 'disk-full' | null;
  paused: boolean;
  /** What is being tried to end it. */
  stopStep: string | null;
  /** When we came to it; null while no guest is attached. */
  attachedAt: number | null;
  serialBytes: number;
  panic: Status['panic'];
  resetLoop: Status['resetLoop'];
  answers: boolean;
}

const freshBoot = (): BootState => ({
  record: null,
  timeline: [],
  findings: [],
  failure: null,
  crashed: false,
  lastLines: [],
  progress: null,
  ports: [],
  doors: [],
  ready: false,
  waiting: null,
  verified: false,
  pausedBy: null,
  paused: false,
  stopStep: null,
  attachedAt: null,
  serialBytes: 0,
  panic: null,
  resetLoop: null,
  answers: true,
});

export class InstanceState {
  readonly changed = new Emitter<InstanceView>();
  readonly #services: InstanceServices;
  #spec: Spec;
  #phase: Phase = 'stopped';
  #since: number;
  #boot = 0;
  #of: BootState = freshBoot();
  #progressAt = 0;
  #diskBytes: number | null = null;
  /** The process as the last evidence had it; there can be one while no guest is attached. */
  identity: ProcessIdentity | null = null;

  constructor(services: InstanceServices, spec: Spec) {
    this.#services = services;
    this.#spec = spec;
    this.#since = services.clock.now();
  }

  get spec(): Spec {
    return this.#spec;
  }

  get phase(): Phase {
    return this.#phase;
  }

  get boot(): number {
    return this.#boot;
  }

  /** What is known of the current boot. */
  get current(): Readonly<BootState> {
    return this.#of;
  }

  get view(): InstanceView {
    const { clock } = this.#services;
    const of = this.#of;
    const acceleration = of.record?.acceleration ?? null;
    return viewOf({
      spec: this.#spec,
      diskBytes: this.#diskBytes,
      phase: this.#phase,
      since: this.#since,
      boot: this.#boot,
      pid: this.identity?.pid ?? null,
      crashed: of.crashed,
      failure: of.failure,
      panic: of.panic,
      resetLoop: of.resetLoop,
      answers: of.answers,
      lastLines: of.lastLines,
      progress: of.stopStep === null ? of.progress : { step: of.stopStep, done: 0, total: 0, unit: 'items' },
      record: of.record,
      paused: pausedAs(of),
      ready: of.ready,
      waiting: of.waiting,
      ports:
        of.ports.length > 0 ? of.ports : pendingPorts(this.#spec, of.record?.settled ?? null, of.attachedAt !== null),
      doors: of.doors,
      acceleration: acceleration === null ? null : { ...acceleration, verified: of.verified },
      serialBytes: of.attachedAt === null ? null : of.serialBytes,
      silentMs: of.attachedAt === null ? 0 : clock.now() - of.attachedAt,
    });
  }

  configure(spec: Spec): void {
    this.#spec = spec;
    this.tell();
  }

  /** Another boot: nothing of the one before is true of it. */
  beginBoot(boot: number): void {
    this.#boot = boot;
    this.#of = freshBoot();
    this.identity = null;
  }

  /** Takes in what has become known, and tells. */
  learn(news: Partial<BootState>): void {
    Object.assign(this.#of, news);
    this.tell();
  }

  /** Told at most ten times a second, and always at the end. */
  learnProgress(progress: Progress): void {
    this.#of.progress = progress;
    const now = this.#services.clock.monotonic();
    const isEnd = progress.total > 0 && progress.done >= progress.total;
    if (now - this.#progressAt < limits.progressIntervalMs && !isEnd) return;
    this.#progressAt = now;
    this.tell();
  }

  learnDiskUse(bytes: number): void {
    if (bytes === this.#diskBytes) return;
    this.#diskBytes = bytes;
    this.tell();
  }

  /** No guest is attached any more. */
  detach(): void {
    const { record, timeline, findings, failure, crashed, lastLines, panic, resetLoop } = this.#of;
    this.#of = { ...freshBoot(), record, timeline, findings, failure, crashed, lastLines, panic, resetLoop };
    this.identity = null;
  }

  /** Makes a move of the lifecycle table. One that is not in it is a mistake of ours: it is logged and not made. */
  move(event: LifecycleEvent): void {
    const next = nextPhase(this.#phase, event);
    if (next === null) {
      this.#services.log.warn('a move that is not in the table', { id: this.#spec.id, phase: this.#phase, event });
      return;
    }
    this.#enter(next);
  }

  /** Throws `wrong_phase` when the move is not legal now. */
  demand(event: LifecycleEvent, action: string): void {
    if (nextPhase(this.#phase, event) === null) throw this.wrongPhase(action);
  }

  wrongPhase(action: string, reason = `it is ${this.#phase}`): SlipwayError {
    return new SlipwayError('wrong_phase', `Cannot ${action} ${this.#spec.name}: ${reason}.`);
  }

  /** A process that is ours and not ready for us yet, found at start. */
  foundStarting(): void {
    if (this.#phase !== 'starting') this.#enter('starting');
  }

  /** Writes down how the boot ended, and shows it. */
  async recordOutcome(outcome: OutcomeRecord): Promise<void> {
    this.showOutcome(outcome);
    await this.#services.store.writeOutcome(this.#spec.id, this.#boot, outcome).catch((error: unknown) => {
      this.#services.log.error('the outcome could not be written', { id: this.#spec.id, error: String(error) });
    });
  }

  showOutcome({ failure, how, lastLines, panic, resetLoop }: OutcomeRecord): void {
    Object.assign(this.#of, { failure, crashed: how === 'crashed', lastLines, panic, resetLoop });
    // What crashed while nobody looked is still to be seen; nothing else is believed from it.
    if (this.#phase === 'stopped' && failure !== null) this.#phase = 'failed';
  }

  tell(): void {
    this.changed.emit(this.view);
  }

  /** Resolves with the next change. */
  next(): Promise<void> {
    return new Promise((resolve) => {
      const unsubscribe = this.changed.on(() => {
        unsubscribe();
        resolve();
      });
    });
  }

  #enter(phase: Phase): void {
    if (phase !== this.#phase) this.#since = this.#services.clock.now();
    this.#phase = phase;
    this.tell();
  }
}

function pausedAs({ paused, pausedBy }: BootState): Status['paused'] {
  return paused ? (pausedBy ?? 'other') : null;
}

/** What a launch would map. Of a guest that is there, and of a Fuchsia device's own ports, the last launch tells. */
function pendingPorts(
  { guest, host }: Spec,
  settled: Pick<Spec['host'], 'networking' | 'ports'> | null,
  isAttached: boolean,
): PortStatus[] {
  const last = settled !== null && (isAttached || guest.kind === 'fuchsia') ? settled : host;
  if (last.networking !== 'user') return [];
  const asked = new Map(host.ports.map((port) => [port.name, port]));
  const ofDevice = last === host || isAttached ? [] : last.ports.filter(({ name }) => !asked.has(name));
  return [...(isAttached ? last.ports : host.ports), ...ofDevice].map(
    ({ name, protocol, guest: port, host: at, bind }) => ({
      name,
      protocol,
      guest: port,
      host: at,
      bind,
      state: 'pending',
      failure: null,
    }),
  );
}
