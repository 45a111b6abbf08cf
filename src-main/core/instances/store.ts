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
import type { Spec } from '../../../src-shared/model/spec.ts';
import { filenames } from '../home/filenames.ts';
import type { Paths } from '../home/paths.ts';
import { readJsonUnchecked, writeJsonAtomically } from '../kit/atomic-file.ts';
import { isErrno } from '../kit/errno.ts';
import { fewAtOnce } from '../kit/few-at-once.ts';
import { diskUseOf } from './disk-use.ts';
import { over, type RecordFile, readRecord, writeRecord } from './record-file.ts';
import {
  type LaunchRecord,
  launchFormat,
  type OutcomeRecord,
  outcomeFormat,
  type SeenRecord,
  seenFormat,
  specFormat,
  type TimelineRecord,
  timelineFormat,
} from './records.ts';

export interface StoredInstance {
  readonly id: InstanceId;
  readonly spec: RecordFile<Spec>;
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
    return fewAtOnce(ids, async ({ name }) => ({ id: name, spec: await this.readSpec(name) }));
  }

  readSpec(id: InstanceId): Promise<RecordFile<Spec>> {
    return readRecord(this.#paths.instance(id).spec, specFormat);
  }

  /**
   * Makes the directory with the Spec in it; the id is the name's, with a number when that is taken. It is made under
   * another name and renamed: a directory without a Spec is never seen, whenever we die, and of two launches of one name
   * the second finds the id taken. `isTaken`: by an instance that has its directory elsewhere. `like`: the model, of which
   * also what is not known here is taken over.
   */
  async create(
    request: Omit<Spec, 'id' | 'version' | 'createdAt'>,
    now: Date,
    isTaken: (id: InstanceId) => boolean = () => false,
    like: InstanceId | null = null,
  ): Promise<Spec> {
    const base = idFromName(request.name);
    const model =
      like === null ? { state: 'absent' as const } : await readJsonUnchecked(this.#paths.instance(like).spec);
    const making = await mkdtemp(join(this.#paths.instances, filenames.newInstance)).catch((error: unknown) => {
      throw homeFull(error);
    });
    try {
      for (let attempt = 1; ; attempt++) {
        const id = attempt === 1 ? base : `${base}-${attempt}`;
        const { directory } = this.#paths.instance(id);
        if (isTaken(id) || (await exists(directory))) continue;
        const spec: Spec = { version: 1, id, createdAt: now.toISOString(), ...request };
        await writeJsonAtomically(join(making, filenames.spec), over(model, specFormat, spec));
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
    await writeRecord(this.#paths.instance(spec.id).spec, specFormat, spec);
  }

  /** Its directory is there. */
  has(id: InstanceId): Promise<boolean> {
    return exists(this.#paths.instance(id).directory);
  }

  /** The Spec is where it belongs, or is put back. Throws `unknown_instance` where the directory is gone. */
  async demandSpec(spec: Spec): Promise<void> {
    if (await exists(this.#paths.instance(spec.id).spec)) return;
    if (await this.has(spec.id)) return this.writeSpec(spec);
    throw directoryGone(spec.name);
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
    await writeRecord(this.#paths.instance(id).boot(record.boot).launch, launchFormat, record);
  }

  async readLaunch(id: InstanceId, boot: number): Promise<RecordFile<LaunchRecord>> {
    const read = await readRecord(this.#paths.instance(id).boot(boot).launch, launchFormat);
    // The directory's name is the number, whatever a record says that was copied or cannot be read.
    return read.state === 'ok' ? { ...read, value: { ...read.value, boot } } : read;
  }

  async writeTimeline(id: InstanceId, boot: number, record: TimelineRecord): Promise<void> {
    await writeRecord(this.#paths.instance(id).boot(boot).timeline, timelineFormat, record);
  }

  readTimeline(id: InstanceId, boot: number): Promise<RecordFile<TimelineRecord>> {
    return readRecord(this.#paths.instance(id).boot(boot).timeline, timelineFormat);
  }

  async writeSeen(id: InstanceId, boot: number, record: SeenRecord): Promise<void> {
    await writeRecord(this.#paths.instance(id).boot(boot).seen, seenFormat, record);
  }

  readSeen(id: InstanceId, boot: number): Promise<RecordFile<SeenRecord>> {
    return readRecord(this.#paths.instance(id).boot(boot).seen, seenFormat);
  }

  async writeOutcome(id: InstanceId, boot: number, record: OutcomeRecord): Promise<void> {
    await writeRecord(this.#paths.instance(id).boot(boot).outcome, outcomeFormat, record);
  }

  readOutcome(id: InstanceId, boot: number): Promise<RecordFile<OutcomeRecord>> {
    return readRecord(this.#paths.instance(id).boot(boot).outcome, outcomeFormat);
  }

  /** By the uuid of their QEMU, in small letters, the boots that are kept. What cannot be read is left out. */
  async uuids(id: InstanceId): Promise<ReadonlyMap<string, number>> {
    const numbers = await this.bootNumbers(id).catch(() => []);
    const records = await Promise.all(numbers.map((number) => this.readLaunch(id, number)));
    return new Map(
      records.flatMap((record) =>
        record.state === 'ok' ? [[record.value.uuid.toLowerCase(), record.value.boot] as const] : [],
      ),
    );
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
      panic: outcome.state === 'ok' ? (outcome.value.panic?.line ?? null) : null,
      serialBytes: await sizeOf(paths.serialOutput),
      engineLogBytes: await sizeOf(paths.engineLog),
    };
  }

  /** What a deletion would take, largest first; `bytes` is what the files occupy, not their apparent size. */
  diskUse(id: InstanceId): Promise<DiskUse[]> {
    return diskUseOf(this.#paths.instance(id).directory);
  }

  /** Moves the instance to the trash, by a rename: all of it or nothing. Returns the trash entry's name. */
  async trash(id: InstanceId, now: Date): Promise<{ trash: string; expiresAt: Date }> {
    const name = `${now.toISOString().replace(/[:.]/g, '-')}_${id}`;
    const { directory } = this.#paths.instance(id);
    try {
      await mkdir(this.#paths.trash, { recursive: true, mode: 0o700 });
      await rename(directory, join(this.#paths.trash, name));
    } catch (error) {
      throw notMoved(id, directory, this.#paths.trash, error);
    }
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
      throw isErrno(error, 'ENOENT') ? gone() : notMoved(trash, source, this.#paths.instances, error);
    });
    const spec = await this.readSpec(id);
    if (spec.state !== 'ok' || spec.value.id === id) return { id, spec };
    const renamed = { ...spec.value, id };
    await this.writeSpec(renamed);
    return { id, spec: { ...spec, value: renamed } };
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

/** It was removed by somebody else, while Slipway had it in its list. */
export function directoryGone(name: string, raw?: unknown): SlipwayError {
  return new SlipwayError('unknown_instance', `The directory of ${name} is gone.`, {
    cause: 'It was removed or moved from outside Slipway.',
    hint: 'It is no longer listed. To have it again, put its directory back and open Slipway anew.',
    raw: raw === undefined ? undefined : String(raw),
  });
}

function notMoved(what: string, from: string, to: string, error: unknown): SlipwayError {
  const otherDisk = isErrno(error, 'EXDEV');
  return new SlipwayError(
    isErrno(error, 'ENOSPC', 'EDQUOT') ? 'disk_full' : 'home_unusable',
    `${what} could not be moved.`,
    {
      cause: otherDisk
        ? `${from} and ${to} are on different file systems.`
        : `Slipway moves it from ${from} to ${to}, and the file system refuses.`,
      hint: otherDisk
        ? 'Nothing was changed. Keep the whole Slipway home on one file system, or remove the directory by hand.'
        : 'Nothing was changed. Look at the permissions and the free space of both, then try again.',
      raw: String(error),
    },
  );
}
