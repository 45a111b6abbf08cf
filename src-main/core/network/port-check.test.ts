import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CleanupStack } from '../kit/cleanup-stack.ts';
import type { PortState } from './free-port.ts';
import { checkPorts, type TriedHost } from './port-check.ts';
import type { PortOwner } from './port-owner.ts';
import { nearbyPorts } from './suggest-port.ts';

let cleanups: CleanupStack;
beforeEach(() => {
  cleanups = new CleanupStack();
});
afterEach(() => cleanups.close());

const mapping = (part: object = {}) => ({
  name: 'web',
  protocol: 'tcp' as const,
  guest: 80,
  host: 8080 as number | null,
  bind: '127.0.0.1',
  ...part,
});

const nginx: PortOwner = { pid: 4711, command: 'nginx', commandLine: ['nginx', '-g', 'x'], uid: 0 };
const qemu: PortOwner = {
  pid: 12,
  command: 'qemu-system-x86',
  commandLine: ['/usr/bin/qemu-system-x86_64', '-name', 'guest=a,,b,process=x'],
  uid: 0,
};

/** Says of each port what the table has; the others are free. */
function hostWith(states: Record<number, PortState>, owner: PortOwner | null = nginx): TriedHost {
  return { portState: async (_, __, port) => states[port] ?? 'free', findPortOwner: async () => owner };
}

async function listener(address: string): Promise<number> {
  const server = createServer().listen(0, address);
  await once(server, 'listening');
  cleanups.add(() => void server.close());
  const bound = server.address();
  return typeof bound === 'object' && bound !== null ? bound.port : 0;
}

describe('checkPorts', () => {
  it('names who has the port and offers the nearest one that no other row has', async () => {
    const host = hostWith({ 8080: 'busy', 8081: 'busy' });
    const rows = [mapping(), mapping({ name: 'b', host: 8082 })];
    const [first, second] = await checkPorts(rows, { host });
    expect(first).toEqual({
      state: 'taken',
      owner: { pid: 4711, program: 'nginx', commandLine: 'nginx -g x', uid: 0, instance: null },
      suggestion: 8083,
      failure: {
        code: 'port_busy',
        message: 'TCP port 8080 on 127.0.0.1 is in use by nginx (pid 4711).',
        cause: 'nginx -g x',
        hint: expect.stringContaining('choose another host port'),
        field: 'host.ports.0.host',
      },
    });
    expect(second).toEqual({ state: 'free', owner: null, suggestion: null, failure: null });
  });

  it('calls a guest by its name: one of this home with its id, another as its command line has it', async () => {
    const host = hostWith({ 8080: 'busy' }, qemu);
    const instanceOf = (pid: number) => (pid === 12 ? { id: 'demo', name: 'Demo' } : null);
    const [ours] = await checkPorts([mapping()], { host, instanceOf });
    expect(ours?.owner?.instance).toEqual({ id: 'demo', name: 'Demo' });
    expect(ours?.failure?.message).toContain('in use by the guest "Demo" (qemu-system-x86, pid 12)');
    const [foreign] = await checkPorts([mapping()], { host });
    expect(foreign?.owner?.instance).toEqual({ id: null, name: 'a,b' });
  });

  it('a port the asking guest has itself is free for it', async () => {
    const [check] = await checkPorts([mapping()], { host: hostWith({ 8080: 'busy' }, qemu), ownPid: 12 });
    expect(check?.state).toBe('free');
  });

  it('says so when another row of the same list has it, also one on every address, and not across protocols', async () => {
    const host = hostWith({});
    const twice = async (other: object) =>
      (await checkPorts([mapping(), mapping({ name: 'b', ...other })], { host }))[1];
    expect(await twice({})).toMatchObject({ state: 'twice', suggestion: 8081 });
    expect((await twice({}))?.failure?.message).toBe('Host port 8080/tcp is already used by the mapping "web".');
    expect(await twice({ bind: '0.0.0.0' })).toMatchObject({ state: 'twice' });
    expect(await twice({ bind: 'localhost' })).toMatchObject({ state: 'twice' });
    expect(await twice({ bind: '127.0.0.2' })).toMatchObject({ state: 'free' });
    expect(await twice({ protocol: 'udp' })).toMatchObject({ state: 'free' });
    expect(await twice({ host: null })).toMatchObject({ state: 'chosen' });
  });

  it('a reserved port gets the customary one, an address of another host its sentence', async () => {
    const [check] = await checkPorts([mapping({ host: 80 })], { host: hostWith({ 80: 'not-permitted' }) });
    expect(check).toMatchObject({ state: 'not-permitted', suggestion: 8080, failure: { code: 'not_permitted' } });
    const [foreign, chosen] = await checkPorts([
      mapping({ bind: '192.0.2.1' }),
      mapping({ bind: '192.0.2.1', host: null }),
    ]);
    expect(foreign).toMatchObject({ state: 'no-such-address', failure: { field: 'host.ports.0.bind' } });
    expect(chosen).toMatchObject({ state: 'no-such-address', failure: { field: 'host.ports.1.bind' } });
  });

  it.each([
    ['127.0.0.1', '127.0.0.1'],
    ['0.0.0.0', '127.0.0.1'],
    ['127.0.0.1', '0.0.0.0'],
    ['::', '127.0.0.1'],
    ['127.0.0.2', '0.0.0.0'],
  ])('really: somebody listens on %s, a mapping wants %s', async (theirs, ours) => {
    const port = await listener(theirs);
    const [check] = await checkPorts([mapping({ host: port, bind: ours })]);
    expect(check?.state).toBe('taken');
    expect(check?.suggestion).toEqual(expect.any(Number));
    if (process.platform === 'linux') expect(check?.owner?.pid).toBe(process.pid);
  });

  it('really: UDP, where TCP of the same number stays free', async () => {
    const socket = createSocket('udp4').bind(0, '127.0.0.1');
    await once(socket, 'listening');
    cleanups.add(() => void socket.close());
    const { port } = socket.address();
    const checks = await checkPorts([mapping({ host: port, protocol: 'udp' }), mapping({ host: port, name: 'b' })]);
    expect(checks.map(({ state }) => state)).toEqual(['taken', 'free']);
  });

  it('really: many who try one free port at the same moment do not find each other', async () => {
    const port = await listener('127.0.0.1');
    await cleanups.close();
    const checks = await Promise.all(Array.from({ length: 20 }, () => checkPorts([mapping({ host: port })])));
    expect(new Set(checks.map(([check]) => check?.state))).toEqual(new Set(['free']));
  });
});

describe('nearbyPorts', () => {
  const first = (port: number) => [...nearbyPorts(port)].slice(0, 3);
  it('goes up, starts where people look for reserved ones, and stays in the range', () => {
    expect(first(8080)).toEqual([8081, 8082, 8083]);
    expect(first(22)).toEqual([2222, 2223, 2224]);
    expect(first(53)).toEqual([8053, 8054, 8055]);
    expect(first(65534)).toEqual([65535, 65533, 65532]);
    expect([...nearbyPorts(65535)].every((port) => port > 0 && port < 65536)).toBe(true);
  });
});
