/**
 * All instances of a home: finds them at start, makes, restarts, deletes and restores them, and tells of every change.
 * What happens inside one is its supervisor's business. Calls for one instance run one after another; calls for
 * different instances do not wait for each other.
 */
import { SlipwayError } from '../../../src-shared/contract/errors.ts';
import type { SlipwayEvent } from '../../../src-shared/contract/events.ts';
import type { InstanceId } from '../../../src-shared/model/ids.ts';
import type { DiskUse, Finding, InstanceView } from '../../../src-shared/model/instance.ts';
import type { Spec } from '../../../src-shared/model/spec.ts';
import { Emitter } from '../kit/emitter.ts';
import { SerialQueue } from '../kit/serial-queue.ts';
import { unawaited } from '../kit/unawaited.ts';
import { brokenView } from './broken-view.ts';
import { DiskWatch } from './disk-watch.ts';
import type {
  AdoptedInstances,
  InstanceLabel,
  InstanceRequest,
  ManagedInstance,
  ManagedPorts,
} from './managed-instance.ts';
import { requestToKeep, requestToLaunch, sharedByDuplicates, specOf } from './new-instance.ts';
import { completeFor, type InstanceServices } from './services.ts';
import { watchSpace } from './space-watch.ts';
import { Supervisor } from './supervisor.ts';

export class InstanceManager {
  readonly events = new Emitter<SlipwayEvent>();
  readonly #services: InstanceServices;
  readonly #adopted: AdoptedInstances | null;
  readonly #instances = new Map<InstanceId, ManagedInstance>();
  /** Directories whose Spec cannot be read: listed, so that they can be looked at and deleted. */
  readonly #broken = new Map<InstanceId, string>();
  readonly #queue = new SerialQueue();
  /** Instances that are being stopped in order to be launched again. */
  readonly #restarting = new Set<InstanceId>();
  readonly #disposal = new AbortController();
  readonly #diskWatch: DiskWatch;

  /** @param adopted instances that others made, listed beside the home's own. */
  constructor(services: InstanceServices, adopted: AdoptedInstances | null = null) {
    this.#services = { ...services, instanceOf: (pid) => this.instanceOf(pid) };
    this.#adopted = adopted;
    this.#diskWatch = new DiskWatch({
      ...services,
      instance: (id) => this.#instances.get(id),
      running: () => [...this.#instances].filter(([, { watched }]) => watched !== null).map(([id]) => id),
    });
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
    const guests = () => [...this.#instances.values()].map(({ watched }) => watched).filter((guest) => guest !== null);
    await this.#adopted?.start({
      has: (id) => this.#instances.has(id) || this.#broken.has(id),
      add: (id, instance) => {
        this.#list(id, instance);
        this.events.emit({ type: 'instanceChanged', view: instance.view });
      },
      remove: (id) => {
        this.#instances.delete(id);
        this.events.emit({ type: 'instanceRemoved', id, trash: '' });
      },
    });
    const { signal } = this.#disposal;
    unawaited(watchSpace({ directory: paths.instances, clock, log, guests }, signal), 'free space is not watched', log);
    for (const [id, { view }] of this.#instances) this.#diskWatch.changed(id, view.status);
    unawaited(this.#diskWatch.run(signal), 'disk use is not watched', log);
  }

  /** Looks once more at what nobody tells of by itself. */
  async look(): Promise<void> {
    await this.#adopted?.look();
  }

  list(): InstanceView[] {
    const broken = [...this.#broken].map(([id, error]) => brokenView(id, error));
    return [...[...this.#instances.values()].map(({ view }) => view), ...broken].sort((a, b) =>
      a.name.localeCompare(b.name, 'en', { numeric: true }),
    );
  }

  get(id: InstanceId): ManagedInstance {
    const instance = this.#instances.get(id);
    if (instance !== undefined) return instance;
    const error = this.#broken.get(id);
    if (error === undefined) throw this.#unknown(id);
    throw new SlipwayError('wrong_phase', `The Spec of ${id} cannot be read.`, {
      hint: `Repair ${this.#services.paths.instance(id).spec}, or delete the instance.`,
      raw: error,
    });
  }

  /** By id or by name. Two instances may share a name; then only the id will do. */
  find(name: string): InstanceId {
    if (this.#instances.has(name) || this.#broken.has(name)) return name;
    const named = this.list().filter((view) => view.name === name);
    const [only] = named;
    if (only === undefined) throw this.#unknown(name);
    if (named.length > 1) {
      throw new SlipwayError('invalid_input', `More than one instance is named "${name}".`, {
        hint: `Use the id: ${named.map(({ id }) => id).join(', ')}.`,
      });
    }
    return only.id;
  }

  /** Whose engine a process is, whoever started it. */
  instanceOf(pid: number): { readonly id: InstanceId; readonly name: string } | null {
    for (const { view } of this.#instances.values()) {
      if (view.status.pid === pid) return { id: view.id, name: view.name };
    }
    return null;
  }

  /** One change after the other, and none while a launch begins. */
  changePorts<T>(id: InstanceId, change: (ports: ManagedPorts) => Promise<T>): Promise<T> {
    return this.#queue.run(id, () => change(this.get(id).ports));
  }

  /** Writes the Spec and begins the launch. Throws the first finding that would stop it. */
  async create(request: InstanceRequest): Promise<InstanceView> {
    const supervisor = await this.#write(await this.#launchable(request));
    await this.#queue.run(supervisor.spec.id, async () => {
      await supervisor.discover();
      this.#demandOpen();
      await supervisor.launch();
    });
    return supervisor.state.view;
  }

  /** Writes the Spec and launches nothing. What is missing for a launch is a finding; a contradiction is thrown. */
  async add(request: InstanceRequest): Promise<InstanceView> {
    const kept = await requestToKeep(this.#services, request);
    return this.#addWritten(kept.request, kept.findings);
  }

  /** The same Spec under another name, staged anew when it is launched. Never looks at what the source is doing. */
  async duplicate(id: InstanceId, name: string): Promise<InstanceView> {
    const source = this.get(id);
    source.demandDuplicable();
    const { id: _id, version: _version, createdAt: _createdAt, ...request } = source.spec;
    return this.#addWritten({ ...request, name }, sharedByDuplicates(source.spec));
  }

  /** Whatever the instance is doing; see ManagedInstance. */
  async label(id: InstanceId, label: InstanceLabel): Promise<InstanceView> {
    return this.#queue.run(id, async () => {
      const instance = this.get(id);
      await instance.label(label);
      return instance.view;
    });
  }

  async #launchable(request: InstanceRequest): Promise<InstanceRequest> {
    try {
      return await requestToLaunch(this.#services, request);
    } catch (error) {
      if (!(error instanceof SlipwayError)) throw error;
      throw SlipwayError.from(await completeFor(this.#services, error.failure, specOf(request)));
    }
  }

  async configure(id: InstanceId, request: InstanceRequest): Promise<InstanceView> {
    return this.#queue.run(id, async () => {
      const instance = this.get(id);
      await instance.configure(request);
      return instance.view;
    });
  }

  launch(id: InstanceId): Promise<InstanceView> {
    return this.#perform(id, 'launch');
  }

  /** Not queued: a second press must reach a stop that is under way. */
  async stop(id: InstanceId): Promise<InstanceView> {
    const instance = this.get(id);
    // Stop means stopped, also while a restart is on its way down.
    this.#restarting.delete(id);
    await instance.stop();
    return instance.view;
  }

  /** Stop, restage what changed, spawn. Replies when the stop was asked for; the rest is told by events. */
  async restart(id: InstanceId): Promise<InstanceView> {
    const instance = this.get(id);
    instance.demand('restart');
    this.#restarting.add(id);
    await instance.stop();
    // Not in the queue while it goes down: it can be renamed meanwhile.
    instance
      .whenStopped()
      .then(() =>
        this.#queue.run(id, async () => {
          const isStillThere = this.#instances.get(id) === instance;
          if (this.#restarting.delete(id) && isStillThere && !this.#disposal.signal.aborted)
            await instance.perform('launch');
        }),
      )
      .catch((error: unknown) => this.#services.log.error('restart failed', { id, error: String(error) }));
    return instance.view;
  }

  reset(id: InstanceId): Promise<InstanceView> {
    return this.#perform(id, 'reset');
  }

  pause(id: InstanceId): Promise<InstanceView> {
    return this.#perform(id, 'pause');
  }

  resume(id: InstanceId): Promise<InstanceView> {
    return this.#perform(id, 'resume');
  }

  async deletion(id: InstanceId): Promise<{ files: DiskUse[]; bytes: number }> {
    const files = await (this.#broken.has(id) ? this.#services.store.diskUse(id) : this.get(id).diskUse());
    // Deleted meanwhile: nothing would be told as if it were all there is.
    if (!this.#broken.has(id)) this.get(id);
    return { files, bytes: files.reduce((sum, file) => sum + file.bytes, 0) };
  }

  async delete(id: InstanceId): Promise<{ trash: string; expiresAt: string }> {
    return this.#queue.run(id, async () => {
      const { store, clock } = this.#services;
      if (!this.#broken.has(id)) {
        const instance = this.get(id);
        instance.demand('delete');
        await instance.dispose();
      }
      const { trash, expiresAt } = await store.trash(id, new Date(clock.now()));
      this.#instances.delete(id);
      this.#broken.delete(id);
      this.#diskWatch.forget(id);
      this.events.emit({ type: 'instanceRemoved', id, trash });
      return { trash, expiresAt: expiresAt.toISOString() };
    });
  }

  async restore(trash: string): Promise<InstanceView> {
    const { id, spec: stored } = await this.#services.store.restore(trash, (taken) => this.#instances.has(taken));
    if (stored.state !== 'ok') {
      // Back as it was: listed, so that it can be repaired or deleted again.
      const error = stored.state === 'broken' ? stored.error : 'spec.json is missing';
      this.#broken.set(id, error);
      const view = brokenView(id, error);
      this.events.emit({ type: 'instanceChanged', view });
      return view;
    }
    const spec = stored.value;
    const supervisor = this.#adopt(spec);
    await supervisor.discover();
    this.events.emit({ type: 'instanceChanged', view: supervisor.state.view });
    return supervisor.state.view;
  }

  /** Lets go of every guest; they live on. */
  async dispose(): Promise<void> {
    this.#disposal.abort(new Error('Slipway is closing'));
    this.#adopted?.dispose();
    await Promise.all([...this.#instances.values()].map((instance) => instance.dispose()));
    this.#instances.clear();
  }

  async #write(request: InstanceRequest): Promise<Supervisor> {
    this.#demandOpen();
    const { store, clock } = this.#services;
    const spec = await store.create(request, new Date(clock.now()), (id) => this.#instances.has(id));
    return this.#adopt(spec);
  }

  async #addWritten(request: InstanceRequest, findings: readonly Finding[]): Promise<InstanceView> {
    const supervisor = await this.#write(request);
    await this.#queue.run(supervisor.spec.id, async () => {
      await supervisor.discover();
      supervisor.state.learn({ findings });
    });
    return supervisor.state.view;
  }

  #adopt(spec: Spec): Supervisor {
    const supervisor = new Supervisor(this.#services, spec);
    this.#list(spec.id, supervisor);
    return supervisor;
  }

  #list(id: InstanceId, instance: ManagedInstance): void {
    this.#instances.set(id, instance);
    instance.changed.on((view) => {
      this.#diskWatch.changed(id, view.status);
      this.events.emit({ type: 'instanceChanged', view });
    });
  }

  #perform(id: InstanceId, action: 'launch' | 'reset' | 'pause' | 'resume'): Promise<InstanceView> {
    return this.#queue.run(id, async () => {
      this.#demandOpen();
      const instance = this.get(id);
      await instance.perform(action);
      return instance.view;
    });
  }

  /** Who was asked and then gave up the home must not begin what its next owner knows nothing of. */
  #demandOpen(): void {
    if (this.#disposal.signal.aborted) throw new SlipwayError('connection_lost', 'Slipway is letting go of this home.');
  }

  #unknown(name: string): SlipwayError {
    const names = this.list().map((view) => view.id);
    return new SlipwayError('unknown_instance', `There is no instance named "${name}".`, {
      hint: names.length === 0 ? 'There are no instances yet.' : `There are: ${names.join(', ')}.`,
    });
  }
}
