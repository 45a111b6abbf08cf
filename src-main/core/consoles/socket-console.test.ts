import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CleanupStack } from '../kit/cleanup-stack.ts';
import { eventually } from '../testing/eventually.ts';
import { SocketConsole, type SocketConsoleOptions } from './socket-console.ts';

let cleanups: CleanupStack;
let directory: string;
let transcript: string;
beforeEach(async () => {
  cleanups = new CleanupStack();
  directory = await mkdtemp(join(tmpdir(), 'socket-console-'));
  cleanups.add(() => rm(directory, { recursive: true, force: true }));
  transcript = join(directory, 'monitor.out');
});
afterEach(() => cleanups.close());

/** A peer that serves one client at a time by hand. */
class Peer {
  readonly path = join(directory, 'monitor');
  readonly server: Server = createServer((socket) => {
    this.sockets.push(socket);
    socket.on('error', () => undefined);
    socket.on('data', (bytes) => {
      this.received += bytes;
    });
  });
  sockets: Socket[] = [];
  received = '';

  async start(): Promise<this> {
    this.server.listen(this.path);
    await once(this.server, 'listening');
    cleanups.add(async () => {
      for (const socket of this.sockets) socket.destroy();
      this.server.close();
    });
    return this;
  }
  client(): Promise<Socket> {
    return eventually(() => this.sockets.at(-1));
  }
}

function consoleAt(path: string, options: Partial<SocketConsoleOptions> = {}): SocketConsole {
  const made = new SocketConsole({
    connect: async (signal) => {
      const socket = connect(path);
      socket.on('error', () => undefined);
      signal.addEventListener('abort', () => socket.destroy(), { once: true });
      await once(socket, 'connect', { signal });
      return socket;
    },
    transcript,
    protocol: 'raw',
    ...options,
  });
  cleanups.add(() => made.close());
  return made;
}

const shows = (text: string) => eventually(async () => (await readFile(transcript, 'utf8')).includes(text));

describe('SocketConsole', () => {
  it('connects while somebody looks, and gives the place back', async () => {
    const peer = await new Peer().start();
    const monitor = consoleAt(peer.path);
    expect(peer.sockets).toHaveLength(0);
    monitor.attach();
    const client = await peer.client();
    client.write('QEMU monitor\r\n(qemu) ');
    await shows('(qemu) ');
    expect(await monitor.type(Buffer.from('info status\r'))).toBe('written');
    await eventually(() => peer.received === 'info status\r');
    const closed = once(client, 'close');
    monitor.release();
    await closed;
    monitor.attach();
    await eventually(() => peer.sockets.length === 2);
  });

  it('writes everything down, however much', async () => {
    const peer = await new Peer().start();
    let told = 0;
    const monitor = consoleAt(peer.path);
    monitor.onOutput(() => told++);
    monitor.attach();
    const content = Array.from({ length: 200_000 }, (_, index) => `${index}\n`).join('');
    (await peer.client()).write(content);
    await shows('199999\n');
    expect(await readFile(transcript, 'utf8')).toBe(content);
    expect(told).toBeGreaterThan(0);
  });

  it('stays connected for a stream that nobody else writes down, and marks the seam', async () => {
    const peer = await new Peer().start();
    const serial = consoleAt(peer.path, { keep: true, greetingMs: null });
    (await peer.client()).write('one');
    await shows('one');
    serial.attach();
    serial.release();
    (await peer.client()).write(' two');
    await shows('one two');
    expect(peer.sockets).toHaveLength(1);
    await serial.close();
    consoleAt(peer.path, { keep: true, greetingMs: null });
    await eventually(() => peer.sockets.length === 2);
    (await peer.client()).write('three');
    await shows('three');
    expect(await readFile(transcript, 'utf8')).toMatch(/^one two\r\n.*Seam: .*\r\nthree$/s);
  });

  it('says when another program is served', async () => {
    const peer = await new Peer().start();
    consoleAt(peer.path, { greetingMs: 20 }).attach();
    await shows('Another program holds this console');
    (await peer.client()).write('greeting at last');
    await shows('greeting at last');
  });

  it('says that nobody listens, and tries again at the next key', async () => {
    const monitor = consoleAt(join(directory, 'monitor'));
    monitor.attach();
    await shows('Not connected');
    const peer = await new Peer().start();
    // The key was for us.
    expect(await monitor.type(Buffer.from('x'))).toBe('written');
    (await peer.client()).write('hello');
    await shows('hello');
    expect(peer.received).toBe('');
  });

  it('keeps what is typed before the peer has greeted, and hands it over after', async () => {
    const peer = await new Peer().start();
    const monitor = consoleAt(peer.path);
    monitor.attach();
    const early = monitor.type(Buffer.from('info '));
    const client = await peer.client();
    const later = monitor.type(Buffer.from('status\r'));
    expect(await monitor.type(Buffer.alloc(64 * 1024))).toBe('full');
    client.write('(qemu) ');
    expect(await Promise.all([early, later])).toEqual(['written', 'written']);
    await eventually(() => peer.received === 'info status\r');
  });

  it('keeps what is typed before QMP has greeted, until it is negotiated', async () => {
    const peer = await new Peer().start();
    const qmp = consoleAt(peer.path, { protocol: 'qmp' });
    qmp.attach();
    const client = await peer.client();
    const typed = qmp.type(Buffer.from('{"execute": "stop"}\r'));
    client.write('{"QMP": {"version": {}}}\r\n');
    expect(await typed).toBe('written');
    await eventually(() => peer.received === '{"execute": "qmp_capabilities"}\n{"execute": "stop"}\n');
    await shows('{"execute": "stop"}');
  });

  it('does not let keys wait for a peer that serves another', async () => {
    const peer = await new Peer().start();
    const monitor = consoleAt(peer.path, { greetingMs: 20 });
    monitor.attach();
    expect(await monitor.type(Buffer.from('x'))).toBe('nobody-reads');
    expect(await monitor.type(Buffer.from('y'))).toBe('nobody-reads');
    (await peer.client()).write('(qemu) ');
    await shows('(qemu) ');
    expect(await monitor.type(Buffer.from('z'))).toBe('written');
  });

  it('says that the peer hung up', async () => {
    const peer = await new Peer().start();
    consoleAt(peer.path).attach();
    (await peer.client()).end('bye');
    await shows('The connection was closed');
  });

  it('leaves nothing behind when it is released while connecting', async () => {
    const peer = await new Peer().start();
    const monitor = consoleAt(peer.path);
    monitor.attach();
    monitor.release();
    await monitor.close();
    await eventually(() => peer.sockets.every((socket) => socket.destroyed || socket.readableEnded));
    expect(await monitor.type(Buffer.from('x'))).toBe('closed');
  });

  it('negotiates with QMP, edits lines, and sends whole ones', async () => {
    const peer = await new Peer().start();
    const qmp = consoleAt(peer.path, { protocol: 'qmp' });
    qmp.attach();
    const client = await peer.client();
    client.write('{"QMP": {"version": {}}}\r\n');
    await eventually(() => peer.received === '{"execute": "qmp_capabilities"}\n');
    client.write('{"return": {}}\r\n');
    expect(await qmp.type(Buffer.from('{"execute": "stopp\x7f"}'))).toBe('written');
    await shows('{"execute": "stop"}');
    expect(peer.received).not.toContain('stop');
    await qmp.type(Buffer.from('\r'));
    await eventually(() => peer.received.endsWith('\n{"execute": "stop"}\n'));
    expect(await readFile(transcript, 'utf8')).toContain('qmp> {"execute": "qmp_capabilities"}\r\n');
  });
});
