/**
 * What can be seen of one instance of ffx's now: its record, its images, its sockets, its process. Looks only: opens no
 * socket, writes nothing, decides nothing. Looking often is cheap, because what has not changed is not read again.
 */
import { lstat, realpath, stat } from 'node:fs/promises';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import type { Failure } from '../../../../src-shared/contract/errors.ts';
import { type EmulatorConfiguration, readDiskImage } from '../../../../src-shared/model/emulator-configuration.ts';
import type { EngineData } from '../../../../src-shared/model/ffx-engine-data.ts';
import { engineDataFilename, readEngineData } from '../../guests/fuchsia/engine-data.ts';
import type { Clock } from '../../kit/clock.ts';
import { type ForeignProcess, findRecognised, recognise, stateNow } from '../../process/identity.ts';
import { type EmulatorMarks, isRecordedEmulator, servesItsSockets, socketNames } from './command-line-marks.ts';

export type SeenRecord =
  | { readonly state: 'read'; readonly data: EngineData; readonly writtenAt: number }
  | { readonly state: 'broken'; readonly failure: Failure; readonly writtenAt: number };

export interface FfxEvidence {
  readonly record: SeenRecord;
  readonly process: ForeignProcess | null;
  readonly imagesStaged: boolean;
  /** When the oldest of its sockets was made, in ms since 1970; null: there are none. */
  readonly socketsSince: number | null;
  /** The directory under every name it is known by. */
  readonly directories: readonly string[];
}

/** ffx writes in place: for a moment its record may be half of one. */
const freshMs = 1000;
const rereads = 4;
const rereadMs = 100;

export class FfxObserver {
  readonly #directory: string;
  readonly #name: string;
  readonly #clock: Clock;
  #record: { readonly fingerprint: string; readonly seen: SeenRecord } | null = null;
  #process: ForeignProcess | null = null;
  /** The sockets for which no process was found: until there are others there is no use in looking again. */
  #ownerless = '';

  constructor(directory: string, name: string, clock: Clock) {
    this.#directory = directory;
    this.#name = name;
    this.#clock = clock;
  }

  /** null: there is no record, so to ffx there is no such instance. */
  async look(): Promise<FfxEvidence | null> {
    const record = await this.#readRecord();
    if (record === null) return null;
    const data = record.state === 'read' ? record.data : null;
    const directories = await this.#directories(data);
    const sockets = await seeSockets(this.#directory);
    return {
      record,
      directories,
      process: await this.#findProcess(data, directories, sockets.fingerprint),
      imagesStaged: data !== null && (await areImagesStaged(data.emulator_configuration, directories)),
      socketsSince: sockets.since,
    };
  }

  async #readRecord(): Promise<SeenRecord | null> {
    const path = join(this.#directory, engineDataFilename);
    for (let read = 1; ; read++) {
      const info = await stat(path).catch(() => null);
      if (info === null) return null;
      const fingerprint = `${info.ino}:${info.size}:${info.mtimeMs}`;
      const isFresh = this.#clock.now() - info.mtimeMs < freshMs;
      if (!isFresh && this.#record?.fingerprint === fingerprint) return this.#record.seen;
      const reading = await readEngineData(this.#directory);
      if (!reading.ok && isFresh && read < rereads) {
        await this.#clock.wait(rereadMs);
        continue;
      }
      const writtenAt = info.mtimeMs;
      const seen: SeenRecord = reading.ok
        ? { state: 'read', data: reading.value.data, writtenAt }
        : { state: 'broken', failure: reading.failure, writtenAt };
      this.#record = { fingerprint, seen };
      return seen;
    }
  }

  /** The recorded directory counts only if it is this one: a copied instance still records the original's. */
  async #directories(data: EngineData | null): Promise<string[]> {
    const real = await realpath(this.#directory).catch(() => this.#directory);
    const recorded = data?.emulator_configuration.runtime.instance_directory ?? '';
    const isThis = isAbsolute(recorded) && (await realpath(recorded).catch(() => null)) === real;
    return [...new Set([this.#directory, real, ...(isThis ? [resolve(recorded)] : [])])];
  }

  async #findProcess(
    data: EngineData | null,
    directories: readonly string[],
    sockets: string,
  ): Promise<ForeignProcess | null> {
    if (this.#process !== null && stateNow(this.#process) === 'alive') return this.#process;
    const marks: EmulatorMarks = { directories, name: this.#name, binary: data?.emulator_binary ?? '' };
    const pid = data?.pid ?? 0;
    this.#process = pid === 0 ? null : await recognise(pid, (words) => isRecordedEmulator(words, marks));
    // ffx does not record the pid when something fails right after the start, and then the process lives on unknown.
    if (this.#process === null && sockets !== '' && sockets !== this.#ownerless) {
      this.#process = await findRecognised((words) => servesItsSockets(words, marks));
      this.#ownerless = this.#process === null ? sockets : '';
    }
    return this.#process;
  }
}

async function seeSockets(directory: string): Promise<{ fingerprint: string; since: number | null }> {
  const infos = await Promise.all(socketNames.map((name) => lstat(join(directory, name)).catch(() => null)));
  const sockets = infos.filter((info) => info?.isSocket()).filter((info) => info !== null);
  return {
    fingerprint: sockets.map(({ ino, mtimeMs }) => `${ino}:${mtimeMs}`).join(),
    since: sockets.length === 0 ? null : Math.min(...sockets.map(({ mtimeMs }) => mtimeMs)),
  };
}

/** Every image the configuration names lies in the directory. */
async function areImagesStaged({ guest }: EmulatorConfiguration, directories: readonly string[]): Promise<boolean> {
  const disk = guest.disk_image === null ? null : readDiskImage(guest.disk_image).path;
  const images = [guest.kernel_image, guest.ramdisk?.path ?? null, disk].filter((path) => path !== null);
  if (images.length === 0) return false;
  const staged = await Promise.all(
    images.map(async (path) => directories.includes(dirname(path)) && (await lstat(path).catch(() => null)) !== null),
  );
  return staged.every((is) => is);
}
