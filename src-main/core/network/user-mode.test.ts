import { describe, expect, it } from 'vitest';
import type { PortMapping } from '../../../src-shared/model/ports.ts';
import { applyForwards, type HostPorts, readForwards } from './user-mode.ts';

const ssh: PortMapping = { name: 'ssh', protocol: 'tcp', guest: 22, host: null, bind: '127.0.0.1' };
const http: PortMapping = { name: 'http', protocol: 'tcp', guest: 80, host: 8080, bind: '127.0.0.1' };

/** Speaks like QEMU's monitor: adds rules unless `refuse` has an answer of its own. */
function fakeMonitor(refuse: (rule: string, port: number) => string | null = () => null) {
  const rows: string[] = [];
  let next = 40000;
  const commands: string[] = [];
  const hmp = async (command: string): Promise<string> => {
    commands.push(command);
    if (command === 'info usernet') return `Hub -1 (n0):\r\n${[...rows].reverse().join('\r\n')}\r\n`;
    const [, protocol, address, port, guest] = /^hostfwd_add (tcp|udp):([\d.]+):(\d+)-:(\d+)$/.exec(command) ?? [];
    const answer = refuse(command, Number(port));
    if (answer !== null) return answer;
    const bound = port === '0' ? next++ : Number(port);
    rows.push(
      `  ${protocol === 'udp' ? 'UDP' : 'TCP'}[HOST_FORWARD]  3  ${address === '0.0.0.0' ? '*' : address} ${bound}  10.0.2.15 ${guest}  0  0`,
    );
    return '';
  };
  return { hmp, commands };
}

function fakeHost(change: Partial<HostPorts> = {}): HostPorts {
  let next = 50000;
  return { portState: async () => 'busy', freePort: async () => next++, findPortOwner: async () => null, ...change };
}

describe('applyForwards', () => {
  it('adds each and reads the ports back', async () => {
    const { hmp } = fakeMonitor();
    const statuses = await applyForwards({ mappings: [ssh, http], hmp, host: fakeHost() });
    expect(statuses).toEqual([
      { name: 'ssh', protocol: 'tcp', guest: 22, host: 40000, bind: '127.0.0.1', state: 'mapped', failure: null },
      { name: 'http', protocol: 'tcp', guest: 80, host: 8080, bind: '127.0.0.1', state: 'mapped', failure: null },
    ]);
  });

  it('a busy port is one failed mapping that names its owner; the others work', async () => {
    const { hmp } = fakeMonitor((_, port) => (port === 8080 ? "Could not set up host forwarding rule 'x'\r\n" : null));
    const findPortOwner = async () => ({ pid: 4711, command: 'nginx', commandLine: ['nginx', '-g', 'x'], uid: 0 });
    const statuses = await applyForwards({ mappings: [http, ssh], hmp, host: fakeHost({ findPortOwner }) });
    expect(statuses[0]).toMatchObject({
      state: 'failed',
      host: 8080,
      failure: {
        code: 'port_busy',
        message: 'TCP port 8080 on 127.0.0.1 is in use by nginx (pid 4711).',
        cause: 'nginx -g x',
        field: 'host.ports.0',
        raw: "Could not set up host forwarding rule 'x'",
      },
    });
    expect(statuses[1]).toMatchObject({ state: 'mapped', host: 40000 });
  });

  it.each([
    ['not-permitted', 'not_permitted'],
    ['no-such-address', 'invalid_input'],
    ['free', 'port_busy'],
  ] as const)('says why else QEMU may refuse: %s', async (state, code) => {
    const { hmp } = fakeMonitor(() => 'could not set up host forwarding rule');
    const statuses = await applyForwards({ mappings: [http], hmp, host: fakeHost({ portState: async () => state }) });
    expect(statuses[0]?.failure).toMatchObject({ code, hint: expect.any(String) });
  });

  it('picks a port itself where QEMU chooses none, and another when that one is gone', async () => {
    const { hmp, commands } = fakeMonitor((_, port) => {
      if (port === 0) return 'Invalid host forwarding rule (Bad host port)';
      return port === 50000 ? 'Could not set up host forwarding rule' : null;
    });
    const statuses = await applyForwards({ mappings: [ssh], hmp, host: fakeHost() });
    expect(statuses[0]).toMatchObject({ state: 'mapped', host: 50001 });
    expect(commands.length).toBe(4);
  });

  it('without a user network there is nothing to try again', async () => {
    const { hmp, commands } = fakeMonitor(() => 'user mode network stack not in use');
    const statuses = await applyForwards({ mappings: [ssh], hmp, host: fakeHost() });
    expect(statuses[0]?.failure).toMatchObject({ code: 'qmp_error' });
    expect(commands).toEqual(['hostfwd_add tcp:127.0.0.1:0-:22', 'info usernet']);
  });

  it('asks nothing without mappings', async () => {
    const { hmp, commands } = fakeMonitor();
    expect(await applyForwards({ mappings: [], hmp })).toEqual([]);
    expect(commands).toEqual([]);
  });
});

describe('readForwards', () => {
  it('finds again what an earlier owner added, and says what is missing', async () => {
    const { hmp } = fakeMonitor();
    await applyForwards({ mappings: [ssh], hmp, host: fakeHost() });
    const host = fakeHost({ portState: async () => 'free' });
    const statuses = await readForwards({ mappings: [ssh, http], hmp, host });
    expect(statuses.map(({ state, host }) => [state, host])).toEqual([
      ['mapped', 40000],
      ['failed', 8080],
    ]);
    expect(statuses[1]?.failure?.message).toBe('QEMU does not list the mapping http.');
  });

  it('names who has the port of a mapping that an earlier owner could not add', async () => {
    const { hmp } = fakeMonitor();
    const findPortOwner = async () => ({ pid: 4711, command: 'nginx', commandLine: ['nginx'], uid: 0 });
    const [status] = await readForwards({ mappings: [http], hmp, host: fakeHost({ findPortOwner }) });
    expect(status).toMatchObject({
      state: 'failed',
      host: 8080,
      failure: { code: 'port_busy', message: 'TCP port 8080 on 127.0.0.1 is in use by nginx (pid 4711).' },
    });
  });
});
