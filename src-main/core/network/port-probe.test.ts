import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CleanupStack } from '../kit/cleanup-stack.ts';
import { answerText, probePort, stateInTable } from './port-probe.ts';

let cleanups: CleanupStack;
beforeEach(() => {
  cleanups = new CleanupStack();
});
afterEach(() => cleanups.close());

async function serve(onConnection: (socket: Socket) => void): Promise<number> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    onConnection(socket);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanups.add(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const bound = server.address();
  return typeof bound === 'object' && bound !== null ? bound.port : 0;
}

const table = (state: string, port: number) => `Hub -1 (net0):\r
  Protocol[State]    FD  Source Address  Port   Dest. Address  Port RecvQ SendQ\r
  TCP[${state}]      12       127.0.0.1 ${port}       10.0.2.15    22     0     0\r
  TCP[ESTABLISHED]      11       127.0.0.1 ${port}       10.0.2.15    22     0     0\r
  TCP[HOST_FORWARD]   3       127.0.0.1 ${port}       10.0.2.15    22     0     0\r\n`;

const probe = (port: number, options: { speak?: boolean; usernet?: string | null } = {}) => {
  const { usernet = null } = options;
  return probePort(
    { address: '127.0.0.1', port },
    { silenceMs: 150, speak: options.speak ?? false, usernet: usernet === null ? null : async () => usernet },
  );
};

describe('probePort', () => {
  it('a banner is an answer, as its first line', async () => {
    const port = await serve((socket) => socket.write('SSH-2.0-dropbear_2022.83\r\nmore'));
    expect(await probe(port)).toEqual({ state: 'answering', answer: 'SSH-2.0-dropbear_2022.83' });
  });

  it('closed or reset at once is nobody in the guest', async () => {
    expect(await probe(await serve((socket) => socket.end()))).toEqual({ state: 'refused' });
    expect(await probe(await serve((socket) => socket.resetAndDestroy()))).toEqual({ state: 'refused' });
  });

  it('speaks only when told to, and a web server answers that', async () => {
    const heard: string[] = [];
    const port = await serve((socket) =>
      socket.on('data', (data) => {
        heard.push(data.toString());
        socket.end('HTTP/1.1 200 OK\r\nServer: x\r\n\r\n');
      }),
    );
    expect(await probe(port)).toEqual({ state: 'mapped' });
    expect(heard).toEqual([]);
    expect(await probe(port, { speak: true })).toEqual({ state: 'answering', answer: 'HTTP/1.1 200 OK' });
    expect(heard[0]).toMatch(/^HEAD \/ HTTP/);
  });

  it("of a silent line QEMU's table tells whether the guest accepted", async () => {
    const port = await serve(() => undefined);
    expect(await probe(port)).toEqual({ state: 'mapped' });
    expect(await probe(port, { usernet: table('SYN_SENT', port) })).toEqual({ state: 'unanswered' });
    expect(await probe(port, { usernet: table('ESTABLISHED', port) })).toEqual({ state: 'accepting' });
  });

  it('nobody on the host either', async () => {
    const port = await serve(() => undefined);
    await cleanups.close();
    expect(await probe(port)).toEqual({ state: 'closed' });
  });
});

describe('answerText', () => {
  it('is one line of printable text, whatever came', () => {
    expect(answerText(Buffer.from('\r\n\x1b[31mHi\x07 there\r\nsecond'))).toBe('·[31mHi· there');
    expect(answerText(Buffer.from([0, 1, 2]))).toBe('3 bytes');
    expect(answerText(Buffer.from([0x15, 0x03, 0x01, 0, 2]))).toBe('TLS');
    expect(answerText(Buffer.from('x'.repeat(1000)))).toHaveLength(100);
  });
});

describe('stateInTable', () => {
  it('looks at the newest connection of that port only', () => {
    expect(stateInTable(table('SYN_SENT', 40000), 40000)).toBe('unanswered');
    expect(stateInTable(table('SYN_SENT', 40000), 40001)).toBe('mapped');
  });
});
