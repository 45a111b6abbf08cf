/**
 * What can be seen of the processes on this host, behind one small interface, so that decisions about identity can be
 * tested against processes that never existed. Only looks: never signals, never starts.
 */
/** The two facts that tell one life of a pid from the next. */
export interface ProcessStat {
  /**
   * When the process started, in the host's own unit since its own epoch (Linux: clock ticks since boot; macOS: seconds
   * since 1970). Only ever compared with itself.
   */
  readonly startTicks: number;
  /** The state letter: `Z` and `X` are dead, whatever else the entry says. */
  readonly state: string;
  readonly parentPid: number;
}

export interface ProcessTable {
  /** Ids of this user's processes, in no order. */
  pids(): Promise<number[]>;
  /** null: no such process. Synchronous, so that nothing can happen between looking and signalling but the kernel. */
  statNow(pid: number): ProcessStat | null;
  /**
   * The arguments, the program's name first. null: no such process. Empty: dead, a kernel thread, or in the middle of
   * an exec, when the kernel has put the old arguments away and not yet written the new ones.
   */
  commandLine(pid: number): Promise<readonly string[] | null>;
  /** Where it works; null: no such process, or not to be told. Absent where the host system does not tell. */
  workingDirectory?(pid: number): Promise<string | null>;
  /** New at every boot of the host. */
  bootId(): Promise<string>;
}

export function isDead(stat: ProcessStat | null): boolean {
  return stat === null || stat.state === 'Z' || stat.state === 'X' || stat.state === 'x';
}
