/** Whether a port can be had on this host, found out by asking for it, and a port that can. */
import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';
import { SlipwayError } from '../../../src-shared/contract/errors.ts';
import { isErrno } from '../kit/errno.ts';
import { SerialQueue } from '../kit/serial-queue.ts';

export type Protocol = 'tcp' | 'udp';

/** `busy`: taken. `not-permitted`: below 1024 for an ordinary user. `no-such-address`: not one of this host's. */
export type PortState = 'free' | 'busy' | 'not-permitted' | 'no-such-address';

/** Two who try one port at the same moment would each find the other. */
const trials = new SerialQueue();

/** Binds the port for a moment. Nothing connects, so no TIME_WAIT stays behind. */
export async function portState(protocol: Protocol, address: string, port: number): Promise<PortState> {
  try {
    await trials.run(`${protocol} ${port}`, () => bindOnce(protocol, address, port));
    return 'free';
  } catch (error) {
    if (isErrno(error, 'EADDRINUSE')) return 'busy';
    if (isErrno(error, 'EACCES', 'EPERM')) return 'not-permitted';
    if (isErrno(error, 'EADDRNOTAVAIL', 'ENOTFOUND', 'EINVAL')) return 'no-such-address';
    throw error;
  }
}

/**
 * A port that was free a moment ago. Whoever uses it must be ready to find it taken and ask again.
 *
 * @throws SlipwayError `port_busy` when the host has none on that address.
 */
export async function freePort(protocol: Protocol, address: string): Promise<number> {
  try {
    return await bindOnce(protocol, address, 0);
  } catch (error) {
    const raw = error instanceof Error ? error.message : String(error);
    throw new SlipwayError('port_busy', `No free ${protocol.toUpperCase()} port could be had on ${address}.`, { raw });
  }
}

function bindOnce(protocol: Protocol, address: string, port: number): Promise<number> {
  return protocol === 'tcp' ? bindTcp(address, port) : bindUdp(address, port);
}

function bindTcp(address: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen({ host: address, port, exclusive: true }, () => {
      const bound = server.address();
      server.close(() => resolve(typeof bound === 'object' && bound !== null ? bound.port : port));
    });
  });
}

function bindUdp(address: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = createSocket('udp4');
    socket.once('error', (error) => {
      socket.close();
      reject(error);
    });
    socket.bind({ address, port, exclusive: true }, () => {
      const bound = socket.address().port;
      socket.close(() => resolve(bound));
    });
  });
}
