/**
 * The instance directories: read, create, record, trash. The directory is the database; a broken instance is a value
 * with its error, never an exception, because it must be listed to be repaired or deleted.
 *
 * Owns every write below `instances/` and `trash/` except what QEMU and staging write themselves. Must never decide
 * what is running.
 */
import { lstat, mkdir, mkdtemp, readdir, realpath, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { SlipwayError } from '../../../src-shared/contract/errors.ts';
import { type InstanceId, idFromName, instanceIdSchema } from '../../../src-shared/model/ids.ts';
import type { Boot, DiskUse } from '../../../src-shared/model/instance.ts';
import { type Spec, specSchema } from '../../../src-shared/model/spec.ts';
import { filenames } from '../home/filenames.ts';
import type { Paths } from '../home/paths.ts';
import { isErrno, type JsonFile, readJson, writeJsonAtomically } from '../kit/atomic-file.ts';
import { diskUseOf } from './disk-use.ts';
import {
  type LaunchRecord,
  launchRecordSchema,
  type OutcomeRecord,
  outcomeRecordSchema,
  type TimelineRecord,
  timelineRecordSchema,
} from './records.ts';

export interface StoredInstance {
  readonly id: InstanceId;
  readonly spec: JsonFile<Spec>;
}

/** How long a deleted instance can be brought back. */
const trashDays = 14;

export class InstanceStore {
  readonly #paths: Paths;

  constructor(paths: Paths) {
    this.#paths = paths;
  }

  async list(): Promise<StoredInstance[]> {
    const entries = await readdir(this.#paths.instances, { withFileTypes: true });
    const ids = entries.filter((entry) => entry.isDirectory() && instanceIdSchema.safeParse(entry.name).success);
    return Promise.all(ids.map(async ({ name }) => ({ id: name, spec: await this.readSpec(name) })));
  }

  readSpec(id: InstanceId): Promise<JsonFile<Spec>> {
    return readJson(this.#paths.instance(id).spec, specSchema);
  }

  /**
   * Makes the directory with the Spec in it; the id is the name's, with a number when that is taken. It is made under
   * another name and renamed: a directory without a Spec is never seen, whenever we die, and of two launches of one name
   * the second finds the id taken. `isTaken`: by an instance that has its directory elsewhere.
   */
  async create(
    request: Omit<Spec, 'id' | 'version' | 'createdAt'>,
    now: Date,
    isTaken: (id: InstanceId) => boolean = () => false,
  ): Promise<Spec> {
    const base = idFromName(request.name);
    const making = await mkdtemp(join(this.#paths.instances, filenames.newInstance)).catch((error: unknown) => {
      throw homeFull(error);
    });
    try {
      for (let attempt = 1; ; attempt++) {
        const id = attempt === 1 ? base : `${base}-${attempt}`;
        const { directory } = this.#paths.instance(id);
        if (isTaken(id) || (await exists(directory))) continue;
        const spec: Spec = { version: 1, id, createdAt: now.toISOString(), ...request };
        await writeJsonAtomically(join(making, filenames.spec), spec);
        try {
          await rename(making, directory);
        } catch (error) {
          if (isErrno(error, 'EEXIST', 'ENOTEMPTY')) continue;
          throw error;
        }
        return spec;
      }
    } catch (error) {
      await rm(making, { recursive: true, force: true });
      throw homeFull(error);
    }
  }

  async writeSpec(spec: Spec): Promise<void> {
    await writeJsonAtomically(this.#paths.instance(spec.id).spec, spec);
  }

  /** Numbers of the boots that are kept, oldest first. */
  async bootNumbers(id: InstanceId): Promise<number[]> {
    const names = await readdir(this.#paths.instance(id).boots).catch(emptyWhenAbsent);
    return names
      .filter((name) => /^\d{4,}$/.test(name))
      .map(Number)
      .sort((a, b) => a - b);
  }

  /** Makes the directories of the next boot and removes the boots beyond `keep`. */
  async beginBoot(id: InstanceId, keep: number): Promise<number> {
    const numbers = await this.bootNumbers(id);
    const instance = this.#paths.instance(id);
    const next = (numbers.at(-1) ?? 0) + 1;
    await mkdir(instance.run, { recursive: true, mode: 0o700 });
    await mkdir(instance.boot(next).directory, { recursive: true, mode: 0o700 });
    const surplus = numbers.slice(0, Math.max(0, numbers.length + 1 - keep));
    for (const number of surplus) await rm(instance.boot(number).directory, { recursive: true, force: true });
    return next;
  }

  async lastBoot(id: InstanceId): Promise<number> {
    return (await this.bootNumbers(id)).at(-1) ?? 0;
  }

  async writeLaunch(id: InstanceId, record: LaunchRecord): Promise<void> {
    await writeJsonAtomically(this.#paths.instance(id).boot(record.boot).launch, record);
  }

  readLaunch(id: InstanceId, boot: number): Promise<JsonFile<LaunchRecord>> {
    return readJson(this.#paths.instance(id).boot(boot).launch, launchRecordSchema);
  }

  async writeTimeline(id: InstanceId, boot: number, record: TimelineRecord): Promise<void> {
    await writeJsonAtomically(this.#paths.instance(id).boot(boot).timeline, record);
  }

  readTimeline(id: InstanceId, boot: number): Promise<JsonFile<TimelineRecord>> {
    return readJson(this.#paths.instance(id).boot(boot).timeline, timelineRecordSchema);
  }

  async writeOutcome(id: InstanceId, boot: number, record: OutcomeRecord): Promise<void> {
    await writeJsonAtomically(this.#paths.instance(id).boot(boot).outcome, record);
  }

  readOutcome(id: InstanceId, boot: number): Promise<JsonFile<OutcomeRecord>> {
    return readJson(this.#paths.instance(id).boot(boot).outcome, outcomeRecordSchema);
  }

  /** The kept boots, newest first. */
  async boots(id: InstanceId): Promise<Boot[]> {
    const numbers = await this.bootNumbers(id);
    const boots = await Promise.all(numbers.reverse().map((number) => this.#boot(id, number)));
    return boots.filter((boot) => boot !== null);
  }

  async #boot(id: InstanceId, number: number): Promise<Boot | null> {
    const paths = this.#paths.instance(id).boot(number);
    const launch = await this.readLaunch(id, number);
    const outcome = await this.readOutcome(id, number);
    if (launch.state !== 'ok' && outcome.state !== 'ok') return null;
    return {
      number,
      startedAt: launch.state === 'ok' ? launch.value.startedAt : outcome.state === 'ok' ? outcome.value.endedAt : '',
      endedAt: outcome.state === 'ok' ? outcome.value.endedAt : null,
      outcome: outcome.state === 'ok' ? outcome.value.text : '',
      serialBytes: await sizeOf(paths.serialOutput),
      engineLogBytes: await sizeOf(paths.engineLog),
    };
  }

  /** What a deletion would take, largest first; `bytes` is what the files occupy, not their apparent size. */
  diskUse(id: InstanceId): Promise<DiskUse[]> {
    return diskUseOf(this.#paths.instance(id).directory);
  }

  /** Moves the instance to the trash, by a rename. Returns the trash entry's name. */
  async trash(id: InstanceId, now: Date): Promise<{ trash: string; expiresAt: Date }> {
    const name = `${now.toISOString().replace(/[:.]/g, '-')}_${id}`;
    await rename(this.#paths.instance(id).directory, join(this.#paths.trash, name));
    return { trash: name, expiresAt: new Date(now.getTime() + trashDays * 24 * 3600_000) };
  }

  /**
   * Brings a trashed instance back under its old id, or the next free one. What cannot be read comes back all the same:
   * it was in the list when it was deleted.
   */
  async restore(trash: string, isTaken: (id: InstanceId) => boolean = () => false): Promise<StoredInstance> {
    const match = /^\d{4}-[0-9TZ-]+_([a-z0-9-]+)$/.exec(trash);
    const source = join(this.#paths.trash, trash);
    const gone = () =>
      new SlipwayError('unknown_instance', 'That instance is no longer in the trash.', {
        hint: `Deleted instances are kept in ${this.#paths.trash} for ${trashDays} days.`,
      });
    if (match?.[1] === undefined || !(await exists(source))) throw gone();
    let id = match[1];
    for (let attempt = 2; isTaken(id) || (await exists(this.#paths.instance(id).directory)); attempt++) {
      id = `${match[1]}-${attempt}`;
    }
    await rename(source, this.#paths.instance(id).directory).catch((error: unknown) => {
      throw isErrno(error, 'ENOENT') ? gone() : error;
    });
    const spec = await this.readSpec(id);
    if (spec.state !== 'ok' || spec.value.id === id) return { id, spec };
    const renamed = { ...spec.value, id };
    await this.writeSpec(renamed);
    return { id, spec: { state: 'ok', value: renamed } };
  }

  /** Removes what has been in the trash for longer than it is kept, and instances that were never finished making. */
  async tidy(now: Date): Promise<void> {
    for (const name of await readdir(this.#paths.instances)) {
      if (name.startsWith(filenames.newInstance))
        await rm(join(this.#paths.instances, name), { recursive: true, force: true });
    }
    for (const name of await readdir(this.#paths.trash).catch(emptyWhenAbsent)) {
      const path = join(this.#paths.trash, name);
      const info = await lstat(path).catch(() => null);
      // ctime: a rename into the trash sets it, whatever the age of the content.
      if (info !== null && now.getTime() - info.ctimeMs > trashDays * 24 * 3600_000) {
        await rm(path, { recursive: true, force: true });
      }
    }
  }

  /** The directory with links resolved, for comparing with what a process says of itself. */
  realDirectory(id: InstanceId): Promise<string> {
    return realpath(this.#paths.instance(id).directory);
  }
}

async function sizeOf(path: string): Promise<number> {
  return (await stat(path).catch(() => null))?.size ?? 0;
}

async function exists(path: string): Promise<boolean> {
  return (await lstat(path).catch(() => null)) !== null;
}

function emptyWhenAbsent(error: unknown): string[] {
  if (isErrno(error, 'ENOENT')) return [];
  throw error;
}

function homeFull(error: unknown): unknown {
  if (!isErrno(error, 'ENOSPC', 'EDQUOT')) return error;
  return new SlipwayError('disk_full', 'There is no room left for a new instance.', {
    hint: 'Free space on the disk that holds the Slipway home, or move the home with SLIPWAY_HOME.',
    raw: String(error),
  });
}
