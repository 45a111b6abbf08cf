/** The owner of the home in another process, as a Service. One socket per session. */
import { connect } from 'node:net';
import { dirname } from 'node:path';
import type { MessageChannelLike } from '../../src-shared/contract/messages.ts';
import { filenames } from '../core/home/filenames.ts';
import type { Paths } from '../core/home/paths.ts';
import { openSocketPath } from '../core/process/socket-path.ts';
import type { ClientIdentity } from '../core/service/client.ts';
import { isMessage } from '../core/service/session.ts';
import { encodeMessage, MessageDecoder } from './framing.ts';
import type { Service, ServiceSession } from './service.ts';
import type { Introduction } from './service-socket.ts';

/** An owner that is suspended does not say goodbye; this process must be able to end all the same. */
const goodbyeMs = 500;

/** A Service over the home's service socket. Sessions close their channel when the owner goes away or never was. */
export async function openRemoteService(paths: Paths): Promise<Service & { close(): Promise<void> }> {
  const reachable = await openSocketPath(dirname(paths.serviceSocket), filenames.serviceSocket);
  return {
    connect: (channel, identity) => connectTo(reachable.path, channel, identity),
    close: () => reachable.close(),
  };
}

function connectTo(path: string, channel: MessageChannelLike, identity: ClientIdentity): ServiceSession {
  const socket = connect(path);
  const decoder = new MessageDecoder();
  const { trust, face, allowPower } = identity;
  const introduction: Introduction = { type: 'introduction', trust, face, allowPower };
  socket.write(encodeMessage(JSON.stringify(introduction)));
  socket.on('data', (chunk) => {
    try {
      for (const message of decoder.push(chunk)) channel.send(message);
    } catch {
      socket.destroy();
    }
  });
  socket.on('error', () => socket.destroy());
  socket.on('close', () => channel.close());
  return {
    receive(message) {
      // The owner would end this connection without a word, and it would look as if it had gone.
      if (!isMessage(message)) {
        channel.close('misuse');
        socket.destroy();
      } else if (socket.writable) socket.write(encodeMessage(message));
    },
    close() {
      socket.end();
      const deadline = setTimeout(() => socket.destroy(), goodbyeMs);
      socket.once('close', () => clearTimeout(deadline));
    },
  };
}
