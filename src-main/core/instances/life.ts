/**
 * Whether an instance has a living process, whatever its records say: they may be damaged, from another version, or of a
 * boot that came after it. Looks at the uuids of its boots, its pid file, and where processes work. Only looks.
 *
 * Who launches, deletes or cleans up asks here first: below `run/` nothing may be removed under a living QEMU.
 */
import { realpath } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { SlipwayError } from '../../../src-shared/contract/errors.ts';
import type { InstanceId } from '../../../src-shared/model/ids.ts';
import { filenames } from '../home/filenames.ts';
import { readJsonUnchecked } from '../kit/atomic-file.ts';
import { hostProcesses } from '../process/host-processes.ts';
import { findStarted, type ProcessIdentity } from '../process/identity.ts';
import type { ProcessTable } from '../process/process-table.ts';
import type { InstanceServices } from './services.ts';

export interface Life {
  readonly identity: ProcessIdentity;
  /** Which boot it is; null: no record has its uuid. */
  readonly boot: number | null;
}

/** The oldest process of the instance that lives, or null. */
export async function findLife(
  { store, paths }: Pick<InstanceServices, 'store' | 'paths'>,
  id: InstanceId,
  table: ProcessTable = hostProcesses,
): Promise<Life | null> {
  const { run, pid: pidFile } = paths.instance(id);
  const [uuids, directory, pid] = await Promise.all([
    store.uuids(id),
    realpath(run).catch(() => run),
    readPid(pidFile),
  ]);
  const [identity] = await findStarted(({ uuid, workingDirectory, ...process }) => {
    if (workingDirectory === directory) return true;
    if (uuids.has(uuid)) return !isAnothers(directory, workingDirectory);
    // Where nobody tells, its own file names it, and it says of itself that it writes such a file.
    return workingDirectory === null && process.pid === pid && process.commandLine.includes(filenames.pid);
  }, table);
  return identity === undefined ? null : { identity, boot: uuids.get(identity.uuid.toLowerCase()) ?? null };
}

/**
 * An instance's directory that was copied has records of a process that is the original's: it works in that one's `run/`.
 */
export async function worksForAnother(run: string, pid: number, table: ProcessTable = hostProcesses): Promise<boolean> {
  return isAnothers(await realpath(run).catch(() => run), (await table.workingDirectory?.(pid)) ?? null);
}

function isAnothers(run: string, workingDirectory: string | null): boolean {
  return (
    workingDirectory !== null &&
    workingDirectory !== run &&
    basename(workingDirectory) === filenames.run &&
    dirname(dirname(workingDirectory)) === dirname(dirname(run))
  );
}

/** Throws `wrong_phase` when the instance has a process. */
export async function demandNoLife(
  services: Pick<InstanceServices, 'store' | 'paths'>,
  { id, name }: { readonly id: InstanceId; readonly name: string },
  action: string,
): Promise<void> {
  const life = await findLife(services, id);
  if (life === null) return;
  const { pid } = life.identity;
  throw new SlipwayError('wrong_phase', `Cannot ${action} ${name}: process ${pid} of it still runs.`, {
    cause: 'A QEMU works in its directory that no record tells of, or that was started beside Slipway.',
    hint: `Stop it first. If Slipway cannot: kill ${pid}`,
  });
}

async function readPid(path: string): Promise<number | null> {
  const read = await readJsonUnchecked(path);
  return read.state === 'ok' && typeof read.value === 'number' && read.value > 0 ? read.value : null;
}
