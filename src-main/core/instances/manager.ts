/**
 * All instances of a home: finds them at start, makes, restarts, deletes and restores them, and tells of every change.
 * What happens inside one is its supervisor's business. Calls for one instance run one after another; calls for
 * different instances do not wait for each other.
 */
import { SlipwayError } from '../../../src-shared/contract/errors.ts';
import type { SlipwayEvent } from '../../../src-shared/contract/events.ts';
import { allowedActions } from '../../../src-shared/lifecycle.ts';
import type { InstanceId } from '../../../src-shared/model/ids.ts';
import type { DiskUse, InstanceView } from '../../../src-shared/model/instance.ts';
import type { Spec } from '../../../src-shared/model/spec.ts';
import { Emitter } from '../kit/emitter.ts';
import { SerialQueue } from '../kit/serial-queue.ts';
import { brokenView } from './broken-view.ts';
import type { InstanceServices } from './services.ts';
import { watchSpace } from './space-watch.ts';
import { Supervisor } from './supervisor.ts';

type Request = Omit<Spec, 'id' | 'version' | 'createdAt'>;

export class InstanceManager {
  readonly events = new Emitter<SlipwayEvent>();
  readonly #services: InstanceServices;
  readonly #supervisors = new Map<InstanceId, Supervisor>();
  /** Directories whose Spec cannot be read: listed, so that they can be looked at and deleted. */
  readonly #broken = new Map<InstanceId, string>();
  readonly #queue = new SerialQueue();
  /** Instances that are being stopped in order to be launched again. */
  readonly #restarting = new Set<InstanceId>();
  readonly #disposal = new AbortController();

  constructor(services: InstanceServices) {
    this.#services = services;
  }

  /** Finds every instance and what has become of it. Resolves when each was looked at once. */
  async start(): Promise<void> {
    const { store, clock } = this.#services;
    await store.tidy(new Date(clock.now()));
    const stored = await store.list();
    await Promise.all(
      stored.map(async ({ id, spec }) => {
        if (spec.state !== 'ok') this.#broken.set(id, spec.state === 'broken' ? spec.error : 'spec.json is missing');
        // The directory's name is the id: one that was copied by hand is its own instance.
        else await this.#adopt({ ...spec.value, id }).discover();
      }),
    );
    const { paths, log } = this.#services;
    const guests = () =>
      [...this.#supervisors.values()].map(({ watched }) => watched).filter((guest) => guest !== null);
    void watchSpace({ directory: paths.instances, clock, log, guests }, this.#disposal.signal);
  }

  list(): InstanceView[] {
    const broken = [...this.#broken].map(([id, error]) => brokenView(id, error));
    return [...[...this.#supervisors.values()].map((supervisor) => supervisor.state.view), ...broken].sort((a, b) =>
      a.name.localeCompare(b.name, 'en', { numeric: true }),
    );
  }

  get(id: InstanceId): Supervisor {
    const supervisor = this.#supervisors.get(id);
    if (supervisor !== undefined) return supervisor;
    const error = this.#broken.get(id);
    if (error === undefined) throw this.#unknown(id);
    throw new SlipwayError('wrong_phase', `The Spec of ${id} cannot be read.`, {
      hint: `Repair ${this.#services.paths.instance(id).spec}, or delete the instance.`,
      raw: error,
    });
  }

  /** By id or by name. Two instances may share a name; then only the id will do. */
  find(name: string): InstanceId {
    if (this.#supervisors.has(name) || this.#broken.has(name)) return name;
    const named = [...this.#supervisors.values()].filter(({ state }) => state.spec.name === name);
    const [only] = named;
    if (only === undefined) throw this.#unknown(name);
    if (named.length > 1) {
      throw new SlipwayError('invalid_input', `More than one instance is named "${name}".`, {
        hint: `Use the id: ${named.map(({ state }) => state.spec.id).join(', ')}.`,
      });
    }
    return only.state.spec.id;
  }

  /** Writes the Spec and begins the launch. Throws the first finding that would stop it. */
  async create(request: Request): Promise<InstanceView> {
    const { store, clock } = this.#services;
    await this.#refuseImpossible(request);
    const spec = await store.create(request, new Date(clock.now()));
    const supervisor = this.#adopt(spec);
    await this.#queue.run(spec.id, async () => {
      await supervisor.discover();
      await supervisor.launch();
    });
    return supervisor.state.view;
  }

  async configure(id: InstanceId, request: Request): Promise<InstanceView> {
    return this.#queue.run(id, async () => {
      const supervisor = this.get(id);
      this.#demand(supervisor, 'launch', 'change');
      const spec: Spec = { version: 1, id, createdAt: supervisor.state.spec.createdAt, ...request };
      await this.#services.store.writeSpec(spec);
      supervisor.state.configure(spec);
      return supervisor.state.view;
    });
  }

  launch(id: InstanceId): Promise<InstanceView> {
    return this.#act(id, (supervisor) => supervisor.launch());
  }

  /** Not queued: a second press must reach a stop that is under way. */
  async stop(id: InstanceId): Promise<InstanceView> {
    const supervisor = this.get(id);
    // Stop means stopped, also while a restart is on its way down.
    this.#restarting.delete(id);
    await supervisor.stop();
    return supervisor.state.view;
  }

  /** Stop, restage what changed, spawn. Replies when the stop was asked for; the rest is told by events. */
  async restart(id: InstanceId): Promise<InstanceView> {
    const supervisor = this.get(id);
    this.#demand(supervisor, 'restart', 'restart');
    this.#restarting.add(id);
    await supervisor.stop();
    void this.#queue
      .run(id, async () => {
        await supervisor.whenStopped();
        if (this.#restarting.delete(id)) await supervisor.launch();
      })
      .catch((error: unknown) => this.#services.log.error('restart failed', { id, error: String(error) }));
    return supervisor.state.view;
  }

  reset(id: InstanceId): Promise<InstanceView> {
    return this.#act(id, (supervisor) => supervisor.reset());
  }

  pause(id: InstanceId): Promise<InstanceView> {
    return this.#act(id, (supervisor) => supervisor.pause());
  }

  resume(id: InstanceId): Promise<InstanceView> {
    return this.#act(id, (supervisor) => supervisor.resume());
  }

  async deletion(id: InstanceId): Promise<{ files: DiskUse[]; bytes: number }> {
    if (!this.#broken.has(id)) this.get(id);
    const files = await this.#services.store.diskUse(id);
    return { files, bytes: files.reduce((sum, file) => sum + file.bytes, 0) };
  }

  async delete(id: InstanceId): Promise<{ trash: string; expiresAt: string }> {
    return this.#queue.run(id, async () => {
      const { store, clock } = this.#services;
      if (!this.#broken.has(id)) {
        const supervisor = this.get(id);
        this.#demand(supervisor, 'delete', 'delete');
        await supervisor.dispose();
      }
      const { trash, expiresAt } = await store.trash(id, new Date(clock.now()));
      this.#supervisors.delete(id);
      this.#broken.delete(id);
      this.events.emit({ type: 'instanceRemoved', id, trash });
      return { trash, expiresAt: expiresAt.toISOString() };
    });
  }

  async restore(trash: string): Promise<InstanceView> {
    const spec = await this.#services.store.restore(trash);
    const supervisor = this.#adopt(spec);
    await supervisor.discover();
    this.events.emit({ type: 'instanceChanged', view: supervisor.state.view });
    return supervisor.state.view;
  }

  /** Lets go of every guest; they live on. */
  async dispose(): Promise<void> {
    this.#disposal.abort(new Error('Slipway is closing'));
    await Promise.all([...this.#supervisors.values()].map((supervisor) => supervisor.dispose()));
    this.#supervisors.clear();
  }

  /** What cannot be launched as it stands is refused before anything is written: nothing is left behind then. */
  async #refuseImpossible(request: Request): Promise<void> {
    const { engine } = this.#services;
    const spec: Spec = { version: 1, id: 'new', createdAt: new Date(0).toISOString(), ...request };
    const findings = await engine.validate(spec, await engine.detect(spec));
    const fatal = findings.find((finding) => finding.severity === 'error');
    if (fatal !== undefined) throw SlipwayError.from(fatal.failure);
  }

  #adopt(spec: Spec): Supervisor {
    const supervisor = new Supervisor(this.#services, spec);
    this.#supervisors.set(spec.id, supervisor);
    supervisor.state.changed.on((view) => this.events.emit({ type: 'instanceChanged', view }));
    return supervisor;
  }

  #act(id: InstanceId, action: (supervisor: Supervisor) => Promise<void>): Promise<InstanceView> {
    return this.#queue.run(id, async () => {
      const supervisor = this.get(id);
      await action(supervisor);
      return supervisor.state.view;
    });
  }

  #demand({ state: { view } }: Supervisor, action: 'launch' | 'restart' | 'delete', word: string): void {
    const { phase, paused, processLives } = view.status;
    if (allowedActions({ phase, paused: paused !== null, processLives }).has(action)) return;
    throw new SlipwayError('wrong_phase', `Cannot ${word} ${view.name}: it is ${phase}.`, {
      hint: processLives ? 'Stop it first.' : undefined,
    });
  }

  #unknown(name: string): SlipwayError {
    const names = this.list().map((view) => view.id);
    return new SlipwayError('unknown_instance', `There is no instance named "${name}".`, {
      hint: names.length === 0 ? 'There are no instances yet.' : `There are: ${names.join(', ')}.`,
    });
  }
}
