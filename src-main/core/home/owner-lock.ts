/**
 * One owner per home. On Linux the lock is an abstract socket named by user and home: the kernel frees it the moment
 * the process dies, so there is nothing stale to clean up and nothing to believe. Elsewhere it is a listening socket in
 * the temporary directory, taken over only when nobody answers there.
 *
 * The lock says who may write below the home. It must never be used to talk: that is the service socket's work.
 */
import { createHash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isErrno } from '../kit/atomic-file.ts';

export interface OwnerLock {
  release(): Promise<void>;
}

/** The lock of a home, or null when another process has it. `home` must be a real path, so that links do not make two. */
export async function acquireOwnerLock(home: string): Promise<OwnerLock | null> {
  const address = lockAddress(home);
  const first = await tryListen(address);
  if (first !== null) return lockOf(first);
  if (process.platform === 'linux' || (await answers(address))) return null;
  await rm(address, { force: true });
  const second = await tryListen(address);
  return second === null ? null : lockOf(second);
}

/** Where the lock of a home is. Exported for who has to say who holds it. */
export function lockAddress(home: string): string {
  const user = process.getuid?.() ?? 0;
  const digest = createHash('sha256').update(home).digest('hex').slice(0, 24);
  const name = `slipway-owner-${user}-${digest}`;
  return process.platform === 'linux' ? `\0${name}` : join(tmpdir(), name);
}

function tryListen(address: string): Promise<Server | null> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', (error) => (isErrno(error, 'EADDRINUSE') ? resolve(null) : reject(error)));
    server.listen({ path: address }, () => {
      // The lock must not be what keeps a command line process alive.
      server.unref();
      resolve(server);
    });
  });
}

function lockOf(server: Server): OwnerLock {
  return { release: () => new Promise((resolve) => server.close(() => resolve())) };
}

function answers(address: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(address);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
