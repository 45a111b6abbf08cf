/** What the kernel tells of a process that does not end: proc(5). Never throws; elsewhere than on Linux all is null. */
import { readFile } from 'node:fs/promises';
import { parseStat } from './linux-processes.ts';

export interface StuckFacts {
  /** One letter: `D` uninterruptible sleep, `T` stopped, `R` running, … */
  readonly state: string | null;
  /** The function in the kernel it sleeps in, where we may know it. */
  readonly waitsIn: string | null;
  readonly parentPid: number | null;
}

export async function stuckFacts(pid: number): Promise<StuckFacts> {
  const read = (name: string) => readFile(`/proc/${pid}/${name}`, 'utf8').catch(() => '');
  const [stat, wchan] = await Promise.all([read('stat'), read('wchan')]);
  const parsed = stat === '' ? null : parseStat(stat);
  const waitsIn = wchan.trim();
  return {
    state: parsed?.state ?? null,
    // "0" where it does not sleep or the kernel hides it.
    waitsIn: waitsIn === '' || waitsIn === '0' ? null : waitsIn,
    parentPid: parsed?.parentPid ?? null,
  };
}
