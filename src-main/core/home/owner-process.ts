/**
 * Who holds a home's lock: for words alone ("process 812 is suspended"), never to decide anything.
 *
 * The owner's private name for its lock has its process id in it. That process is believed when it is seen to hold a
 * socket bound to this name, because in a container the number may be another process's. Linux alone; else null.
 */
import { lstat, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { filenames } from './filenames.ts';
import { describe, holds, type SocketOwner } from './socket-owner.ts';

/** The flag of a socket that accepts connections (__SO_ACCEPTCON of the kernel), as /proc/net/unix writes it. */
const listening = '00010000';

/** Never throws. */
export async function findOwnerProcess(home: string): Promise<SocketOwner | null> {
  if (process.platform !== 'linux') return null;
  const lock = await inodeOf(join(home, filenames.ownerLock));
  if (lock === null) return null;
  for (const name of await readdir(home).catch(() => [])) {
    const pid = name.startsWith(filenames.ownerClaim)
      ? /^\d+/.exec(name.slice(filenames.ownerClaim.length))?.[0]
      : null;
    if (pid === null || pid === undefined || (await inodeOf(join(home, name))) !== lock) continue;
    const socket = await boundTo(pid, name);
    if (socket !== null && (await holds(pid, socket))) return describe(Number(pid));
  }
  return null;
}

/** The inode of the socket bound to `name`, in the network namespace of that process. */
async function boundTo(pid: string, name: string): Promise<string | null> {
  const table = await readFile(`/proc/${pid}/net/unix`, 'utf8').catch(() => '');
  const rows = table.split('\n').filter((line) => line.endsWith(`/${name}`));
  // Who waits to be let in stands there under the same name, and holds nothing yet: only the one that listens counts.
  return rows.map((row) => row.trim().split(/\s+/)).find((fields) => fields[3] === listening)?.[6] ?? null;
}

async function inodeOf(path: string): Promise<bigint | null> {
  return lstat(path, { bigint: true }).then(
    ({ ino }) => ino,
    () => null,
  );
}
