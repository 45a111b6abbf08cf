/**
 * A console for other programs: a UNIX socket that serves the stream to any number of clients and takes what they type,
 * which QEMU's own socket cannot. Each client reads the transcript at its own pace.
 */
import { createServer, type Server, type Socket } from 'node:net';
import { limits } from '../../../src-shared/limits.ts';
import type { Emitter } from '../kit/emitter.ts';
import { unawaited } from '../kit/unawaited.ts';
import type { TypeResult } from './keyboard.ts';
import type { Tail } from './tail.ts';

/** What a client is served; a Console is one. */
export interface ServedConsole {
  readonly tail: Tail;
  readonly restarted: Emitter<Tail>;
  input(bytes: Uint8Array): Promise<TypeResult>;
}

export interface SerialSocketOptions {
  readonly console: ServedConsole;
  /** Binds the server to its path and resolves once it listens; whoever knows the path also removes stale ones. */
  readonly listen: (server: Server) => Promise<void>;
  /** Where a new client begins; a new boot is always seen from its start. */
  readonly from?: 'now' | 'start';
}

export interface SerialSocket {
  readonly clients: number;
  /** Ends every client and stops listening. */
  close(): Promise<void>;
}

/** Throws what `listen` throws. */
export async function serveSerialSocket(options: SerialSocketOptions): Promise<SerialSocket> {
  const clients = new Set<Socket>();
  const server = createServer((socket) => {
    clients.add(socket);
    socket.on('close', () => clients.delete(socket));
    socket.on('error', () => undefined);
    serveClient(socket, options.console, options.from ?? 'now');
  });
  await options.listen(server);
  return {
    get clients() {
      return clients.size;
    },
    close: () =>
      new Promise((resolve) => {
        for (const client of clients) client.destroy();
        server.close(() => resolve());
      }),
  };
}

function serveClient(socket: Socket, served: ServedConsole, from: 'now' | 'start'): void {
  let unfollow = () => {};
  const follow = (tail: Tail, position: number) => {
    unfollow();
    unfollow = copyTo(socket, tail, position);
  };
  const { tail } = served;
  follow(tail, from === 'now' ? tail.size : 0);
  const unsubscribe = served.restarted.on((next) => follow(next, 0));
  socket.on('close', () => {
    unsubscribe();
    unfollow();
  });
  socket.on('data', (bytes) => {
    // While the guest does not read, the client is not read either: its own writes then block, as on a real line.
    socket.pause();
    unawaited(
      served.input(bytes).finally(() => socket.resume()),
      'a client of a serial socket could not type',
    );
  });
}

/** Sends the stream from `position` on as fast as the socket takes it; the returned function stops. */
function copyTo(socket: Socket, tail: Tail, from: number): () => void {
  let position = from;
  let stopped = false;
  let copying = false;
  const copy = async () => {
    if (copying) return;
    copying = true;
    try {
      while (!stopped && !socket.writableNeedDrain && position < tail.size) {
        const chunk = await tail.read(position, limits.consoleFrameBytes);
        if (stopped || chunk.bytes.length === 0) break;
        position = chunk.offset + chunk.bytes.length;
        socket.write(chunk.bytes);
      }
    } catch {
      socket.destroy();
    }
    copying = false;
  };
  const resume = () => unawaited(copy(), 'a client of a serial socket could not be served');
  const unsubscribe = tail.changes.on((change) => {
    if (change.kind === 'restarted') position = 0;
    resume();
  });
  socket.on('drain', resume);
  resume();
  return () => {
    stopped = true;
    unsubscribe();
    socket.off('drain', resume);
  };
}
