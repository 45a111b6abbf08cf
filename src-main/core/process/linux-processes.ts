/** The process table of Linux: `/proc`, see proc(5). */
import { readFileSync } from 'node:fs';
import { readdir, readFile, readlink, stat } from 'node:fs/promises';
import { isErrno } from '../kit/errno.ts';
import type { ProcessStat, ProcessTable } from './process-table.ts';

/**
 * `/proc/<pid>/stat`: `pid (comm) state ppid …`, start time as field 22. `comm` may hold spaces, parentheses and line
 * ends, so the fields are counted from after the last `)`. null: not such a line.
 */
export function parseStat(text: string): ProcessStat | null {
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const [state, parent] = fields;
  // Field 3 is the first one here.
  const startTicks = Number(fields[22 - 3]);
  if (state?.length !== 1 || !Number.isSafeInteger(startTicks)) return null;
  return { state, parentPid: Number(parent), startTicks };
}

/** `/proc/<pid>/cmdline`: every argument ends with a NUL; a program that rewrote its title may end without one. */
export function parseCommandLine(text: string): string[] {
  if (text === '') return [];
  return (text.endsWith('\0') ? text.slice(0, -1) : text).split('\0');
}

export const linuxProcesses: ProcessTable = {
  async pids() {
    const user = process.getuid?.();
    const names = (await readdir('/proc')).filter((name) => /^[0-9]+$/.test(name));
    const mine = await Promise.all(
      names.map(async (name) => {
        const facts = await stat(`/proc/${name}`).catch(() => null);
        return facts !== null && facts.uid === user ? Number(name) : null;
      }),
    );
    return mine.filter((pid) => pid !== null);
  },

  statNow(pid) {
    try {
      return parseStat(readFileSync(`/proc/${pid}/stat`, 'utf8'));
    } catch (error) {
      if (isGone(error)) return null;
      throw error;
    }
  },

  async commandLine(pid) {
    try {
      return parseCommandLine(await readFile(`/proc/${pid}/cmdline`, 'utf8'));
    } catch (error) {
      if (isGone(error)) return null;
      throw error;
    }
  },

  async workingDirectory(pid) {
    return readlink(`/proc/${pid}/cwd`).catch(() => null);
  },

  async bootId() {
    return (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim();
  },
};

/** ESRCH: the process went away between opening its file and reading it. */
function isGone(error: unknown): boolean {
  return isErrno(error, 'ENOENT', 'ESRCH');
}
