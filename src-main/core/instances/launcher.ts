/**
 * From a Spec to a process: find the engine, check, stage, plan, spawn. Every step is timed. Whatever fails before the
 * process exists leaves nothing behind but the record of the attempt; once it exists it is recorded before anything
 * else can fail.
 */
import { randomUUID } from 'node:crypto';
import { constants, open } from 'node:fs/promises';
import { join } from 'node:path';
import { SlipwayError } from '../../../src-shared/contract/errors.ts';
import { serialNamesOf } from '../../../src-shared/model/console.ts';
import type { Finding, Progress } from '../../../src-shared/model/instance.ts';
import type { Spec } from '../../../src-shared/model/spec.ts';
import type { EngineCapabilities, Preparation } from '../engines/engine.ts';
import { filenames } from '../home/filenames.ts';
import { bootName } from '../home/paths.ts';
import { runTool } from '../process/run-tool.ts';
import { type SpawnedProcess, spawnDetached } from '../process/spawn.ts';
import { serialPortsOf } from './instance-view.ts';
import { removeLeftOvers } from './left-overs.ts';
import { demandNoLife } from './life.ts';
import type { LaunchRecord } from './records.ts';
import type { InstanceServices } from './services.ts';
import type { Timeline } from './timeline.ts';

export interface LaunchContext {
  readonly spec: Spec;
  readonly boot: number;
  readonly timeline: Timeline;
  readonly signal: AbortSignal;
  onProgress(progress: Progress): void;
  onFindings(findings: readonly Finding[]): void;
  /** Every image is in place; from now on there may be a process. */
  onStaged(): void;
}

export interface Launched {
  readonly record: LaunchRecord;
  readonly process: SpawnedProcess;
}

/** Rejects with the failure that stopped it; no process is left then. */
export async function launch(services: InstanceServices, context: LaunchContext): Promise<Launched> {
  const { engine, doctor, store, paths } = services;
  const { timeline, signal } = context;
  const { spec, capabilities } = await timeline.run(
    'find the engine',
    async () => {
      const settled = await engine.settle(context.spec);
      return { spec: settled, capabilities: await engine.detect(settled) };
    },
    ({ capabilities: found }) => `${found.binary} ${found.version}`,
  );
  signal.throwIfAborted();
  await timeline.run('check', async () => {
    const findings = await engine.validate(spec, capabilities);
    context.onFindings(findings);
    const fatal = findings.find((finding) => finding.severity === 'error');
    if (fatal !== undefined) throw SlipwayError.from(fatal.failure);
  });
  signal.throwIfAborted();
  const acceleration = await timeline.run(
    'choose the accelerator',
    () => doctor.resolve(spec.host.acceleration, spec.architecture, capabilities),
    ({ reason }) => reason,
  );
  signal.throwIfAborted();
  const instance = paths.instance(spec.id);
  const staged = await engine.stage(spec, {
    paths: instance,
    signal,
    onProgress: context.onProgress,
    onStep: (name, note) => timeline.begin(name, note),
  });
  timeline.end('done');
  signal.throwIfAborted();
  context.onStaged();

  const uuid = randomUUID();
  const plan = engine.plan({
    spec,
    staged,
    capabilities,
    acceleration,
    uuid,
    serialStem: join('..', filenames.boots, bootName(context.boot), filenames.serialStem),
  });
  for (const preparation of plan.preparations ?? []) {
    await timeline.run(preparation.step, () => prepare(preparation, instance.boot(context.boot).engineLog, signal));
    signal.throwIfAborted();
  }
  const record: LaunchRecord = {
    version: 1,
    boot: context.boot,
    uuid,
    startedAt: new Date(services.clock.now()).toISOString(),
    binary: plan.binary,
    engineVersion: capabilities.version,
    arguments: [...plan.arguments],
    workingDirectory: instance.run,
    environment: { ...plan.environment },
    acceleration,
    ...gdbStubOf(spec, capabilities),
    settled: {
      networking: spec.host.networking,
      ports: spec.host.ports,
      startPaused: spec.runtime.debug.startPaused,
      awaitsDebugger: plan.awaitsDebugger ?? false,
    },
    configuration: plan.configuration ?? null,
    process: null,
  };
  const process = await timeline.run(
    'start the engine',
    async () => {
      await prepareBootFiles(services, spec, context.boot);
      // The record comes first: should we die in the next line, the uuid in it finds the process.
      await store.writeLaunch(spec.id, record);
      return spawnDetached({
        binary: plan.binary,
        args: plan.arguments.flatMap(({ args }) => args),
        cwd: instance.run,
        env: plan.environment,
        logPath: instance.boot(context.boot).engineLog,
      });
    },
    ({ pid }) => `process ${pid}`,
  );
  const { pid, startTicks, bootId } = process.identity;
  // What took its time before the process was there is not the process's.
  const startedAt = new Date(services.clock.now()).toISOString();
  const recorded: LaunchRecord = { ...record, startedAt, process: { pid, startTicks, bootId } };
  // The process lives, and the uuid on disk finds it without this: a disk that is full now must not lose it.
  await store.writeLaunch(spec.id, recorded).catch((error: unknown) => {
    services.log.warn('the process could not be recorded', { id: spec.id, pid, error: String(error) });
  });
  return { record: recorded, process };
}

/** What it says goes into the engine's log, where it can be read while it runs and after. */
async function prepare({ program, args }: Preparation, logPath: string, signal: AbortSignal): Promise<void> {
  const log = await open(logPath, 'a', 0o600);
  try {
    const pieces: Promise<unknown>[] = [log.appendFile(`$ ${[program, ...args].join(' ')}\n`)];
    const { code, stdout, stderr } = await runTool(program, args, {
      signal,
      onOutput: ({ text }) => pieces.push(log.appendFile(text)),
    });
    await Promise.all(pieces);
    if (code === 0) return;
    throw new SlipwayError('launch_failed', `${program} returned non-zero exit code ${code}.`, {
      hint: 'What it said is in the engine log. It has no terminal here: what asks for a password cannot work.',
      raw: `${stdout}${stderr}`,
    });
  } finally {
    await log.close();
  }
}

/** The transcripts QEMU writes, the FIFOs it reads, and no socket of a boot before. */
async function prepareBootFiles(services: InstanceServices, spec: Spec, boot: number): Promise<void> {
  const instance = services.paths.instance(spec.id);
  const files = instance.boot(boot);
  const lines = serialNamesOf(serialPortsOf(spec)).map((name) => files.serial(name));
  for (const { output } of lines) {
    const transcript = await open(output, constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY, 0o600);
    await transcript.close();
  }
  const made = await runTool('mkfifo', ['-m', '600', ...lines.map(({ input }) => input)], { timeoutMs: 5000 });
  if (made.code !== 0) {
    throw new SlipwayError('home_unusable', 'The FIFO for the keyboard could not be made.', {
      cause: 'The file system of the Slipway home has no FIFOs, or is full.',
      hint: 'Move the home to a local Linux file system with SLIPWAY_HOME.',
      raw: made.stderr,
    });
  }
  // QEMU would take over stale sockets by itself; a stale pid file it would lock and rewrite. Gone is plainer, and proof
  // comes first: whoever still works in there would be cut off, and its disks be written by two.
  await demandNoLife(services, spec, 'launch');
  await removeLeftOvers(instance);
}

/** femu has a debugger of its own, at the process. */
function gdbStubOf({ runtime }: Spec, { kind }: EngineCapabilities): Pick<LaunchRecord, 'gdbPort' | 'gdbSocket'> {
  const gdb = kind === 'femu' ? null : runtime.debug.gdb;
  return { gdbPort: gdb?.port ?? null, gdbSocket: gdb !== null && gdb.port === null };
}
