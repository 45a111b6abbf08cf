/**
 * An instance that cannot be understood: its Spec is missing, damaged or another version's, or its directory cannot be
 * read. It is listed as what it is, with its process if one lives; that one can be watched and stopped. What cannot be
 * known is refused, with the reason; what would do harm (a launch, a deletion while it lives) too.
 */
import { type Failure, SlipwayError } from '../../../src-shared/contract/errors.ts';
import { allowedActions } from '../../../src-shared/lifecycle.ts';
import type { InstanceId } from '../../../src-shared/model/ids.ts';
import type { InstanceView, Status } from '../../../src-shared/model/instance.ts';
import { Emitter } from '../kit/emitter.ts';
import { QmpClient } from '../qmp/client.ts';
import { InstanceConsoles } from './instance-consoles.ts';
import { removeLeftOvers } from './left-overs.ts';
import { findLife } from './life.ts';
import type { ManagedInstance, ManagedPorts } from './managed-instance.ts';
import type { SpecHead } from './records.ts';
import { type GuestEnd, RunningGuest } from './running-guest.ts';
import type { InstanceServices } from './services.ts';

/** A QEMU that has not greeted by then is ended by signals. */
const greetingMs = 500;
/** Its own setting cannot be read. */
const powerdownMs = 10_000;

/** Of an outcome, what its end does not tell. */
const nothingToTell = { failure: null, lastLines: [], panic: null, resetLoop: null };

export class UnreadableInstance implements ManagedInstance {
  readonly changed = new Emitter<InstanceView>();
  readonly consoles: InstanceConsoles;
  /** Nobody knows whether it may be paused. */
  readonly watched = null;
  readonly #services: InstanceServices;
  readonly #id: InstanceId;
  readonly #head: SpecHead;
  readonly #failure: Failure;
  readonly #since: string;
  #boot = 0;
  #guest: RunningGuest | null = null;
  #isStopping = false;
  #disposed = false;

  constructor(services: InstanceServices, id: InstanceId, head: SpecHead, failure: Failure) {
    this.#services = services;
    this.#id = id;
    this.#head = head;
    this.#failure = failure;
    this.#since = new Date(services.clock.now()).toISOString();
    this.consoles = new InstanceConsoles(services, services.paths.instance(id), () => 1, {
      use: () => this.#refuse('ask'),
      listen: () => () => {},
      onPower: () => {},
    });
  }

  /** A readable one would not be shown like this: it is its directory that is wrong. */
  get isSpecUnreadable(): boolean {
    return this.#failure.code !== 'file_unreadable';
  }

  /** Looks for its process, and for its last boot. Never rejects: it is shown with what can be had. */
  async discover(): Promise<void> {
    const { store, log } = this.#services;
    try {
      this.#boot = await store.lastBoot(this.#id).catch(() => 0);
      const life = await findLife(this.#services, this.#id);
      if (life !== null) {
        this.#boot = life.boot ?? this.#boot;
        this.#guest = new RunningGuest({ ...this.#services, identity: life.identity, exited: null });
        this.#watch(this.#guest);
      }
      await this.consoles.openBoot(this.#boot, { live: life !== null });
    } catch (error) {
      log.error('an instance that cannot be read could not be looked at', { id: this.#id, error: String(error) });
    }
  }

  get view(): InstanceView {
    const { name, group, guestKind, architecture, createdAt } = this.#head;
    return {
      id: this.#id,
      name: name ?? this.#id,
      guestKind: guestKind ?? 'unknown',
      origin: 'slipway',
      architecture: architecture ?? 'unknown',
      group,
      createdAt,
      diskBytes: null,
      serialPorts: 1,
      ports: [],
      status: this.#status,
    };
  }

  get spec(): never {
    throw this.#refusal('read');
  }

  readonly ports: ManagedPorts = {
    demandChange: () => {
      throw this.#refusal('change the ports of');
    },
    add: () => this.#refuse('change the ports of'),
    change: () => this.#refuse('change the ports of'),
    remove: () => this.#refuse('change the ports of'),
    probe: async () => [],
  };

  describe(): Promise<never> {
    return this.#refuse('show');
  }

  boots() {
    return this.#services.store.boots(this.#id);
  }

  diskUse() {
    return this.#services.store.diskUse(this.#id);
  }

  /** Nobody looks at more than that it is there. */
  async measureDisk(): Promise<void> {}

  logPath(...[file, boot]: Parameters<ManagedInstance['logPath']>): string {
    const files = this.#services.paths.instance(this.#id).boot(boot ?? Math.max(1, this.#boot));
    return file === 'engine' ? files.engineLog : files.serial(file).output;
  }

  sendBreak(): Promise<never> {
    return this.#refuse('send a break to');
  }

  ffxWords(): Promise<never> {
    return this.#refuse('show');
  }

  screenshot(): Promise<never> {
    return this.#refuse('take a picture of');
  }

  demand(...[action]: Parameters<ManagedInstance['demand']>): void {
    if (action !== 'delete') throw this.#refusal(action === 'configure' ? 'change' : action);
    const { phase, processLives } = this.#status;
    if (allowedActions({ phase, paused: false, processLives }).has('delete')) return;
    throw new SlipwayError('wrong_phase', `Cannot delete ${this.view.name}: it runs.`, { hint: 'Stop it first.' });
  }

  perform(...[action]: Parameters<ManagedInstance['perform']>): Promise<never> {
    return this.#refuse(action);
  }

  configure(): Promise<never> {
    return this.#refuse('change');
  }

  label(): Promise<never> {
    return this.#refuse('rename');
  }

  demandDuplicable(): void {
    throw this.#refusal('duplicate');
  }

  /** By QMP where it answers, by signals where it does not. */
  async stop(): Promise<void> {
    const guest = this.#guest;
    if (guest === null) throw new SlipwayError('wrong_phase', `Cannot stop ${this.view.name}: it does not run.`);
    const isFirst = !this.#isStopping;
    this.#isStopping = true;
    this.#tell();
    if (isFirst) await this.#attach(guest);
    guest.stop(powerdownMs).catch((error: unknown) => {
      this.#services.log.error('an instance could not be stopped', { id: this.#id, error: String(error) });
    });
  }

  async whenStopped(): Promise<void> {
    while (this.#guest !== null) {
      await new Promise<void>((resolve) => {
        const unsubscribe = this.changed.on(() => {
          unsubscribe();
          resolve();
        });
      });
    }
  }

  async dispose(): Promise<void> {
    this.#disposed = true;
    const guest = this.#guest;
    this.#guest = null;
    guest?.release();
    await this.consoles.dispose();
  }

  get #status(): Status {
    const identity = this.#guest?.identity ?? null;
    const step = this.#guest?.stopStep ?? null;
    return {
      phase: this.#isStopping ? 'stopping' : 'failed',
      crashed: false,
      paused: null,
      ready: false,
      progress: step === null ? null : { step, done: 0, total: 0, unit: 'items' },
      conditions: [],
      failure: identity === null ? this.#failure : { ...this.#failure, hint: `${runsAs(identity.pid)} ${stopFirst}` },
      panic: null,
      resetLoop: null,
      answers: true,
      lastLines: [],
      acceleration: null,
      boot: this.#boot,
      pid: identity?.pid ?? null,
      processLives: identity !== null,
      since: this.#since,
      startedAt: null,
    };
  }

  async #attach(guest: RunningGuest): Promise<void> {
    const { run } = this.#services.paths.instance(this.#id);
    try {
      const probe = await QmpClient.probe({ directory: run, name: 'qmp' }, { greetingMs });
      if (probe.state === 'greeted') await guest.attach(probe.client);
    } catch (error) {
      this.#services.log.warn('QMP does not answer', { id: this.#id, error: String(error) });
    }
  }

  #watch(guest: RunningGuest): void {
    guest.changed.on(() => this.#tell());
    guest.survived.on(() => {
      this.#isStopping = false;
      this.#tell();
    });
    guest.ended
      .then((end) => this.#onEnded(guest, end))
      .catch((error: unknown) => {
        // Let go of while it lives: there is no end to tell of.
        if (!this.#disposed) this.#services.log.error('its end was not kept', { id: this.#id, error: String(error) });
      });
  }

  async #onEnded(guest: RunningGuest, { stopRequested }: GuestEnd): Promise<void> {
    if (this.#guest !== guest) return;
    const text = stopRequested ? 'stopped' : 'ended';
    try {
      await this.consoles.endBoot(text);
      if (this.#boot > 0) await this.#writeOutcome(stopRequested ? 'stopped' : 'guest', text);
      await removeLeftOvers(this.#services.paths.instance(this.#id));
    } finally {
      this.#guest = null;
      this.#isStopping = false;
      this.#tell();
    }
  }

  #writeOutcome(how: 'stopped' | 'guest', text: string): Promise<void> {
    const { store, clock } = this.#services;
    const endedAt = new Date(clock.now()).toISOString();
    return store.writeOutcome(this.#id, this.#boot, { version: 1, endedAt, how, text, ...nothingToTell });
  }

  #tell(): void {
    this.changed.emit(this.view);
  }

  #refuse(action: string): Promise<never> {
    return Promise.reject(this.#refusal(action));
  }

  #refusal(action: string): SlipwayError {
    const { message, cause, hint, raw } = this.#status.failure ?? this.#failure;
    return new SlipwayError('wrong_phase', `Cannot ${action} ${this.view.name}. ${message}`, { cause, hint, raw });
  }
}

const runsAs = (pid: number): string => `It runs as process ${pid}.`;
const stopFirst = 'It can be stopped; start and delete wait until it does not run.';
