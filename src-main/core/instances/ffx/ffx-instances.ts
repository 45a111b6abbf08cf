/**
 * The instances that `ffx emu` keeps, adopted: found in its instance directory, looked at while somebody may want to
 * know, and taken off the list when ffx removes them. What one of them is, is FfxInstance's business.
 *
 * Must never write, rename or remove anything below that directory.
 */
import { createHash } from 'node:crypto';
import { type FSWatcher, watch } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type InstanceId, idFromName } from '../../../../src-shared/model/ids.ts';
import { engineDataFilename } from '../../guests/fuchsia/engine-data.ts';
import { SingleFlight } from '../../kit/single-flight.ts';
import { unawaited } from '../../kit/unawaited.ts';
import type { AdoptedInstances, InstanceList } from '../managed-instance.ts';
import { FfxInstance, type FfxServices } from './ffx-instance.ts';
import { shownName } from './ffx-view.ts';

export interface FfxInstancesOptions extends FfxServices {
  /** ffx's `emu.instance_dir`; it need not exist. */
  readonly root: string;
  /** Somebody listens; without, nothing is watched. */
  readonly isAttended: () => boolean;
}

/** A look costs some stats; a process that ends tells nobody. */
const pollMs = 1500;
/** ffx writes a record in several steps. */
const settleMs = 100;

export class FfxInstances implements AdoptedInstances {
  readonly #options: FfxInstancesOptions;
  readonly #instances = new Map<string, { readonly id: InstanceId; readonly instance: FfxInstance }>();
  readonly #looks = new SingleFlight<void>();
  readonly #watchers = new Map<string, FSWatcher>();
  readonly #disposal = new AbortController();
  #list: InstanceList | null = null;
  #noticed = new AbortController();

  constructor(options: FfxInstancesOptions) {
    this.#options = options;
  }

  async start(list: InstanceList): Promise<void> {
    this.#list = list;
    await this.look();
    unawaited(this.#watch(), "ffx's directory is not watched", this.#options.log);
  }

  /** Looks at the directory and at every instance in it. Never throws. */
  look(): Promise<void> {
    return this.#looks.run('look', () => this.#look());
  }

  /** The instances themselves are the list's to dispose of. */
  dispose(): void {
    this.#disposal.abort(new Error('Slipway is closing'));
    this.#closeWatchers();
  }

  async #look(): Promise<void> {
    const { log, root } = this.#options;
    try {
      const names = await this.#names();
      for (const name of this.#instances.keys()) if (!names.includes(name)) await this.#remove(name);
      await Promise.all(names.map((name) => this.#lookAt(name)));
    } catch (error) {
      log.warn("ffx's instances could not be looked at", { root, error: String(error) });
    }
  }

  /** As ffx lists them: every directory with a record in it. */
  async #names(): Promise<string[]> {
    const { root } = this.#options;
    const entries = await readdir(root).catch(() => []);
    const found = await Promise.all(
      entries.map((name) => stat(join(root, name, engineDataFilename)).then((info) => info.isFile())).map(orFalse),
    );
    return entries.filter((_, index) => found[index]).sort();
  }

  async #lookAt(name: string): Promise<void> {
    if (this.#disposal.signal.aborted) return;
    const known = this.#instances.get(name);
    if (known !== undefined) {
      if (!(await known.instance.look())) await this.#remove(name);
      return;
    }
    const { root } = this.#options;
    const id = this.#newId(name);
    // Before the first look is over, so that no other gets the id.
    const instance = new FfxInstance(this.#options, { id, name: shownName(name), directory: join(root, name) });
    this.#instances.set(name, { id, instance });
    if (!(await instance.look()) || this.#disposal.signal.aborted) {
      this.#instances.delete(name);
      await instance.dispose();
      return;
    }
    this.#list?.add(id, instance);
  }

  async #remove(name: string): Promise<void> {
    const known = this.#instances.get(name);
    if (known === undefined) return;
    this.#instances.delete(name);
    this.#list?.remove(known.id);
    await known.instance.dispose();
  }

  #newId(name: string): InstanceId {
    const base = ffxIdOf(name);
    const mine = new Set([...this.#instances.values()].map(({ id }) => id));
    for (let attempt = 1; ; attempt++) {
      const id = attempt === 1 ? base : `${base}-${attempt}`;
      if (!mine.has(id) && this.#list?.has(id) !== true) return id;
    }
  }

  async #watch(): Promise<void> {
    const { signal } = this.#disposal;
    while (!signal.aborted) {
      if (this.#options.isAttended()) this.#openWatchers();
      else this.#closeWatchers();
      const woken = await this.#sleep(pollMs);
      if (signal.aborted) return;
      if (!this.#options.isAttended()) continue;
      if (woken) await this.#options.clock.wait(settleMs, signal).catch(() => undefined);
      await this.look();
    }
  }

  /** True if a watcher noticed something. */
  async #sleep(ms: number): Promise<boolean> {
    const noticed = this.#noticed.signal;
    const signal = AbortSignal.any([this.#disposal.signal, noticed]);
    await this.#options.clock.wait(ms, signal).catch(() => undefined);
    if (noticed.aborted) this.#noticed = new AbortController();
    return noticed.aborted;
  }

  /**
   * The directory for instances that come and go, each record for what ffx writes into it. Not the instances' directories:
   * a guest that talks a lot would wake us for every piece of its log.
   */
  #openWatchers(): void {
    const { root } = this.#options;
    const wanted = new Set([root, ...[...this.#instances.keys()].map((name) => join(root, name, engineDataFilename))]);
    for (const [path, watcher] of this.#watchers) {
      if (wanted.has(path)) continue;
      watcher.close();
      this.#watchers.delete(path);
    }
    for (const path of wanted) if (!this.#watchers.has(path)) this.#openWatcher(path);
  }

  #openWatcher(path: string): void {
    const forget = () => {
      this.#watchers.get(path)?.close();
      this.#watchers.delete(path);
    };
    try {
      const watcher = watch(path, { persistent: false }, (event) => {
        // The name may belong to another file now; it is watched anew.
        if (event === 'rename') forget();
        this.#noticed.abort();
      });
      watcher.on('error', forget);
      this.#watchers.set(path, watcher);
    } catch {
      // Not there yet, or no watch to be had: the poll sees it.
    }
  }

  #closeWatchers(): void {
    for (const watcher of this.#watchers.values()) watcher.close();
    this.#watchers.clear();
  }
}

const orFalse = (found: Promise<boolean>): Promise<boolean> => found.catch(() => false);

/** `ffx-` and the name; where that takes something away from the name, a mark of the name itself, so that it stays. */
export function ffxIdOf(name: string): InstanceId {
  const folded = idFromName(name);
  if (folded === name) return `ffx-${folded}`;
  return `ffx-${folded}-${createHash('sha256').update(name).digest('hex').slice(0, 6)}`;
}
