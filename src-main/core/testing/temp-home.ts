/** A home that exists for one test, and a check that the test left nothing running in it. */
import { mkdtemp, readFile, readlink, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Paths, pathsOf } from '../home/paths.ts';
import { isErrno } from '../kit/errno.ts';
import { linuxProcesses } from '../process/linux-processes.ts';
import { eventually } from './eventually.ts';

export interface TempHome {
  readonly home: string;
  readonly paths: Paths;
  /**
   * Fails if a process still works in the home or was started with a path in it; ends it and removes the home first.
   * Processes that are about to end get a moment.
   */
  dispose(): Promise<void>;
}

const graceMs = 2000;

export async function tempHome(): Promise<TempHome> {
  const home = await realpath(await mkdtemp(join(tmpdir(), 'slipway-home-')));
  return {
    home,
    paths: pathsOf(home),
    dispose: async () => {
      let left: readonly LeftProcess[] = [];
      const isEmpty = async () => {
        left = await processesIn(home);
        return left.length === 0;
      };
      await eventually(isEmpty, { timeoutMs: graceMs }).catch(() => undefined);
      for (const { pid } of left) kill(pid);
      await rm(home, { recursive: true, force: true, maxRetries: 5, retryDelay: 20 });
      if (left.length === 0) return;
      throw new Error(`left running:\n${left.map(({ pid, what }) => `  ${pid} ${what}`).join('\n')}`);
    },
  };
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if (!isErrno(error, 'ESRCH')) throw error;
  }
}

export interface LeftProcess {
  readonly pid: number;
  readonly what: string;
}

/** This user's living processes that work in `directory` or name it in their arguments, without this one. Linux only. */
export async function processesIn(directory: string): Promise<LeftProcess[]> {
  const found = await Promise.all(
    (await linuxProcesses.pids()).map(async (pid): Promise<LeftProcess | null> => {
      if (pid === process.pid) return null;
      const cwd = await readlink(`/proc/${pid}/cwd`).catch(() => '');
      const commandLine = (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).replaceAll('\0', ' ');
      const isHere = cwd === directory || cwd.startsWith(`${directory}/`) || commandLine.includes(directory);
      return isHere ? { pid, what: commandLine || cwd } : null;
    }),
  );
  return found.filter((entry) => entry !== null);
}
