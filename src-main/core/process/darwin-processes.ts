/**
 * The process table of macOS, by way of ps(1): there is no `/proc`, and Node has no call for it. Slower and coarser than
 * on Linux (start times in whole seconds), which the uuid in the command line makes up for.
 */
import { execFile, execFileSync } from 'node:child_process';
import { promisify } from 'node:util';
import type { ProcessStat, ProcessTable } from './process-table.ts';

const run = promisify(execFile);
/** `lstart` follows the language; in this one it has a fixed shape, e.g. `Mon Nov 23 14:43:01 2026`. */
const options = { encoding: 'utf8', env: { PATH: '/usr/bin:/bin:/usr/sbin:/sbin', LC_ALL: 'C', TZ: 'UTC' } } as const;
const statColumns = ['-o', 'stat=,ppid=,lstart='];

/** One line of `ps -o stat=,ppid=,lstart=`. */
export function parsePsStat(text: string): ProcessStat | null {
  const match = /^\s*(\S)\S*\s+(\d+)\s+(\S.*\S)\s*$/.exec(text);
  if (match === null) return null;
  const [, state = '', parent, started = ''] = match;
  const startTicks = Date.parse(`${started} UTC`) / 1000;
  return Number.isFinite(startTicks) ? { state, parentPid: Number(parent), startTicks } : null;
}

/** ps joins arguments with spaces: good enough to find `-uuid <uuid>`, not to tell what had spaces in it. */
export function parsePsCommand(text: string): string[] {
  return text.trim().split(/\s+/).filter(Boolean);
}

export const darwinProcesses: ProcessTable = {
  async pids() {
    const { stdout } = await run('ps', ['-x', '-o', 'pid='], options);
    return stdout.split('\n').filter(Boolean).map(Number);
  },

  statNow(pid) {
    try {
      const text = execFileSync('ps', [...statColumns, '-p', String(pid)], { ...options, stdio: 'pipe' });
      return parsePsStat(text);
    } catch {
      // ps ends with 1 when there is no such process.
      return null;
    }
  },

  async commandLine(pid) {
    try {
      return parsePsCommand((await run('ps', ['-ww', '-o', 'command=', '-p', String(pid)], options)).stdout);
    } catch {
      return null;
    }
  },

  async bootId() {
    return (await run('sysctl', ['-n', 'kern.bootsessionuuid'], options)).stdout.trim();
  },
};
