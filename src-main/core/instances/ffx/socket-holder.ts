/**
 * Whether somebody is connected to a socket that serves one client at a time and greets nobody, as QEMU's serial line
 * does. A second client gets no refusal: what it writes waits, and reaches the guest when the first has left.
 */
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';

/**
 * @param path as its server was told it.
 * @returns false also where it cannot be known: only Linux says (proc(5), `/proc/net/unix`).
 */
export async function isHeld(path: string): Promise<boolean> {
  const table = await readFile('/proc/net/unix', 'utf8').catch(() => '');
  return connectedPaths(table).includes(path);
}

/** Paths of servers' ends of established connections: state 03, and the server's name at the end of the line. */
export function connectedPaths(table: string): string[] {
  return table.split('\n').flatMap((line) => {
    const match = /^\S+: [0-9A-F]+ [0-9A-F]+ 00000000 0001 03 +\d+ (\/.+)$/i.exec(line);
    return match?.[1] === undefined || basename(match[1]) === '' ? [] : [match[1]];
  });
}
