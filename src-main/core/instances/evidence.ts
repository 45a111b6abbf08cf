/**
 * What can be seen of an instance now: files, the process, the socket. I/O and no decisions; what it means is decided in
 * verdict.ts. When QMP greets, the connection is kept, because it is what attaching needs next.
 */
import { lstat } from 'node:fs/promises';
import { SlipwayError } from '../../../src-shared/contract/errors.ts';
import { filenames } from '../home/filenames.ts';
import type { InstancePaths } from '../home/paths.ts';
import { findByUuid, type ProcessIdentity, processState } from '../process/identity.ts';
import { QmpClient } from '../qmp/client.ts';
import { queryKvm, queryStatus, queryUuid } from '../qmp/commands.ts';
import { worksForAnother } from './life.ts';
import type { LaunchRecord } from './records.ts';
import type { Evidence } from './verdict.ts';

export interface Gathered {
  readonly evidence: Evidence;
  /** The living process that is ours, if there is one. */
  readonly identity: ProcessIdentity | null;
  /** Connected when QMP greeted. Whoever gathers closes it or keeps it. */
  readonly qmp: QmpClient | null;
}

export async function gather(
  paths: InstancePaths,
  record: LaunchRecord | null,
  context: { outcomeRecorded: boolean; startPaused: boolean; now: number; greetingMs: number },
): Promise<Gathered> {
  const { process, identity } = record === null ? nobody : await findProcess(record, paths);
  const probe =
    record === null
      ? { qmp: { state: 'absent' as const }, client: null }
      : await probeQmp(paths, record, context.greetingMs);
  return {
    identity,
    qmp: probe.client,
    evidence: {
      recorded: record !== null,
      outcomeRecorded: context.outcomeRecorded,
      process,
      startedMsAgo: startedMsAgo(record, context.now),
      qmp: probe.qmp,
      pausedByUs: (await lstat(paths.pauseMarker).catch(() => null)) !== null,
      startPaused: context.startPaused,
    },
  };
}

function startedMsAgo(record: LaunchRecord | null, now: number): number {
  if (record === null) return Number.POSITIVE_INFINITY;
  // Until a debugger lets it go it has not begun, however long that takes.
  return record.settled?.awaitsDebugger === true ? 0 : now - Date.parse(record.startedAt);
}

const nobody = { process: 'none' as const, identity: null };

/** By the record; or, when Slipway died between spawning and recording, by the uuid in the command lines. */
async function findProcess(
  record: LaunchRecord,
  { run }: InstancePaths,
): Promise<{ process: Evidence['process']; identity: ProcessIdentity | null }> {
  if (record.process === null) {
    const identity = await findByUuid(record.uuid);
    return identity === null || (await worksForAnother(run, identity.pid)) ? nobody : { process: 'ours', identity };
  }
  const identity = { ...record.process, uuid: record.uuid };
  switch (await processState(identity)) {
    case 'alive':
      return (await worksForAnother(run, identity.pid))
        ? { process: 'other', identity: null }
        : { process: 'ours', identity };
    case 'other':
      return { process: 'other', identity: null };
    case 'gone':
      return nobody;
  }
}

async function probeQmp(
  paths: InstancePaths,
  record: LaunchRecord,
  greetingMs: number,
): Promise<{ qmp: Evidence['qmp']; client: QmpClient | null }> {
  // What is no QMP, or may not be opened, is as good as silent: it is asked again, and never ends the watch.
  const probe = await QmpClient.probe({ directory: paths.run, name: filenames.qmp }, { greetingMs }).catch(
    (error: unknown) => {
      if (error instanceof SlipwayError) return { state: 'silent' as const };
      throw error;
    },
  );
  if (probe.state !== 'greeted') return { qmp: { state: probe.state }, client: null };
  const { client } = probe;
  try {
    const [uuid, status] = await Promise.all([queryUuid(client), queryStatus(client)]);
    return { qmp: { state: 'greeted', uuidMatches: uuid === record.uuid, runState: status.status }, client };
  } catch {
    // It ended between its greeting and its answer.
    await client.end();
    return { qmp: { state: 'refused' }, client: null };
  }
}

/** Whether QEMU confirms the accelerator. One that does not tell is not verified, and runs all the same. */
export async function isVerified(qmp: QmpClient, accelerator: string | undefined): Promise<boolean> {
  const { enabled } = await queryKvm(qmp).catch(() => ({ enabled: null }));
  return accelerator !== undefined && enabled !== null && (accelerator === 'kvm') === enabled;
}
