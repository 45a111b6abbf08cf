/**
 * Starts a guest's emulator so that it outlives us: its own session, its output in a file, nothing of ours held open in
 * it and nothing of it held open in us. The only place that starts one.
 *
 * Never: goes through a shell, passes on the whole environment, or gives the child a pipe (a pipe to a process that has
 * gone is a SIGPIPE for QEMU).
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, constants, openSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { SlipwayError } from '../../../src-shared/contract/errors.ts';
import { systemClock } from '../kit/clock.ts';
import { isErrno } from '../kit/errno.ts';
import { unawaited } from '../kit/unawaited.ts';
import { childEnvironment } from './child-environment.ts';
import { hostProcesses } from './host-processes.ts';
import { type ProcessIdentity, uuidOf } from './identity.ts';
import { inheritableDescriptors } from './inherited-descriptors.ts';

export interface SpawnOptions {
  /** Absolute path. */
  readonly binary: string;
  /** Must hold `-uuid <uuid>`: it is part of the identity. */
  readonly args: readonly string[];
  /** Absolute path of an existing directory. */
  readonly cwd: string;
  /** Added to the allow-listed part of our own environment. */
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** stdout and stderr are appended here; created with mode 0600. */
  readonly logPath: string;
}

export interface ProcessEnd {
  /** Exit code, or null if a signal ended it. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface SpawnedProcess {
  readonly pid: number;
  readonly identity: ProcessIdentity;
  /** Never rejects. Settles only while something else keeps this process's event loop running. */
  readonly exited: Promise<ProcessEnd>;
}

/** How long the command line may take to become the program's own. It is there at once, except in mid-exec. */
const commandLineMs = 2000;

/**
 * A file that is executable but no program for this host is not an error here: execvp(3) hands it to /bin/sh, which
 * complains into the log and ends.
 *
 * @throws SlipwayError `engine_missing` (not there, or not executable), `file_missing` (no such `cwd`), `launch_failed`
 * (anything else). What the log file's folder says (ENOENT, EACCES, ENOSPC) is thrown as it is.
 */
export async function spawnDetached(options: SpawnOptions): Promise<SpawnedProcess> {
  const { binary, args, cwd, env, logPath } = options;
  const uuid = uuidOf(args);
  if (uuid === null) throw new SlipwayError('internal', 'A guest must be started with -uuid.');
  const bootId = await hostProcesses.bootId();

  const log = openSync(logPath, constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT, 0o600);
  let child: ChildProcess;
  try {
    child = spawn(binary, [...args], {
      cwd,
      env: childEnvironment(process.env, env),
      stdio: childFiles(log),
      // setsid(2): a Ctrl-C in our terminal, or the terminal's end, is not for the guest.
      detached: true,
    });
  } catch (error) {
    throw await explainSpawnFailure(binary, cwd, error);
  } finally {
    closeSync(log);
  }

  const { pid } = child;
  if (pid === undefined) {
    const error = await new Promise((resolve) => child.once('error', resolve));
    throw await explainSpawnFailure(binary, cwd, error);
  }
  // Before the event loop has run again nobody can have reaped the child: even one that is dead already still shows when
  // it started.
  const startTicks = hostProcesses.statNow(pid)?.startTicks;
  const exited = new Promise<ProcessEnd>((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal }));
  });
  child.on('error', () => undefined);
  child.unref();
  if (startTicks === undefined) {
    throw new SlipwayError('launch_failed', `${binary} was started, but the host does not show it as a process.`);
  }

  const identity: ProcessIdentity = { pid, startTicks, bootId, uuid };
  await commandLineReady(identity, exited);
  return { pid, identity, exited };
}

/** Nothing to read, the log to write; and the log too wherever the child would otherwise hold a file of ours. */
function childFiles(log: number): ('ignore' | number)[] {
  const files: ('ignore' | number)[] = ['ignore', log, log];
  for (const descriptor of inheritableDescriptors()) {
    while (files.length < descriptor) files.push('ignore');
    files[descriptor] = log;
  }
  return files;
}

/**
 * spawn() returns once exec(2) has succeeded, a few instructions before the new command line can be read; a wrapper script
 * goes through that once more. Who looks for our uuid must find it from here on.
 */
async function commandLineReady({ pid, uuid }: ProcessIdentity, exited: Promise<ProcessEnd>): Promise<void> {
  let ended = false;
  const noteEnd = exited.then(() => {
    ended = true;
  });
  unawaited(noteEnd, 'an end could not be noticed');
  const startedAt = systemClock.monotonic();
  while (!ended && systemClock.monotonic() - startedAt < commandLineMs) {
    const commandLine = await hostProcesses.commandLine(pid);
    if (commandLine === null || uuidOf(commandLine) === uuid) return;
    await systemClock.wait(2);
  }
}

async function explainSpawnFailure(binary: string, cwd: string, error: unknown): Promise<SlipwayError> {
  const raw = error instanceof Error ? error.message : String(error);
  // Node says ENOENT for a missing working directory too.
  const directory = await stat(cwd).catch(() => null);
  if (directory?.isDirectory() !== true) {
    return new SlipwayError('file_missing', `The folder ${cwd} does not exist.`, { raw });
  }
  if (isErrno(error, 'ENOENT', 'ENOTDIR')) {
    return new SlipwayError('engine_missing', `There is no program at ${binary}.`, {
      cause: 'Either the file is missing, or the interpreter or loader it names is.',
      hint: 'Install QEMU, or choose another binary for this instance.',
      raw,
    });
  }
  if (isErrno(error, 'EACCES', 'EPERM', 'EISDIR')) {
    return new SlipwayError('engine_missing', `${binary} may not be executed.`, {
      hint: 'Make it executable (chmod +x), and check that its disk is not mounted with noexec.',
      raw,
    });
  }
  return new SlipwayError('launch_failed', `${binary} could not be started.`, { raw });
}
