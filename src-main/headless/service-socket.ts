/**
 * The home's service socket: the session protocol over a UNIX socket of mode 0600 in a 0700 directory. Whoever can open
 * it is the user. A client may ask to be treated as less (a page behind another process's web face), never as more.
 */
import { chmod, rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { dirname } from 'node:path';
import * as z from 'zod';
import type { MessageChannelLike } from '../../src-shared/contract/messages.ts';
import { filenames } from '../core/home/filenames.ts';
import type { Paths } from '../core/home/paths.ts';
import { openSocketPath } from '../core/process/socket-path.ts';
import type { ClientIdentity, FaceAbilities } from '../core/service/client.ts';
import { encodeMessage, MessageDecoder } from './framing.ts';
import { maxUnsentBytes, type Service, type ServiceSession } from './service.ts';

/** First message of a client: as whom it speaks. */
const introductionSchema = z.strictObject({
  type: z.literal('introduction'),
  trust: z.enum(['page', 'user']),
  face: z.enum(['window', 'web', 'command-line']),
  allowPower: z.boolean(),
});
export type Introduction = z.infer<typeof introductionSchema>;

export interface ServiceSocket {
  /** How many clients are connected. */
  readonly clients: number;
  /** Nobody can connect any more from the moment this is called; then everyone is sent away. */
  close(): Promise<void>;
}

/** A peer that does not read must not keep the owner from giving up the home. */
const goodbyeMs = 500;

/** Serves until closed. Only the owner of the home calls this, so a socket that lies there is a dead owner's. */
export async function serveServiceSocket(
  paths: Paths,
  service: Service,
  abilities: FaceAbilities,
): Promise<ServiceSocket> {
  await rm(paths.serviceSocket, { force: true });
  const reachable = await openSocketPath(dirname(paths.serviceSocket), filenames.serviceSocket);
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    serveClient(socket, service, abilities);
  });
  try {
    await listen(server, reachable.path);
    await chmod(paths.serviceSocket, 0o600);
  } catch (error) {
    server.close();
    await reachable.close();
    throw error;
  }
  return {
    get clients() {
      return sockets.size;
    },
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of sockets) socket.end();
      const deadline = setTimeout(() => {
        for (const socket of sockets) socket.destroy();
      }, goodbyeMs);
      await closed;
      clearTimeout(deadline);
      await reachable.close();
    },
  };
}

function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function serveClient(socket: Socket, service: Service, abilities: FaceAbilities): void {
  const decoder = new MessageDecoder();
  let session: ServiceSession | null = null;
  const channel: MessageChannelLike = {
    send(message) {
      if (!socket.writable) return;
      socket.write(encodeMessage(message));
      // Suspended, most likely. It connects again when it goes on; its unread news would fill the owner's memory.
      if (socket.writableLength > maxUnsentBytes) socket.destroy();
    },
    close(why) {
      // One that does not keep to the protocol need not keep to a goodbye either.
      if (why === 'misuse') socket.destroy();
      else socket.end();
    },
  };
  socket.on('data', (chunk) => {
    try {
      for (const message of decoder.push(chunk)) {
        if (session === null) session = service.connect(channel, identify(message, abilities));
        else session.receive(message);
      }
    } catch {
      socket.destroy();
    }
  });
  socket.on('error', () => socket.destroy());
  socket.on('close', () => session?.close());
}

function identify(message: string | Uint8Array, abilities: FaceAbilities): ClientIdentity {
  if (typeof message !== 'string') throw new Error('the first message must introduce the client');
  const { trust, face, allowPower } = introductionSchema.parse(JSON.parse(message));
  // Native abilities belong to this process's own window; a remote page must not open dialogs on it.
  return { trust, face, allowPower, abilities: trust === 'user' && abilities.focus ? { focus: abilities.focus } : {} };
}
