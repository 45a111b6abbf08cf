import { once } from 'node:events';
import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CleanupStack } from '../kit/cleanup-stack.ts';
import { eventually } from '../testing/eventually.ts';
import { Console } from './console.ts';
import type { ConsoleInput } from './keyboard.ts';
import { type SerialSocket, serveSerialSocket } from './serial-socket.ts';

let cleanups: CleanupStack;
let directory: string;
let path: string;
let typed: string;
let console: Console;
beforeEach(async () => {
  cleanups = new CleanupStack();
  directory = await mkdtemp(join(tmpdir(), 'serial-socket-'));
  cleanups.add(() => rm(directory, { recursive: true, force: true }));
  path = join(directory, 'serial.out');
  typed = '';
  await writeFile(path, 'before');
  console = new Console();
  cleanups.add(() => console.dispose());
  const input: ConsoleInput = {
    type: async (bytes) => {
      typed += Buffer.from(bytes).toString();
      return 'written';
    },
    close: async () => undefined,
  };
  await console.restart({ path, boot: 1, input });
});
afterEach(() => cleanups.close());

async function serve(from: 'now' | 'start' = 'now'): Promise<SerialSocket> {
  const served = await serveSerialSocket({
    console,
    from,
    listen: async (server) => {
      server.listen(join(directory, 'serial'));
      await once(server, 'listening');
    },
  });
  cleanups.add(() => served.close());
  return served;
}

async function client(): Promise<{ socket: Socket; text: () => string }> {
  const socket = connect(join(directory, 'serial'));
  cleanups.add(() => void socket.destroy());
  let text = '';
  socket.on('data', (bytes) => {
    text += bytes;
  });
  await once(socket, 'connect');
  return { socket, text: () => text };
}

describe('serveSerialSocket', () => {
  it('serves any number of clients from now on and takes what they type', async () => {
    const served = await serve();
    const clients = [await client(), await client(), await client()];
    await eventually(() => served.clients === 3);
    await appendFile(path, 'after');
    await eventually(() => clients.every(({ text }) => text() === 'after'));
    clients[1]?.socket.write('ls\r');
    await eventually(() => typed === 'ls\r');
  });

  it('serves from the start, and goes on with the next boot', async () => {
    await serve('start');
    const { text } = await client();
    await eventually(() => text() === 'before');
    const next = join(directory, 'next.out');
    await writeFile(next, ' next boot');
    await console.restart({ path: next, boot: 2, input: null });
    await eventually(() => text() === 'before next boot');
  });

  it('lets a slow client have everything without holding up another', async () => {
    await serve();
    const slow = await client();
    slow.socket.pause();
    const quick = await client();
    const content = Array.from({ length: 500_000 }, (_, index) => `${index}\n`).join('');
    await appendFile(path, content);
    await eventually(() => quick.text().length === content.length, { timeoutMs: 20_000 });
    expect(slow.text().length).toBeLessThan(content.length);
    slow.socket.resume();
    await eventually(() => slow.text().length === content.length, { timeoutMs: 20_000 });
    expect(slow.text()).toBe(content);
  });

  it('reads from a client only what the guest takes', async () => {
    let taken = 0;
    let take: () => void = () => undefined;
    const input: ConsoleInput = {
      type: (bytes) => {
        taken += bytes.length;
        return new Promise((resolve) => {
          take = () => resolve('written');
        });
      },
      close: async () => undefined,
    };
    await console.restart({ path, boot: 2, input });
    await serve();
    const { socket } = await client();
    socket.write(Buffer.alloc(8 * 1024 * 1024, 'x'));
    await eventually(() => taken > 0);
    const first = taken;
    // A turn of the event loop for each read that could have been made meanwhile.
    for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve));
    expect(taken).toBe(first);
    expect(socket.writableLength).toBeGreaterThan(0);
    take();
    await eventually(() => taken > first);
    await console.dispose();
  });

  it('ends its clients when it closes', async () => {
    const served = await serve();
    const { socket } = await client();
    await eventually(() => served.clients === 1);
    const closed = once(socket, 'close');
    await served.close();
    await closed;
  });
});
