/**
 * The lock of Slipway 0.1: an abstract socket named by user and home. A newer one must notice an older owner and be
 * noticed by an older starter for as long as both are about. Another user can bind the same name, so a holder that is
 * not provably this user's is no owner. Linux alone had abstract sockets.
 *
 * Node before 22 always fills an abstract name with NULs; later ones do so only when they are given them. Whoever can
 * takes both spellings. On Node 20 an older Slipway on a later Node is noticed, but does not notice us.
 */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { isErrno } from '../kit/errno.ts';
import { holds, ownerOfSocket } from './socket-owner.ts';

export interface OldLock {
  release(): Promise<void>;
}

/** Room for a name in `sun_path`, as old Nodes fill it. */
const filledBytes = 107;

export async function isHeldByOlderSlipway(home: string): Promise<boolean> {
  if (process.platform !== 'linux') return false;
  const shown = oldLockName(home).replace('\0', '@');
  const table = await readFile('/proc/net/unix', 'utf8').catch(() => '');
  for (const row of table.split('\n')) {
    // `Num RefCount Protocol Flags Type St Inode Path`; each NUL of a name is shown as `@`.
    const [, , , , , , inode, path] = row.trim().split(/\s+/);
    if (inode === undefined || path?.replace(/@+$/, '') !== shown) continue;
    // Ours, most likely, and looking through every process takes its time.
    if (await holds('self', inode)) continue;
    if ((await ownerOfSocket(inode))?.uid === process.getuid?.()) return true;
  }
  return false;
}

/** Takes what can be had of it: the lock that counts is held already. */
export async function holdOldLock(home: string): Promise<OldLock> {
  if (process.platform !== 'linux') return { release: async () => undefined };
  const name = oldLockName(home);
  const held: Server[] = [];
  for (const spelling of new Set([name, name.padEnd(filledBytes, '\0')])) {
    const server = await tryListen(spelling);
    if (server !== null) held.push(server);
  }
  return {
    async release() {
      await Promise.all(held.map((server) => new Promise<void>((resolve) => server.close(() => resolve()))));
    },
  };
}

/** With its leading NUL. */
export function oldLockName(home: string): string {
  const digest = createHash('sha256').update(home).digest('hex').slice(0, 24);
  return `\0slipway-owner-${process.getuid?.() ?? 0}-${digest}`;
}

function tryListen(path: string): Promise<Server | null> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', (error) => (isErrno(error, 'EADDRINUSE') ? resolve(null) : reject(error)));
    server.listen({ path }, () => {
      server.unref();
      resolve(server);
    });
  });
}
