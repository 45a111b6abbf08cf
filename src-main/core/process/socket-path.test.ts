import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readlink, rm } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openSocketPath, openThroughLink, type SocketPath, withSocketPath } from './socket-path.ts';

let root: string;
let deep: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'socket-path-'));
  deep = join(root, ...Array.from({ length: 4 }, (_, index) => `${index}-${'ü'.repeat(50)}`));
  await mkdir(deep, { recursive: true });
  expect(Buffer.byteLength(deep)).toBeGreaterThan(300);
});
afterEach(async () => {
  await rm(root, { recursive: true, force: true });
});

async function greetingThrough(listenAt: string, connectTo: string): Promise<string> {
  const server = createServer((socket) => socket.end('hello'));
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(listenAt, resolve));
  try {
    return await new Promise<string>((resolve, reject) => {
      let text = '';
      const socket = connect(connectTo);
      socket.setEncoding('utf8').on('data', (piece) => {
        text += piece;
      });
      socket.once('error', reject).once('close', () => resolve(text));
    });
  } finally {
    await new Promise((resolve) => server.close(resolve));
  }
}

async function openFolders(): Promise<string[]> {
  const descriptors = await readdir('/proc/self/fd');
  const targets = await Promise.all(descriptors.map((name) => readlink(`/proc/self/fd/${name}`).catch(() => '')));
  return targets.filter((target) => target.startsWith(root));
}

describe('openSocketPath', () => {
  it('uses a short path as it is', async () => {
    expect((await openSocketPath('/run/x', 'qmp')).path).toBe('/run/x/qmp');
    const exact = `/${'a'.repeat(102)}`;
    expect((await openSocketPath(exact, 'qmp')).path).toBe(`${exact}/qmp`);
  });

  it('counts bytes, not characters', async () => {
    const directory = join(root, 'ü'.repeat(50));
    await mkdir(directory);
    const socketPath = await openSocketPath(directory, 'q');
    expect(socketPath.path).not.toContain('ü');
    await socketPath.close();
  });

  it.each([
    ['this host’s way', openSocketPath],
    ['a link', openThroughLink],
  ] as const)('listens and connects in a deep folder by %s', async (_, open) => {
    const opened: SocketPath[] = [await open(deep, 'serial'), await open(deep, 'serial')];
    const [listening, connecting] = opened;
    expect(await greetingThrough(listening?.path ?? '', connecting?.path ?? '')).toBe('hello');
    // Node removes the socket of a closed server, by the same path.
    expect(await readdir(deep)).toEqual([]);
    for (const socketPath of opened) {
      await socketPath.close();
      await socketPath.close();
    }
    expect(existsSync(listening?.path ?? '')).toBe(false);
  });

  it('creates the socket where it was asked to', async () => {
    const server = createServer();
    const socketPath = await openSocketPath(deep, 'serial');
    await new Promise<void>((resolve) => server.listen(socketPath.path, resolve));
    expect(await readdir(deep)).toEqual(['serial']);
    await new Promise((resolve) => server.close(resolve));
    await socketPath.close();
  });

  it('refuses a name that is too long by itself', async () => {
    await expect(openSocketPath(deep, 'n'.repeat(108))).rejects.toMatchObject({ code: 'invalid_input' });
    await expect(openThroughLink(deep, 'n'.repeat(108))).rejects.toMatchObject({ code: 'invalid_input' });
  });

  it('says when the folder is missing', async () => {
    await expect(openSocketPath(join(deep, 'gone'), 'qmp')).rejects.toMatchObject({ code: 'ENOENT' });
    await expect(openThroughLink(join(deep, 'gone'), 'qmp')).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it.runIf(process.platform === 'linux')('leaves nothing open, also after a failure [needs Linux]', async () => {
    await expect(withSocketPath(deep, 'qmp', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await withSocketPath(deep, 'qmp', async () => (await openFolders()).length)).toBe(1);
    expect(await openFolders()).toEqual([]);
  });
});
