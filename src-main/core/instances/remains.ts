/**
 * What is left of an instance's last boot when Slipway comes to it: its records, and its process if one lives. I/O and no
 * decisions. The last boot is the one that lives, if one does, whatever was begun after it.
 */
import { readdir } from 'node:fs/promises';
import type { InstanceId } from '../../../src-shared/model/ids.ts';
import { filenames } from '../home/filenames.ts';
import { isErrno } from '../kit/errno.ts';
import { hostProcesses } from '../process/host-processes.ts';
import { type ProcessIdentity, processState } from '../process/identity.ts';
import { findLife, worksForAnother } from './life.ts';
import { type LaunchRecord, launchFormat, type OutcomeRecord } from './records.ts';
import type { InstanceServices } from './services.ts';

export interface Remains {
  /** 0: it was never launched, and nothing lives. */
  readonly boot: number;
  /** null: none that can be read, and no process that could stand in for it. */
  readonly record: LaunchRecord | null;
  readonly outcome: OutcomeRecord | null;
  readonly identity: ProcessIdentity | null;
  /** Its end was written down, and no left-over says otherwise. */
  readonly isOver: boolean;
}

/** Throws what the file system throws where the boots cannot be listed. */
export async function findRemains(
  services: Pick<InstanceServices, 'store' | 'paths'>,
  id: InstanceId,
): Promise<Remains> {
  const { store, paths } = services;
  const last = await store.lastBoot(id);
  const [before, hasLeftOvers] = await Promise.all([readBoot(services, id, last), leftOversIn(paths.instance(id).run)]);
  const { record, outcome } = before;
  if (!hasLeftOvers && (last === 0 || outcome !== null))
    return { boot: last, record, outcome, identity: null, isOver: true };
  const recorded = record?.process == null ? null : { ...record.process, uuid: record.uuid };
  const isRecorded =
    recorded !== null &&
    (await processState(recorded)) === 'alive' &&
    !(await worksForAnother(paths.instance(id).run, recorded.pid));
  if (isRecorded) return { boot: last, record, outcome, identity: recorded, isOver: false };
  const life = await findLife(services, id);
  if (life === null) return { boot: last, record, outcome, identity: null, isOver: false };
  const { identity } = life;
  const boot = life.boot ?? last;
  const of = boot === last ? before : await readBoot(services, id, boot);
  const isOfBoot = of.record?.uuid.toLowerCase() === identity.uuid.toLowerCase();
  return {
    boot,
    record: isOfBoot ? of.record : await recordOf(identity, boot, paths.instance(id).run),
    // Somebody was wrong about its end.
    outcome: null,
    identity,
    isOver: false,
  };
}

async function readBoot({ store }: Pick<InstanceServices, 'store'>, id: InstanceId, boot: number) {
  if (boot === 0) return { record: null, outcome: null };
  const [launched, outcome] = await Promise.all([store.readLaunch(id, boot), store.readOutcome(id, boot)]);
  return {
    record: launched.state === 'ok' ? launched.value : null,
    outcome: outcome.state === 'ok' ? outcome.value : null,
  };
}

/** The serial sockets are Slipway's own, and say nothing of a QEMU. */
async function leftOversIn(run: string): Promise<boolean> {
  const names = await readdir(run).catch((error: unknown) => {
    // What cannot be listed may hold anything.
    return isErrno(error, 'ENOENT') ? [] : [filenames.pid];
  });
  return names.some((name) => !name.startsWith(filenames.serialSocket));
}

/** What a process says of itself, in the place of a record that cannot be read. */
async function recordOf(identity: ProcessIdentity, boot: number, run: string): Promise<LaunchRecord> {
  const { pid, startTicks, bootId, uuid } = identity;
  const [binary = '', ...args] = (await hostProcesses.commandLine(pid)) ?? [];
  const record = launchFormat.schema.parse({ ...launchFormat.substitutes, boot: Math.max(1, boot), uuid });
  return {
    ...record,
    boot,
    binary,
    arguments: [{ args, field: 'slipway', why: 'As the process was started; its record cannot be read.' }],
    workingDirectory: run,
    process: { pid, startTicks, bootId },
  };
}
