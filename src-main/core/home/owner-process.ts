/**
 * Who holds a home's lock: for words alone ("process 812 is suspended"), never to decide anything.
 *
 * Linux: /proc/net/unix gives the lock socket's inode, and a link `socket:[INODE]` in /proc/PID/fd gives the process.
 * Elsewhere, and for a process of another user, the answer is null.
 */
import { readdir, readFile, readlink } from 'node:fs/promises';

export interface OwnerProcess {
  readonly pid: number;
  /** Stopped by a signal, as Ctrl-Z does: it holds the lock and cannot answer. */
  readonly suspended: boolean;
}

/** `address`: the lock's, as bind(2) has it, with its leading NUL. Never throws. */
export async function findOwnerProcess(address: string): Promise<OwnerProcess | null> {
  if (process.platform !== 'linux') return null;
  const inode = inodeOf(await readText('/proc/net/unix'), address.replace('\0', '@'));
  if (inode === null) return null;
  const wanted = `socket:[${inode}]`;
  for (const pid of await list('/proc')) {
    if (!/^\d+$/.test(pid)) continue;
    for (const descriptor of await list(`/proc/${pid}/fd`)) {
      if ((await readlink(`/proc/${pid}/fd/${descriptor}`).catch(() => '')) !== wanted) continue;
      const state = /^State:\s+(\S)/m.exec(await readText(`/proc/${pid}/status`))?.[1];
      return { pid: Number(pid), suspended: state === 'T' || state === 't' };
    }
  }
  return null;
}

/** Rows are `Num RefCount Protocol Flags Type St Inode Path`; old Nodes pad the name with NULs, which are shown as `@`. */
function inodeOf(table: string, name: string): string | null {
  for (const row of table.split('\n')) {
    const [, , , , , , inode, path] = row.trim().split(/\s+/);
    if (inode !== undefined && path?.replace(/@+$/, '') === name) return inode;
  }
  return null;
}

function readText(path: string): Promise<string> {
  return readFile(path, 'utf8').catch(() => '');
}

function list(path: string): Promise<string[]> {
  return readdir(path).catch(() => []);
}
