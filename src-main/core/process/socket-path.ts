/**
 * Reaches UNIX sockets in directories of any depth. The kernel's `sun_path` holds 108 bytes, and an instance may live
 * anywhere; so a long path is shortened by a detour, never truncated (Node 20 listens on a truncated name and says
 * nothing).
 */
import { constants, existsSync } from 'node:fs';
import { mkdtemp, open, realpath, rm, symlink } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SlipwayError } from '../../../src-shared/contract/errors.ts';
import { limits } from '../../../src-shared/limits.ts';

export interface SocketPath {
  /** Short enough for bind(2) and connect(2), from this process only. */
  readonly path: string;
  /** Not before a server that listens on it is closed: Node unlinks by the same path. Idempotent. */
  close(): Promise<void>;
}

/** 104 bytes with the terminating NUL on macOS, 108 on Linux. */
const maxBytes = process.platform === 'darwin' ? 103 : limits.socketPathBytes;

export function isSocketPathShort(path: string): boolean {
  return Buffer.byteLength(path) <= maxBytes;
}

/**
 * A path for `name` in `directory` (absolute, existing unless the plain path is short enough).
 *
 * @throws what opening the directory throws (ENOENT, EACCES); SlipwayError `invalid_input` if the name alone is too long.
 */
export async function openSocketPath(directory: string, name: string): Promise<SocketPath> {
  const plain = join(directory, name);
  if (isSocketPathShort(plain)) return { path: plain, close: async () => undefined };
  return existsSync('/proc/self/fd')
    ? await openThroughDescriptor(directory, name)
    : await openThroughLink(directory, name);
}

/** For as long as `use` runs. Enough to connect: a connected socket needs no path. */
export async function withSocketPath<T>(
  directory: string,
  name: string,
  use: (path: string) => Promise<T>,
): Promise<T> {
  const socketPath = await openSocketPath(directory, name);
  try {
    return await use(socketPath.path);
  } finally {
    await socketPath.close();
  }
}

/** Connects to the socket `name` in `directory`. Rejects when nobody listens or the signal is aborted. */
export function connectSocket(directory: string, name: string, signal: AbortSignal): Promise<Socket> {
  return withSocketPath(directory, name, (path) => dial(path, signal));
}

function dial(path: string, signal: AbortSignal): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ path, signal });
    socket.once('connect', () => {
      socket.off('error', reject);
      resolve(socket);
    });
    socket.once('error', reject);
  });
}

/** Linux: the kernel resolves `/proc/self/fd/<n>` to the open directory itself, wherever that is, renamed or not. */
async function openThroughDescriptor(directory: string, name: string): Promise<SocketPath> {
  const handle = await open(directory, constants.O_RDONLY | constants.O_DIRECTORY);
  const path = `/proc/self/fd/${handle.fd}/${name}`;
  if (!isSocketPathShort(path)) {
    await handle.close();
    throw tooLong(name);
  }
  // FileHandle.close() twice is an error; ours is not.
  let closing: Promise<void> | undefined;
  return {
    path,
    close: () => {
      closing ??= handle.close();
      return closing;
    },
  };
}

/** Elsewhere: a link in a private directory with a short name. */
export async function openThroughLink(directory: string, name: string): Promise<SocketPath> {
  const target = await realpath(directory);
  const parent = await mkdtemp(join(tmpdir(), 'slipway-'));
  const close = () => rm(parent, { recursive: true, force: true });
  const link = join(parent, 'd');
  const path = join(link, name);
  try {
    if (!isSocketPathShort(path)) throw tooLong(name);
    await symlink(target, link);
  } catch (error) {
    await close();
    throw error;
  }
  return { path, close };
}

function tooLong(name: string): SlipwayError {
  return new SlipwayError('invalid_input', `The socket name is too long: ${name}`);
}
