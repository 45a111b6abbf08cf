/** The `staged/` folder of one instance: its record, its left-overs, and files moved aside because they hold a guest's writes. */
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { join, parse } from 'node:path';
import type { InstancePaths } from '../home/paths.ts';
import { readJson, writeJsonAtomically } from '../kit/atomic-file.ts';
import { isErrno } from '../kit/errno.ts';
import { explainWrite } from './disk-full.ts';
import { type StagedEntry, type StagingRecord, stagingRecordSchema } from './reuse.ts';

interface FileFacts {
  readonly size: number;
  readonly mtimeNs: string;
}

export class StagedFolder {
  readonly directory: string;
  readonly #recordPath: string;
  #entries: Readonly<Record<string, StagedEntry>>;

  private constructor(paths: Pick<InstancePaths, 'staged' | 'stagingRecord'>, record: StagingRecord | null) {
    this.directory = paths.staged;
    this.#recordPath = paths.stagingRecord;
    this.#entries = record?.entries ?? {};
  }

  /** Creates the folder, removes what a crash left half-written. A broken record counts as none: all is checked anew. */
  static async open(paths: Pick<InstancePaths, 'staged' | 'stagingRecord'>): Promise<StagedFolder> {
    await mkdir(paths.staged, { recursive: true, mode: 0o700 });
    for (const name of await readdir(paths.staged)) {
      if (/\.[0-9a-f]{12}\.tmp$/.test(name)) await rm(join(paths.staged, name), { force: true });
    }
    const record = await readJson(paths.stagingRecord, stagingRecordSchema);
    return new StagedFolder(paths, record.state === 'ok' ? record.value : null);
  }

  entry(slot: string): StagedEntry | undefined {
    return this.#entries[slot];
  }

  pathOf(name: string): string {
    return join(this.directory, name);
  }

  async factsOf(name: string): Promise<FileFacts | null> {
    try {
      const facts = await stat(this.pathOf(name), { bigint: true });
      return { size: Number(facts.size), mtimeNs: String(facts.mtimeNs) };
    } catch (error) {
      if (isErrno(error, 'ENOENT')) return null;
      throw error;
    }
  }

  /** @throws SlipwayError `disk_full`. */
  async record(slot: string, entry: StagedEntry): Promise<void> {
    this.#entries = { ...this.#entries, [slot]: entry };
    const record: StagingRecord = { version: 1, entries: this.#entries };
    try {
      await writeJsonAtomically(this.#recordPath, record);
    } catch (error) {
      throw await explainWrite(error, 'staging.json', this.directory, 4096);
    }
  }

  /** Gives a file another name in the same folder and returns that name, with a way back. */
  async moveAside(name: string, nowMs: number): Promise<{ readonly name: string; undo(): Promise<void> }> {
    const aside = supersededName(name, nowMs);
    await rename(this.pathOf(name), this.pathOf(aside));
    return {
      name: aside,
      undo: async () => {
        if ((await this.factsOf(name)) === null) await rename(this.pathOf(aside), this.pathOf(name));
      },
    };
  }

  async remove(name: string): Promise<void> {
    await rm(this.pathOf(name), { force: true });
  }
}

/** `disk-0.qcow2` → `disk-0.superseded-20300102T030405006Z.qcow2`: sorts by time, keeps the extension. Pure. */
function supersededName(name: string, nowMs: number): string {
  const { name: stem, ext } = parse(name);
  const time = new Date(nowMs).toISOString().replace(/[-:.]/g, '');
  return `${stem}.superseded-${time}${ext}`;
}
