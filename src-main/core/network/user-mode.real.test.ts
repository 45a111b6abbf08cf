import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { PortMapping } from '../../../src-shared/model/ports.ts';
import { readBanner } from './banner-probe.ts';
import { applyForwards, readForwards } from './user-mode.ts';

let qemu: ChildProcess;
let hmp: (command: string) => Promise<string>;

beforeEach(async () => {
  const args = ['-S', '-m', '32', '-nodefaults', '-no-user-config', '-display', 'none', '-netdev', 'user,id=net0'];
  const child = spawn('qemu-system-x86_64', [...args, '-device', 'virtio-net-pci,netdev=net0', '-qmp', 'stdio'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  qemu = child;
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async (): Promise<{ return?: unknown }> => JSON.parse((await answers.next()).value ?? '{}');
  await next();
  child.stdin.write('{"execute":"qmp_capabilities"}\n');
  await next();
  hmp = async (command) => {
    child.stdin.write(
      `${JSON.stringify({ execute: 'human-monitor-command', arguments: { 'command-line': command } })}\n`,
    );
    return String((await next()).return);
  };
});
afterEach(async () => {
  const ended = once(qemu, 'exit');
  qemu.kill('SIGKILL');
  await ended;
});

const mapping = (name: string, change: Partial<PortMapping>): PortMapping => ({
  name,
  protocol: 'tcp',
  guest: 22,
  host: null,
  bind: '127.0.0.1',
  ...change,
});

describe('port mappings on a real QEMU', () => {
  it('free ones, a busy one that names its owner, UDP, two for one guest port, every address', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const bound = server.address();
    const taken = typeof bound === 'object' && bound !== null ? bound.port : 0;
    const mappings = [
      mapping('ssh', {}),
      mapping('busy', { guest: 80, host: taken }),
      mapping('dns', { protocol: 'udp', guest: 53 }),
      mapping('again', {}),
      mapping('open', { guest: 443, bind: '0.0.0.0' }),
      mapping('named', { guest: 444, bind: 'localhost' }),
    ];
    try {
      const statuses = await applyForwards({ mappings, hmp });
      expect(statuses.map(({ name, state }) => `${name} ${state}`)).toEqual([
        'ssh mapped',
        'busy failed',
        'dns mapped',
        'again mapped',
        'open mapped',
        'named mapped',
      ]);
      expect(statuses[1]?.failure).toMatchObject({
        code: 'port_busy',
        message: expect.stringContaining(`(pid ${process.pid})`),
      });
      expect(new Set(statuses.map((status) => status.host)).size).toBe(6);
      const mapped = mappings.filter((_, index) => index !== 1);
      expect(await readForwards({ mappings: mapped, hmp })).toEqual(statuses.filter((_, index) => index !== 1));
    } finally {
      server.close();
    }
  });

  it('a connection is accepted with no guest behind it, and that is not a banner', async () => {
    const [status] = await applyForwards({ mappings: [mapping('ssh', {})], hmp });
    expect(await readBanner({ host: '127.0.0.1', port: status?.host ?? 0 }, 300)).toEqual({ state: 'silent' });
  });
});
