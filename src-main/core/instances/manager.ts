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
import { fewAtOnce } from '../kit/few-at-once.ts';
import { SerialQueue } from '../kit/serial-queue.ts';
import { unawaited } from '../kit/unawaited.ts';
import { DiskWatch } from './disk-watch.ts';
import { demandNoLife } from './life.ts';
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
import { directoryGone, type StoredInstance } from './store.ts';
import { Supervisor } from './supervisor.ts';
import { type Unreadable, unreadableRest, unreadableSpec } from './unreadable.ts';
import { UnreadableInstance } from './unreadable-instance.ts';

/** Who takes longer to be found is found later, and the list opens without waiting for it. */
const startMs = 2000;

export class InstanceManager {
  readonly events = new Emitter<SlipwayEvent>();
  readonly #services: InstanceServices;
  readonly #adopted: AdoptedInstances | null;
  readonly #instances = new Map<InstanceId, ManagedInstance>();
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
    await store.tidy(new Date(clock.now())).catch((error: unknown) => {
      this.#services.log.error('the home could not be tidied', { error: String(error) });
    });
    const stored = await store.list();
    const over = new AbortController();
    const late = clock.wait(startMs, over.signal).catch(() => undefined);
    const found = fewAtOnce(stored, (one) => Promise.race([this.#queue.run(one.id, () => this.#find(one)), late]));
    await found.finally(() => over.abort());
    const { paths, log } = this.#services;
    const guests = () => [...this.#instances.values()].map(({ watched }) => watched).filter((guest) => guest !== null);
    const adopted = this.#adopted?.start({
      has: (id) => this.#instances.has(id),
      add: (id, instance) => {
        this.#list(id, instance);
        this.events.emit({ type: 'instanceChanged', view: instance.view });
      },
      remove: (id) => {
        this.#instances.delete(id);
        this.events.emit({ type: 'instanceRemoved', id, trash: '' });
      },
    });
    await adopted?.catch((error: unknown) => {
      log.error('the instances of others could not be found', { error: String(error) });
    });
    const { signal } = this.#disposal;
    unawaited(watchSpace({ directory: paths.instances, clock, log, guests }, signal), 'free space is not watched', log);
    for (const [id, { view }] of this.#instances) this.#diskWatch.changed(id, view.status);
    unawaited(this.#diskWatch.run(signal), 'disk use is not watched', log);
  }

  /** Looks once more at what nobody tells of by itself. */
  async look(): Promise<void> {
    await this.#adopted?.look();
    for (const [id, instance] of [...this.#instances]) {
      if (instance instanceof UnreadableInstance) await this.#queue.run(id, () => this.#reread(id, instance));
    }
  }

  list(): InstanceView[] {
    const { compare } = byName;
    return [...this.#instances.values()].map(({ view }) => view).sort((a, b) => compare(a.name, b.name));
  }

  get(id: InstanceId): ManagedInstance {
    const instance = this.#instances.get(id);
    if (instance !== undefined) return instance;
    throw this.#unknown(id);
  }

  /** By id or by name. Two instances may share a name; then only the id will do. */
  find(name: string): InstanceId {
    if (this.#instances.has(name)) return name;
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
    return this.#inDirectory(id, (instance) => change(instance.ports));
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
    return this.#addWritten({ ...request, name }, sharedByDuplicates(source.spec), id);
  }

  /** Whatever the instance is doing; see ManagedInstance. */
  async label(id: InstanceId, label: InstanceLabel): Promise<InstanceView> {
    return this.#inDirectory(id, async (instance) => {
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
    return this.#inDirectory(id, async (instance) => {
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
    await instance.whenKnown?.();
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
    const files = await this.#inDirectory(id, async (instance) => {
      const found = await instance.diskUse();
      // With nothing in it, it may be gone; only what is done in vain is looked into.
      if (found.length === 0 && instance.view.origin === 'slipway')
        throw new SlipwayError('unknown_instance', `${instance.view.name} has no files.`);
      return found;
    });
    return { files, bytes: files.reduce((sum, file) => sum + file.bytes, 0) };
  }

  async delete(id: InstanceId): Promise<{ trash: string; expiresAt: string }> {
    return this.#inDirectory(id, async (instance) => {
      const { store, clock } = this.#services;
      instance.demand('delete');
      await demandNoLife(this.#services, instance.view, 'delete');
      // Let go of when it is away, and not before: one that cannot be moved stays as it was.
      const { trash, expiresAt } = await store.trash(id, new Date(clock.now()));
      await this.#drop(id, instance, trash);
      return { trash, expiresAt: expiresAt.toISOString() };
    });
  }

  async restore(trash: string): Promise<InstanceView> {
    const stored = await this.#services.store.restore(trash, (taken) => this.#instances.has(taken));
    // What could not be read when it was deleted is back as it was: listed, to be repaired or deleted again.
    await this.#queue.run(stored.id, () => this.#find(stored));
    const { view } = this.get(stored.id);
    this.events.emit({ type: 'instanceChanged', view });
    return view;
  }

  /** Lets go of every guest; they live on. */
  async dispose(): Promise<void> {
    this.#disposal.abort(new Error('Slipway is closing'));
    this.#adopted?.dispose();
    await Promise.all([...this.#instances.values()].map((instance) => instance.dispose()));
    this.#instances.clear();
  }

  async #write(request: InstanceRequest, like: InstanceId | null = null): Promise<Supervisor> {
    this.#demandOpen();
    const { store, clock } = this.#services;
    const spec = await store.create(request, new Date(clock.now()), (id) => this.#instances.has(id), like);
    return this.#adopt(spec);
  }

  async #addWritten(
    request: InstanceRequest,
    findings: readonly Finding[],
    like: InstanceId | null = null,
  ): Promise<InstanceView> {
    const supervisor = await this.#write(request, like);
    await this.#queue.run(supervisor.spec.id, async () => {
      await supervisor.discover();
      supervisor.state.learn({ findings });
    });
    return supervisor.state.view;
  }

  /** Lists one of the home's own as what it is. Never rejects: what is wrong with it is its own affair. */
  async #find({ id, spec }: StoredInstance): Promise<void> {
    const { paths, log } = this.#services;
    const { directory, spec: path } = paths.instance(id);
    if (spec.state !== 'ok') return this.#listUnreadable(id, unreadableSpec(spec, path));
    // The directory's name is the id: one that was copied by hand is its own instance.
    const supervisor = this.#adopt({ ...spec.value, id });
    try {
      await supervisor.discover();
    } catch (error) {
      log.error('an instance cannot be read', { id, error: String(error) });
      await this.#letGo(id, supervisor);
      await this.#listUnreadable(id, unreadableRest(supervisor.spec, error, directory));
    }
  }

  async #listUnreadable(id: InstanceId, { head, failure }: Unreadable): Promise<void> {
    const unreadable = new UnreadableInstance(this.#services, id, head, failure);
    this.#list(id, unreadable);
    await unreadable.discover();
  }

  /** It may have been repaired. */
  async #reread(id: InstanceId, instance: UnreadableInstance): Promise<void> {
    if (this.#instances.get(id) !== instance || instance.view.status.processLives) return;
    if (!(await this.#services.store.has(id))) return this.#drop(id, instance, '');
    const spec = await this.#services.store.readSpec(id);
    if (spec.state !== 'ok' && instance.isSpecUnreadable) return;
    await this.#letGo(id, instance);
    await this.#find({ id, spec });
    const found = this.#instances.get(id);
    if (found !== undefined && !(found instanceof UnreadableInstance))
      this.events.emit({ type: 'instanceChanged', view: found.view });
  }

  /** Something that is done to an instance, in its turn. One whose directory is gone is no instance any more. */
  #inDirectory<T>(id: InstanceId, task: (instance: ManagedInstance) => Promise<T>): Promise<T> {
    return this.#queue.run(id, async () => {
      const instance = this.get(id);
      try {
        return await task(instance);
      } catch (error) {
        const { name, origin, status } = instance.view;
        if (origin !== 'slipway' || status.processLives || (await this.#services.store.has(id))) throw error;
        await this.#drop(id, instance, '');
        throw directoryGone(name, error);
      }
    });
  }

  async #drop(id: InstanceId, instance: ManagedInstance, trash: string): Promise<void> {
    this.#diskWatch.forget(id);
    await this.#letGo(id, instance);
    this.events.emit({ type: 'instanceRemoved', id, trash });
  }

  async #letGo(id: InstanceId, instance: ManagedInstance): Promise<void> {
    this.#instances.delete(id);
    await instance.dispose().catch((error: unknown) => {
      this.#services.log.error('an instance was not let go of in good order', { id, error: String(error) });
    });
  }

  #adopt(spec: Spec): Supervisor {
    const supervisor = new Supervisor(this.#services, spec);
    this.#list(spec.id, supervisor);
    return supervisor;
  }

  #list(id: InstanceId, instance: ManagedInstance): void {
    this.#instances.set(id, instance);
    instance.changed.on((view) => {
      // What was deleted may still be measured, and by then another instance may have its id.
      if (this.#instances.get(id) !== instance) return;
      this.#diskWatch.changed(id, view.status);
      this.events.emit({ type: 'instanceChanged', view });
    });
  }

  #perform(id: InstanceId, action: 'launch' | 'reset' | 'pause' | 'resume'): Promise<InstanceView> {
    return this.#inDirectory(id, async (instance) => {
      this.#demandOpen();
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

/** Made once: comparing without it makes one for every pair. */
const byName = new Intl.Collator('en', { numeric: true });
