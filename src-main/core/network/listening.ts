/** TCP ports that a process listens on, as the kernel has it, whoever told it to. Linux; elsewhere null. */
import { readdir, readFile, readlink } from 'node:fs/promises';
import { parseProcSockets } from './port-owner.ts';

export interface Listening {
  readonly address: string;
  readonly port: number;
}

export async function listeningPorts(pid: number): Promise<Listening[] | null> {
  const held = new Set<string>();
  try {
    for (const name of await readdir(`/proc/${pid}/fd`)) {
      const inode = /^socket:\[(\d+)\]$/.exec(await readlink(`/proc/${pid}/fd/${name}`).catch(() => ''))?.[1];
      if (inode !== undefined) held.add(inode);
    }
  } catch {
    return null;
  }
  // Its own view: it may be in another network namespace than we are.
  const tables = await Promise.all(
    ['tcp', 'tcp6'].map((name) => readFile(`/proc/${pid}/net/${name}`, 'utf8').catch(() => '')),
  );
  return tables
    .flatMap((text) => parseProcSockets(text))
    .filter(({ isListening, inode }) => isListening && held.has(inode))
    .map(({ address, port }) => ({ address, port }))
    .sort((one, other) => one.port - other.port);
}
