import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { freePort, portState } from './free-port.ts';
import { describeOwner, findPortOwner, parseProcSockets } from './port-owner.ts';

const isLinux = process.platform === 'linux';

async function withTcpPort(address: string, use: (port: number) => Promise<void>): Promise<void> {
  const server = createServer().listen(0, address);
  await once(server, 'listening');
  const bound = server.address();
  try {
    await use(typeof bound === 'object' && bound !== null ? bound.port : 0);
  } finally {
    server.close();
    await once(server, 'close');
  }
}

describe('freePort and portState', () => {
  it.each(['tcp', 'udp'] as const)('finds a free %s port', async (protocol) => {
    const port = await freePort(protocol, '127.0.0.1');
    expect(port).toBeGreaterThan(0);
    expect(await portState(protocol, '127.0.0.1', port)).toBe('free');
  });

  it('sees a taken TCP port, also one taken on every address', async () => {
    await withTcpPort('127.0.0.1', async (port) => expect(await portState('tcp', '127.0.0.1', port)).toBe('busy'));
    await withTcpPort('0.0.0.0', async (port) => expect(await portState('tcp', '127.0.0.1', port)).toBe('busy'));
  });

  it('sees a taken UDP port, and does not mistake it for a TCP one', async () => {
    const socket = createSocket('udp4').bind(0, '127.0.0.1');
    await once(socket, 'listening');
    expect(await portState('udp', '127.0.0.1', socket.address().port)).toBe('busy');
    expect(await portState('tcp', '127.0.0.1', socket.address().port)).toBe('free');
    if (isLinux) {
      expect((await findPortOwner('udp', '127.0.0.1', socket.address().port))?.pid).toBe(process.pid);
    }
    socket.close();
  });

  it('knows an address that is not of this host', async () => {
    expect(await portState('tcp', '192.0.2.1', 0)).toBe('no-such-address');
  });
});

describe.skipIf(!isLinux)('findPortOwner [needs Linux]', () => {
  it('names the process that listens, on one address or on all', async () => {
    for (const address of ['127.0.0.1', '0.0.0.0', '::']) {
      await withTcpPort(address, async (port) => {
        const owner = await findPortOwner('tcp', '127.0.0.1', port);
        expect(owner).toMatchObject({ pid: process.pid, uid: process.getuid?.() });
        expect(owner?.commandLine.length).toBeGreaterThan(0);
        expect(describeOwner(owner)).toMatch(new RegExp(`^\\S.* \\(pid ${process.pid}\\)$`));
      });
    }
  });

  it('is null for a free port and for another address', async () => {
    expect(await findPortOwner('tcp', '127.0.0.1', await freePort('tcp', '127.0.0.1'))).toBeNull();
    await withTcpPort('127.0.0.2', async (port) => expect(await findPortOwner('tcp', '127.0.0.1', port)).toBeNull());
  });
});

describe('describeOwner', () => {
  it('says as much as can be seen', () => {
    expect(describeOwner({ pid: null, command: null, commandLine: [], uid: 1000 })).toBe(
      'a process of another user (uid 1000)',
    );
    expect(describeOwner(null)).toBe('another program');
  });
});

describe('parseProcSockets', () => {
  it('reads addresses of both families and leaves out headings and cut rows', () => {
    const text = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 34567 1 0000000000000000 100 0 0 10 0
   1: 0100007F:0016 0100007F:C350 01 00000000:00000000 00:00000000 00000000     0        0 34568 1
   2: 00000000000000000000000000000000:0050 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000    33        0 99 1
   3: 0000000000000000FFFF00000100007F:0051 00000000000000000000000000000000:0000 07 00000000:00000000 00:00000000 00000000    33        0 98 1
   4: 0100007F:1F`;
    expect(parseProcSockets(text)).toEqual([
      { address: '127.0.0.1', port: 8080, isListening: true, uid: 1000, inode: '34567' },
      { address: '127.0.0.1', port: 22, isListening: false, uid: 0, inode: '34568' },
      { address: '::', port: 80, isListening: true, uid: 33, inode: '99' },
      { address: '127.0.0.1', port: 81, isListening: true, uid: 33, inode: '98' },
    ]);
  });
});
