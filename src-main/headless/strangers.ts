/**
 * Connections of a server that have not yet said who they are. There are only so many, the newest stay, and each may say
 * little: what costs one process of this computer nothing must not cost the owner of the home its memory or descriptors.
 */
import type { Server, Socket } from 'node:net';

export interface Strangers {
  /** From now on this one may say as little as this; what says more is cut off. Until `known`. */
  limit(socket: Socket, bytes: number): void;
  known(socket: Socket): void;
}

/** Every connection is a stranger from its first moment, whether it ever asks for anything or not. */
export function watchStrangers(server: Server, most: number): Strangers {
  const strangers = new Map<Socket, (chunk: Buffer) => void>();
  const forget = (socket: Socket) => {
    const count = strangers.get(socket);
    if (count !== undefined) socket.off('data', count);
    strangers.delete(socket);
  };
  server.on('connection', (socket) => {
    strangers.set(socket, () => undefined);
    socket.once('close', () => forget(socket));
    // The oldest has had the longest time to say its word: a page does it within milliseconds.
    for (const oldest of strangers.keys()) {
      if (strangers.size <= most) break;
      forget(oldest);
      oldest.destroy();
    }
  });
  return {
    limit(socket, bytes) {
      if (!strangers.has(socket)) return;
      let left = bytes;
      const count = (chunk: Buffer) => {
        left -= chunk.length;
        if (left < 0) socket.destroy();
      };
      strangers.set(socket, count);
      socket.on('data', count);
    },
    known: forget,
  };
}
