/**
 * Runs a short-lived host tool (apt, dpkg-deb, qemu-img …) to its end and returns what it said.
 *
 * Never: goes through a shell, hands the app's whole environment to a child, leaves a child behind after an abort or a
 * deadline, or starts anything that should outlive the call.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { SlipwayError } from '../../../src-shared/contract/errors.ts';
import { isErrno } from '../kit/errno.ts';

export interface RunToolOptions {
  /** Ends the tool (SIGTERM, then SIGKILL) and everything in its process group. */
  readonly signal?: AbortSignal | undefined;
  readonly cwd?: string | undefined;
  /** Added to the allow-listed part of our own environment; wins over it. */
  readonly env?: Readonly<Record<string, string>> | undefined;
  readonly timeoutMs?: number | undefined;
  /** Bound on stdout and stderr together; a tool that prints more is stopped, because half an output is a wrong output. */
  readonly maxOutputBytes?: number | undefined;
  /** Called with each piece as it arrives; pieces are not cut at line ends. */
  readonly onOutput?: ((piece: ToolOutput) => void) | undefined;
}

export interface ToolOutput {
  readonly stream: 'stdout' | 'stderr';
  readonly text: string;
}

export interface ToolResult {
  /** The tool's own exit code. A tool that was ended by a signal has none and throws instead. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const defaultMaxOutputBytes = 16 * 1024 * 1024;
/** Time a tool gets between SIGTERM and SIGKILL: enough for apt to remove its lock, short enough for a Cancel button. */
const terminateGraceMs = 2000;

const allowedVariables: ReadonlySet<string> = new Set([
  'PATH',
  'HOME',
  'LANG',
  'TMPDIR',
  'DEBIAN_FRONTEND',
  'APT_CONFIG',
]);

/** The part of an environment that host tools may see: where programs are, language, proxies. Pure. */
export function toolEnvironment(
  environment: Readonly<Record<string, string | undefined>>,
  extra: Readonly<Record<string, string>> = {},
): Record<string, string> {
  const allowed: Record<string, string> = {};
  for (const [name, value] of Object.entries(environment)) {
    if (value === undefined) continue;
    if (allowedVariables.has(name) || name.startsWith('LC_') || /^[a-z]+_proxy$/i.test(name)) allowed[name] = value;
  }
  return { ...allowed, ...extra };
}

/**
 * Runs `command` (a name looked up in PATH, or a path) and waits for it. A non-zero exit code is a result, not an error.
 *
 * @throws SlipwayError `tool_missing` (not there, or not executable), `file_missing` (no such `cwd`), `cancelled`,
 * `timed_out`, `internal` (ended by a signal that is not ours, too much output, could not be started).
 */
export async function runTool(
  command: string,
  args: readonly string[],
  options: RunToolOptions = {},
): Promise<ToolResult> {
  const { signal, cwd, timeoutMs, onOutput } = options;
  const maxOutputBytes = options.maxOutputBytes ?? defaultMaxOutputBytes;
  if (signal?.aborted) throw cancelled(command);

  // A group of its own, so that helpers the tool starts (apt's download methods) go with it.
  const child = spawn(command, [...args], {
    cwd,
    env: toolEnvironment(process.env, options.env),
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });

  let stoppedBecause: SlipwayError | undefined;
  let killTimer: NodeJS.Timeout | undefined;
  const stop = (reason: SlipwayError): void => {
    if (stoppedBecause !== undefined) return;
    stoppedBecause = reason;
    signalGroup(child, 'SIGTERM');
    killTimer = setTimeout(() => {
      signalGroup(child, 'SIGKILL');
      // A grandchild that left the group could hold the pipes open for ever; nobody reads them any more.
      child.stdout.destroy();
      child.stderr.destroy();
    }, terminateGraceMs);
  };

  const onAbort = (): void => stop(cancelled(command));
  signal?.addEventListener('abort', onAbort, { once: true });
  const deadline =
    timeoutMs === undefined
      ? undefined
      : setTimeout(
          () => stop(new SlipwayError('timed_out', `${command} did not finish within ${timeoutMs} ms.`)),
          timeoutMs,
        );

  const kept = { stdout: '', stderr: '' };
  let outputBytes = 0;
  const collect = (stream: 'stdout' | 'stderr') => (text: string) => {
    if (stoppedBecause !== undefined) return;
    outputBytes += Buffer.byteLength(text);
    if (outputBytes > maxOutputBytes) {
      stop(new SlipwayError('internal', `${command} printed more than ${maxOutputBytes} bytes and was stopped.`));
      return;
    }
    kept[stream] += text;
    onOutput?.({ stream, text });
  };
  child.stdout.setEncoding('utf8').on('data', collect('stdout'));
  child.stderr.setEncoding('utf8').on('data', collect('stderr'));

  try {
    const ended = await new Promise<{ code: number | null; signal: string | null }>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code, endSignal) => resolve({ code, signal: endSignal }));
    });
    if (stoppedBecause !== undefined) throw stoppedBecause;
    if (ended.code === null) {
      throw new SlipwayError('internal', `${command} was ended by ${ended.signal ?? 'a signal'}.`, rawOf(kept.stderr));
    }
    return { code: ended.code, stdout: kept.stdout, stderr: kept.stderr };
  } catch (error) {
    if (error instanceof SlipwayError) throw error;
    throw await explainSpawnFailure(command, cwd, error);
  } finally {
    clearTimeout(killTimer);
    clearTimeout(deadline);
    signal?.removeEventListener('abort', onAbort);
  }
}

function signalGroup(child: ChildProcess, name: 'SIGTERM' | 'SIGKILL'): void {
  // Until our 'close' the leader is unreaped or its pipes are open in the group, so the id is still this group's.
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, name);
  } catch {
    // ESRCH: the group ended by itself.
  }
}

async function explainSpawnFailure(command: string, cwd: string | undefined, error: unknown): Promise<SlipwayError> {
  const raw = error instanceof Error ? error.message : String(error);
  // Node says ENOENT for a missing working directory too.
  if (isErrno(error, 'ENOENT') && cwd !== undefined && !(await exists(cwd))) {
    return new SlipwayError('file_missing', `The folder ${cwd} does not exist.`, { raw });
  }
  if (isErrno(error, 'ENOENT')) {
    return new SlipwayError('tool_missing', `${command} is not installed.`, {
      hint: `Install ${command} or add its folder to PATH.`,
      raw,
    });
  }
  if (isErrno(error, 'EACCES')) return new SlipwayError('tool_missing', `${command} may not be executed.`, { raw });
  return new SlipwayError('internal', `${command} could not be started.`, { raw });
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch {
    return false;
  }
}

function cancelled(command: string): SlipwayError {
  return new SlipwayError('cancelled', `${command} was cancelled.`);
}

function rawOf(text: string): { raw?: string } {
  return text === '' ? {} : { raw: text };
}
