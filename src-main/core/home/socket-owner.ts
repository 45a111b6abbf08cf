/** Which process holds a socket, as far as /proc shows it to us. */
import { readdir, readFile, readlink, stat } from 'node:fs/promises';

export interface SocketOwner {
  readonly pid: number;
  readonly uid: number;
  /** Stopped by a signal, as Ctrl-Z does. */
  readonly suspended: boolean;
}

/** `inode`: the socket's, not that of its name in a file system. Null for what we may not see. Never throws. */
export async function ownerOfSocket(inode: string): Promise<SocketOwner | null> {
  for (const pid of await list('/proc'))
    if (/^\d+$/.test(pid) && (await holds(pid, inode))) return describe(Number(pid));
  return null;
}

export async function holds(pid: string, inode: string): Promise<boolean> {
  for (const descriptor of await list(`/proc/${pid}/fd`))
    if ((await readlink(`/proc/${pid}/fd/${descriptor}`).catch(() => '')) === `socket:[${inode}]`) return true;
  return false;
}

export async function describe(pid: number): Promise<SocketOwner | null> {
  const state = /^State:\s+(\S)/m.exec(await readText(`/proc/${pid}/status`))?.[1];
  const uid = await stat(`/proc/${pid}`).then(
    (found) => found.uid,
    () => null,
  );
  return uid === null ? null : { pid, uid, suspended: state === 'T' || state === 't' };
}

function readText(path: string): Promise<string> {
  return readFile(path, 'utf8').catch(() => '');
}

function list(path: string): Promise<string[]> {
  return readdir(path).catch(() => []);
}
