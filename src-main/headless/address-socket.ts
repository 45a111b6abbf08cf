/**
 * How a person gets a fresh address of a running web face: a socket in the home, which is theirs alone, that says one to
 * whoever connects. One for each web face, named by its process; what a killed one left is removed by who asks next.
 */
import { readdir, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { filenames } from '../core/home/filenames.ts';
import type { Paths } from '../core/home/paths.ts';
import { isErrno } from '../core/kit/errno.ts';
import { connectSocket, openSocketPath } from '../core/process/socket-path.ts';

export interface AddressSocket {
  close(): Promise<void>;
}

const answerMs = 2000;

export async function serveAddresses({ home }: Paths, newUrl: () => string): Promise<AddressSocket> {
  const name = `${filenames.addressSocket}${process.pid}`;
  const path = join(home, name);
  await rm(path, { force: true });
  const reachable = await openSocketPath(home, name);
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    socket.end(`${newUrl()}\n`);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(reachable.path, resolve);
  });
  return {
    async close() {
      await new Promise((resolve) => server.close(resolve));
      await rm(path, { force: true });
      await reachable.close();
    },
  };
}

/** A fresh address of every web face of the home. */
export async function askForAddresses({ home }: Paths): Promise<string[]> {
  const names = (await readdir(home)).filter((name) => name.startsWith(filenames.addressSocket));
  const answers = await Promise.all(names.map((name) => ask(home, name)));
  return answers.filter((url) => url !== null);
}

async function ask(home: string, name: string): Promise<string | null> {
  const signal = AbortSignal.timeout(answerMs);
  try {
    const socket = await connectSocket(home, name, signal);
    let text = '';
    for await (const chunk of socket) text += String(chunk);
    return text.trim() === '' ? null : text.trim();
  } catch (error) {
    if (isErrno(error, 'ECONNREFUSED')) await rm(join(home, name), { force: true });
    return null;
  }
}
