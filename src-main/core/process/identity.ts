/**
 * Which process is ours. A pid alone says nothing: it is reused. An identity is the pid, the moment that process
 * started, the boot of the host it started in, and our `-uuid` in its command line; of what others started, marks in the
 * command line that are as good.
 *
 * Never: believes a pid file, signals anything (see signal.ts), or takes a zombie for a living process.
 */
import * as z from 'zod';
import { systemClock } from '../kit/clock.ts';
import { hostProcesses } from './host-processes.ts';
import { isDead, type ProcessTable } from './process-table.ts';

/** Kept in the launch record, to know the process again after Slipway was restarted. */
export const processIdentitySchema = z.strictObject({
  pid: z.number().int().positive(),
  /** See ProcessStat: compared, never computed with. */
  startTicks: z.number(),
  bootId: z.string(),
  uuid: z.string(),
});
export type ProcessIdentity = Readonly<z.infer<typeof processIdentitySchema>>;

/**
 * A process that Slipway did not start: it has no uuid of ours, and is told by its command line. `isOurs` must be as hard
 * to satisfy by chance as a uuid is, because what satisfies it may be signalled.
 */
export interface ForeignProcess extends Omit<ProcessIdentity, 'uuid'> {
  /** As it was when the process was recognised. */
  readonly commandLine: readonly string[];
  isOurs(commandLine: readonly string[]): boolean;
}

export type KnownProcess = ProcessIdentity | ForeignProcess;

/** `other`: something else has the pid now, so ours is gone too. */
export type ProcessState = 'alive' | 'gone' | 'other';

/** How often an empty command line is read again, 2 ms apart: an exec is over in microseconds. */
const emptyCommandLineReads = 5;

/** The uuid QEMU was started with: the argument after `-uuid` (or `--uuid`), or null. */
export function uuidOf(commandLine: readonly string[]): string | null {
  const at = commandLine.findIndex((argument) => argument === '-uuid' || argument === '--uuid');
  return at < 0 ? null : (commandLine[at + 1] ?? null);
}

/**
 * The identity of a running process as its command line tells it. null: no such process, dead, or not started with
 * `-uuid`; a child between fork and exec still has its parent's command line and counts as the latter.
 */
export async function readIdentity(pid: number, table: ProcessTable = hostProcesses): Promise<ProcessIdentity | null> {
  const life = await readLife(pid, table);
  const uuid = uuidOf(life?.commandLine ?? []);
  return life === null || uuid === null ? null : { pid, startTicks: life.startTicks, bootId: life.bootId, uuid };
}

/** The process that has the pid now, if its command line says that it is ours. */
export async function recognise(
  pid: number,
  isOurs: ForeignProcess['isOurs'],
  table: ProcessTable = hostProcesses,
): Promise<ForeignProcess | null> {
  const life = await readLife(pid, table);
  return life !== null && isOurs(life.commandLine) ? { pid, ...life, isOurs } : null;
}

/**
 * One of this user's processes that is ours by its command line, whatever its pid. If several are, the youngest: before
 * it there may be a wrapper (`strace`, `gdb --args`) with the same words.
 */
export async function findRecognised(
  isOurs: ForeignProcess['isOurs'],
  table: ProcessTable = hostProcesses,
): Promise<ForeignProcess | null> {
  const found = await Promise.all(
    (await table.pids()).map(async (pid) => {
      const commandLine = await table.commandLine(pid).catch(() => null);
      return commandLine !== null && isOurs(commandLine) ? await recognise(pid, isOurs, table) : null;
    }),
  );
  const ours = found.filter((process) => process !== null);
  return ours.reduce<ForeignProcess | null>(
    (youngest, next) => (isOlder(youngest, next) ? next : (youngest ?? next)),
    null,
  );
}

interface Life {
  readonly startTicks: number;
  readonly bootId: string;
  readonly commandLine: readonly string[];
}

/** One life of a pid with its command line; null when there is none, or when it ended while it was looked at. */
async function readLife(pid: number, table: ProcessTable): Promise<Life | null> {
  const bootId = await table.bootId();
  const before = table.statNow(pid);
  if (before === null || isDead(before)) return null;
  const commandLine = (await settledCommandLine(pid, table)) ?? [];
  // The same life of the pid before and after, or the two facts are of two processes.
  const after = table.statNow(pid);
  if (isDead(after) || after?.startTicks !== before.startTicks) return null;
  return { startTicks: before.startTicks, bootId, commandLine };
}

/** What became of a process that was ours. Reads only; may be out of date by the time it is used. */
export async function processState(identity: KnownProcess, table: ProcessTable = hostProcesses): Promise<ProcessState> {
  if ((await table.bootId()) !== identity.bootId) return table.statNow(identity.pid) === null ? 'gone' : 'other';
  const state = stateNow(identity, table);
  if (state !== 'alive') return state;
  const commandLine = await settledCommandLine(identity.pid, table);
  if (commandLine === null) return 'gone';
  const stateAfter = stateNow(identity, table);
  if (stateAfter !== 'alive') return stateAfter;
  // Still empty, and it is the same life of the pid: a process that has given up its memory and not yet its files.
  if (commandLine.length === 0) return 'alive';
  const isOurs = 'uuid' in identity ? sameUuid(uuidOf(commandLine), identity.uuid) : identity.isOurs(commandLine);
  return isOurs ? 'alive' : 'other';
}

/** The part of `processState` that can be had without waiting: pid and start, not boot and uuid. */
export function stateNow(identity: KnownProcess, table: ProcessTable = hostProcesses): ProcessState {
  const stat = table.statNow(identity.pid);
  if (stat === null) return 'gone';
  if (stat.startTicks !== identity.startTicks) return 'other';
  return isDead(stat) ? 'gone' : 'alive';
}

/**
 * Finds the process a launch record has lost: one of this user's, started with `-uuid <uuid>`. If several were (a helper
 * QEMU has forked and not yet replaced, a wrapper that waits for QEMU), the oldest: that is the one Slipway started.
 */
export async function findByUuid(uuid: string, table: ProcessTable = hostProcesses): Promise<ProcessIdentity | null> {
  const found = await Promise.all(
    (await table.pids()).map(async (pid) => {
      const commandLine = await table.commandLine(pid).catch(() => null);
      return sameUuid(uuidOf(commandLine ?? []), uuid) ? await readIdentity(pid, table) : null;
    }),
  );
  const ours = found.filter((identity) => identity !== null && sameUuid(identity.uuid, uuid));
  return ours.reduce((oldest, next) => (oldest === null || isOlder(next, oldest) ? next : oldest), null);
}

/**
 * The processes of this user's that were started with a uuid and that `isMeant` picks by it, by what else the command line
 * says or by where they work (null: the host does not tell); oldest first.
 */
export async function findStarted(
  isMeant: (process: {
    readonly pid: number;
    readonly uuid: string;
    readonly commandLine: readonly string[];
    readonly workingDirectory: string | null;
  }) => boolean,
  table: ProcessTable = hostProcesses,
): Promise<ProcessIdentity[]> {
  const found = await Promise.all(
    (await table.pids()).map(async (pid) => {
      const commandLine = (await table.commandLine(pid).catch(() => null)) ?? [];
      const uuid = uuidOf(commandLine);
      if (uuid === null) return null;
      const workingDirectory = (await table.workingDirectory?.(pid)) ?? null;
      return isMeant({ pid, uuid: uuid.toLowerCase(), commandLine, workingDirectory })
        ? readIdentity(pid, table)
        : null;
    }),
  );
  return found.filter((identity) => identity !== null).sort((a, b) => (isOlder(a, b) ? -1 : 1));
}

function isOlder(a: KnownProcess | null, b: KnownProcess | null): boolean {
  if (a === null || b === null) return a !== null;
  return a.startTicks !== b.startTicks ? a.startTicks < b.startTicks : a.pid < b.pid;
}

function sameUuid(a: string | null, b: string): boolean {
  return a?.toLowerCase() === b.toLowerCase();
}

async function settledCommandLine(pid: number, table: ProcessTable): Promise<readonly string[] | null> {
  let commandLine = await table.commandLine(pid);
  for (let reads = 1; reads < emptyCommandLineReads && commandLine?.length === 0; reads++) {
    if (isDead(table.statNow(pid))) return null;
    await systemClock.wait(2);
    commandLine = await table.commandLine(pid);
  }
  return commandLine;
}
