import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readBanner, waitForBanner } from './banner-probe.ts';

let server: Server;
let target: { host: string; port: number };
let sockets: Socket[];
let onConnection: (socket: Socket) => void;

beforeEach(async () => {
  sockets = [];
  onConnection = () => undefined;
  server = createServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => undefined);
    onConnection(socket);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const bound = server.address();
  target = { host: '127.0.0.1', port: typeof bound === 'object' && bound !== null ? bound.port : 0 };
});
afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  if (server.listening) {
    server.close();
    await once(server, 'close');
  }
});

describe('readBanner', () => {
  it('gives the first line, even when it comes in pieces', async () => {
    onConnection = (socket) => {
      socket.write('SSH-2.0-drop');
      setImmediate(() => socket.write('bear\r\nmore binary'));
    };
    expect(await readBanner(target, 5000)).toEqual({ state: 'banner', text: 'SSH-2.0-dropbear' });
  });

  it('takes bytes without a line end once the service closes, or has sent plenty', async () => {
    onConnection = (socket) => socket.end('hello');
    expect(await readBanner(target, 5000)).toEqual({ state: 'banner', text: 'hello' });
    onConnection = (socket) => socket.write('x'.repeat(4000));
    expect(await readBanner(target, 5000)).toEqual({ state: 'banner', text: 'x'.repeat(512) });
  });

  it('a connection without a byte is silence, not an answer', async () => {
    expect(await readBanner(target, 30)).toEqual({ state: 'silent' });
  });

  it('a connection that is closed or reset or never made is a refusal', async () => {
    onConnection = (socket) => socket.end();
    expect(await readBanner(target, 5000)).toEqual({ state: 'refused', reason: 'closed without a byte' });
    onConnection = (socket) => socket.resetAndDestroy();
    expect(await readBanner(target, 5000)).toMatchObject({ state: 'refused' });
    server.close();
    await once(server, 'close');
    expect(await readBanner(target, 5000)).toMatchObject({ state: 'refused' });
  });

  it('closes its connection when it is aborted', async () => {
    const controller = new AbortController();
    const closed = new Promise((resolve) => {
      onConnection = (socket) => {
        socket.once('close', resolve);
        controller.abort();
      };
    });
    await expect(readBanner(target, 5000, controller.signal)).rejects.toMatchObject({ name: 'AbortError' });
    sockets[0]?.resume();
    await closed;
  });
});

describe('waitForBanner', () => {
  it('tries again until the guest listens', async () => {
    onConnection = (socket) => (sockets.length < 3 ? socket.end() : socket.write('SSH-2.0-x\n'));
    expect(await waitForBanner(target, { deadlineMs: 10_000, pauseMs: 1 })).toBe('SSH-2.0-x');
    expect(sockets.length).toBe(3);
  });

  it('says what the last attempt found when time is up', async () => {
    await expect(waitForBanner(target, { deadlineMs: 60, attemptMs: 20, pauseMs: 1 })).rejects.toMatchObject({
      failure: { code: 'timed_out', cause: expect.stringContaining('no byte came'), hint: expect.any(String) },
    });
  });
});
