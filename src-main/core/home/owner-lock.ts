/**
 * One owner per home. The lock is a listening UNIX socket inside the home, which is the user's alone: no other user can
 * take it, and it is the same for every Node, every network namespace and every container that shares the directory.
 * It is bound under a name of this process's own and published by link(2), which fails where the name exists. A lock
 * nobody listens on is a dead process's; whoever replaces it holds a second such lock meanwhile, named for the very
 * socket that is dead, so that what is replaced is never a living one's.
 *
 * The lock says who may write below the home. It must never be used to talk: that is the service socket's work.
 */
import { randomBytes } from 'node:crypto';
import type { BigIntStats } from 'node:fs';
import { link, lstat, readdir, rename, rm } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { SlipwayError } from '../../../src-shared/contract/errors.ts';
import { isErrno } from '../kit/errno.ts';
import { openSocketPath, type SocketPath, withSocketPath } from '../process/socket-path.ts';
import { filenames } from './filenames.ts';
import { holdOldLock, isHeldByOlderSlipway, type OldLock } from './old-owner-lock.ts';

export interface OwnerLock {
  release(): Promise<void>;
}

/**
 * The lock of a home, or null when another process has it. `home` must be a real path, so that links do not make two.
 *
 * @throws SlipwayError `home_unusable` when the file system of the home cannot hold it.
 */
export async function acquireOwnerLock(home: string): Promise<OwnerLock | null> {
  if ((await look(home, filenames.ownerLock)) === 'held') return null;
  try {
    return await acquire(home);
  } catch (error) {
    if (error instanceof SlipwayError) throw error;
    throw new SlipwayError('home_unusable', `The owner's lock of ${home} cannot be taken.`, {
      cause: 'Slipway keeps a socket there and links to it, which not every file system allows.',
      hint: 'Give Slipway a directory on a local disk with SLIPWAY_HOME.',
      raw: String(error),
    });
  }
}

async function acquire(home: string): Promise<OwnerLock | null> {
  for (;;) {
    const claim = await listenPrivately(home);
    const outcome = await take(claim, filenames.ownerLock).catch(async (error: unknown) => {
      await claim.withdraw();
      throw error;
    });
    if (outcome === 'published') {
      const old = await notAnOlderOnes(home);
      if (old !== null) {
        await sweep(claim);
        return { release: () => release(claim, old) };
      }
      await release(claim, null);
      return null;
    }
    await claim.withdraw();
    if (outcome === 'held') return null;
  }
}

/** What this process brings to the race: a socket that it listens on, under a name nobody else has. */
interface Claim {
  readonly home: string;
  readonly name: string;
  readonly inode: bigint;
  /** Nobody listens any more, and the private name is gone. */
  withdraw(): Promise<void>;
}

async function listenPrivately(home: string): Promise<Claim> {
  const name = `${filenames.ownerClaim}${process.pid}-${randomBytes(6).toString('hex')}`;
  const reachable = await openSocketPath(home, name);
  try {
    const server = await listen(reachable.path);
    const { ino: inode } = await lstat(join(home, name), { bigint: true });
    return { home, name, inode, withdraw: () => stopListening(server, reachable, join(home, name)) };
  } catch (error) {
    await reachable.close();
    throw error;
  }
}

function listen(path: string): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', reject);
    server.listen({ path }, () => {
      // The lock must not be what keeps a command line process alive.
      server.unref();
      resolve(server);
    });
  });
}

async function stopListening(server: Server, reachable: SocketPath, path: string): Promise<void> {
  await new Promise<void>((resolve) => server.close(() => resolve()));
  await rm(path, { force: true });
  await reachable.close();
}

/**
 * Publishes the claim as `name`, in place of a dead one if need be. `held`: somebody living has it, or is about to.
 * `swept`: our private name was taken for a dead one's before we listened on it; begin again.
 */
async function take(claim: Claim, name: string): Promise<'published' | 'held' | 'swept'> {
  const target = join(claim.home, name);
  for (;;) {
    if (await publish(claim, target)) return 'published';
    if ((await identify(join(claim.home, claim.name))) === null) return 'swept';
    const found = await identify(target);
    const state = await look(claim.home, name);
    if (state === 'held') return 'held';
    if (state === 'absent' || found === null) continue;
    const replacing = `${name}.${found}`;
    const outcome = await take(claim, replacing);
    if (outcome !== 'published') return outcome;
    try {
      // Looked at again now that nobody else can replace this one: it may have been replaced before we came so far.
      if ((await identify(target)) !== found || (await look(claim.home, name)) !== 'dead') continue;
      const spare = `${claim.name}${filenames.ownerClaimSpare}`;
      await link(join(claim.home, claim.name), join(claim.home, spare));
      await rename(join(claim.home, spare), target);
      return 'published';
    } finally {
      await removeOurs(claim, replacing);
    }
  }
}

async function publish(claim: Claim, target: string): Promise<boolean> {
  try {
    await link(join(claim.home, claim.name), target);
    return true;
  } catch (error) {
    if (isErrno(error, 'EEXIST', 'ENOENT')) return false;
    throw error;
  }
}

/** Which socket a name is now. Inode numbers are used again, with another time. */
async function identify(path: string): Promise<string | null> {
  const found = await statOf(path);
  return found === null ? null : `${found.ino}-${found.mtimeNs}`;
}

async function statOf(path: string): Promise<BigIntStats | null> {
  try {
    return await lstat(path, { bigint: true });
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return null;
    throw error;
  }
}

/** Only a refusal says that nobody listens: a full queue, or a socket that is not ours to open, is somebody's. */
function look(home: string, name: string): Promise<'held' | 'dead' | 'absent'> {
  return withSocketPath(
    home,
    name,
    (path) =>
      new Promise((resolve) => {
        const socket = connect(path);
        socket.once('connect', () => {
          socket.destroy();
          resolve('held');
        });
        socket.once('error', (error) => {
          if (isErrno(error, 'ENOENT')) resolve('absent');
          else resolve(isErrno(error, 'ECONNREFUSED', 'ENOTSOCK') ? 'dead' : 'held');
        });
      }),
  );
}

async function removeOurs({ home, inode }: Claim, name: string): Promise<void> {
  const found = await statOf(join(home, name));
  if (found?.ino === inode) await rm(join(home, name), { force: true });
}

/** Null when a Slipway that knows only the old lock owns the home. */
async function notAnOlderOnes(home: string): Promise<OldLock | null> {
  // A service socket that answers stands for an owner of any age.
  if ((await look(home, filenames.serviceSocket)) === 'held') return null;
  const old = await holdOldLock(home);
  if (!(await isHeldByOlderSlipway(home))) return old;
  await old.release();
  return null;
}

async function release(claim: Claim, old: OldLock | null): Promise<void> {
  await old?.release();
  await removeOurs(claim, filenames.ownerLock);
  await claim.withdraw();
}

/** What killed starters left behind. Only the owner does this: nobody replaces a dead lock while a living one stands. */
async function sweep({ home, name: ours }: Claim): Promise<void> {
  for (const name of await readdir(home)) {
    const isLeftOver = name.startsWith(filenames.ownerClaim) || name.startsWith(`${filenames.ownerLock}.`);
    if (!isLeftOver || name.startsWith(ours)) continue;
    if ((await look(home, name)) === 'dead') await rm(join(home, name), { force: true });
  }
}
