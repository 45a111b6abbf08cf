/** Ports of real guests: changed while they run, taken by others, and what can be told of who is behind them. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdir, readFile, rm, symlink } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { linuxGuestAvailability, prepareLinuxGuest } from '../../src-main/core/guests/linux/recipe.ts';
import { CleanupStack } from '../../src-main/core/kit/cleanup-stack.ts';
import { SessionClient } from '../../src-main/headless/session-client.ts';
import type { PortMapping, PortStatus } from '../../src-shared/model/ports.ts';
import {
  checkout,
  demoDraft,
  generousMs,
  launchReady,
  openSlipway,
  type Slipway,
  stopAndWait,
  tempSlipway,
  until,
  untilReady,
} from './slipway-under-test.ts';
import { Terminal } from './terminal.ts';

const bootMs = 120_000;
const cacheDirectory = join(process.env.SLIPWAY_TEST_CACHE ?? join(checkout, '.cache/test'), 'linux-guest');

let cleanups: CleanupStack;
let slipway: Slipway;
beforeEach(async () => {
  cleanups = new CleanupStack();
  slipway = await openSlipway(await tempSlipway(cleanups), cleanups);
});
afterEach(() => cleanups.close(), generousMs);

const mapping = (part: Partial<PortMapping>): PortMapping => ({
  name: 'web',
  protocol: 'tcp',
  guest: 80,
  host: null,
  bind: '127.0.0.1',
  ...part,
});

function demo(name: string, ports: PortMapping[] = []) {
  return launchReady(slipway.client, demoDraft({ name, host: { acceleration: 'tcg', networking: 'user', ports } }));
}

async function portOf(id: string, name: string): Promise<PortStatus | undefined> {
  const { view } = await slipway.client.call('instance.show', { id });
  return view.ports.find((port) => port.name === name);
}

async function isOpen(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.on('error', () => undefined).destroy();
  }
}

async function takenPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanups.add(() => void server.close());
  const bound = server.address();
  return typeof bound === 'object' && bound !== null ? bound.port : 0;
}

describe('ports of a guest that runs', () => {
  it(
    'are added, moved and closed over the monitor, TCP and UDP, and the next launch has them',
    async () => {
      const { client } = slipway;
      const { id } = await demo('demo');
      const web = await client.call('port.add', { id, mapping: mapping({}) });
      const dns = await client.call('port.add', { id, mapping: mapping({ name: 'dns', guest: 53, protocol: 'udp' }) });
      const again = await client.call('port.add', { id, mapping: mapping({ name: 'again' }) });
      expect([web, dns, again].map(({ state }) => state)).toEqual(['mapped', 'mapped', 'mapped']);
      expect(await isOpen(web.host ?? 0)).toBe(true);
      // UDP too: the host will not give the port to anybody else.
      const udp = createSocket('udp4');
      udp.bind(dns.host ?? 0, '127.0.0.1');
      await expect(once(udp, 'listening')).rejects.toMatchObject({ code: 'EADDRINUSE' });
      const tried = [mapping({ name: 'x', protocol: 'udp', host: dns.host })];
      expect(await client.call('port.check', { mappings: tried })).toMatchObject([
        { state: 'taken', owner: { instance: { id, name: 'demo' } } },
      ]);

      const moved = await client.call('port.change', { id, name: 'web', mapping: mapping({ guest: 8080 }) });
      expect(moved).toMatchObject({ guest: 8080, state: 'mapped' });
      expect(await client.call('port.remove', { id, name: 'again' })).toEqual(mapping({ name: 'again' }));
      expect(await isOpen(again.host ?? 0)).toBe(false);
      await client.call('port.remove', { id, name: 'dns' });
      const free = createSocket('udp4');
      free.bind(dns.host ?? 0, '127.0.0.1');
      await once(free, 'listening');
      free.close();

      const spec = JSON.parse(await readFile(slipway.paths.instance(id).spec, 'utf8'));
      expect(spec.host.ports).toEqual([mapping({ guest: 8080 })]);
      await stopAndWait(client, id);
      await client.call('instance.start', { id });
      const relaunched = await untilReady(client, id);
      expect(relaunched.ports).toMatchObject([{ name: 'web', guest: 8080, state: 'mapped' }]);
      await stopAndWait(client, id);
    },
    generousMs * 3,
  );

  it(
    'a taken port names who has it, a program or another guest, and changes nothing',
    async () => {
      const { client } = slipway;
      const other = await demo('other', [mapping({ name: 'theirs' })]);
      const theirs = other.ports[0]?.host ?? 0;
      const busy = await takenPort();
      const { id, ports } = await demo('demo', [mapping({ host: theirs })]);
      expect(ports[0]).toMatchObject({
        state: 'failed',
        owner: { program: expect.stringMatching(/^qemu/), instance: { id: other.id, name: 'other' } },
      });
      await expect(client.call('port.add', { id, mapping: mapping({ name: 'b', host: busy }) })).rejects.toMatchObject({
        code: 'port_busy',
        message: expect.stringContaining(`pid ${process.pid}`),
      });
      const [check] = await client.call('port.check', { id, mappings: [mapping({ host: theirs })] });
      const host = check?.suggestion ?? 0;
      expect(host).toBeGreaterThan(theirs);
      await client.call('port.change', { id, name: 'web', mapping: mapping({ host }) });
      expect(await portOf(id, 'web')).toMatchObject({ state: 'mapped', host, failure: null });
      await stopAndWait(client, id);
      await stopAndWait(client, other.id);
    },
    generousMs * 3,
  );

  it(
    'beyond loopback a person is asked first; the others are told, and where it is reached is known',
    async () => {
      const { client, service } = slipway;
      const { id } = await demo('demo');
      const lan = mapping({ name: 'lan', bind: '0.0.0.0' });
      const asked: string[] = [];
      const confirm = async ({ detail }: { detail: string }) => asked.push(detail) > 1;
      const page = { trust: 'page', allowPower: false } as const;
      const browser = SessionClient.over(service, { ...page, face: 'web', abilities: {} });
      const window = SessionClient.over(service, { ...page, face: 'window', abilities: { confirm } });
      cleanups.add(() => browser.close());
      cleanups.add(() => window.close());
      await expect(browser.call('port.add', { id, mapping: lan })).rejects.toMatchObject({ code: 'not_permitted' });
      await expect(window.call('port.add', { id, mapping: lan })).rejects.toMatchObject({ code: 'cancelled' });
      expect(await portOf(id, 'lan')).toBeUndefined();
      const status = await window.call('port.add', { id, mapping: lan });
      expect(status).toMatchObject({ bind: '0.0.0.0', state: 'mapped' });
      const { hostAddresses } = await client.call('instance.show', { id });
      for (const address of hostAddresses) {
        const socket = connect(status.host ?? 0, address);
        await once(socket, 'connect');
        socket.destroy();
      }
      await client.call('port.remove', { id, name: 'lan' });
      expect(await isOpen(status.host ?? 0)).toBe(false);
      await stopAndWait(client, id);
    },
    generousMs * 2,
  );

  it(
    'of a guest without a network of its own making nothing is claimed',
    async () => {
      const { client } = slipway;
      const { id } = await demo('demo', [mapping({})]);
      // The demo guest never answers ARP: QEMU takes the connection, and its table says that nobody else did.
      const [probed] = await client.call('port.probe', { id });
      expect(probed).toMatchObject({ name: 'web', state: 'unanswered' });
      await stopAndWait(client, id);
    },
    generousMs,
  );
});

const availability = await linuxGuestAvailability({ cacheDirectory });
const skip = availability.available ? null : availability.reason;

describe.skipIf(skip !== null)(`behind the ports of Linux${skip === null ? '' : ` (skipped: ${skip})`}`, () => {
  it(
    'what answers, where nobody listens, what is silent, and each change of it',
    async () => {
      await prepareLinuxGuest({ cacheDirectory });
      await mkdir(dirname(slipway.paths.linuxGuest), { recursive: true });
      await rm(slipway.paths.linuxGuest, { recursive: true, force: true });
      await symlink(cacheDirectory, slipway.paths.linuxGuest);
      const { client } = slipway;
      const { id } = await client.call('instance.launch', {
        name: 'linux',
        guest: { kind: 'linux' },
        device: { memoryMiB: 256 },
        host: { acceleration: 'tcg', ports: [mapping({ name: 'ssh', guest: 22 }), mapping({ guest: 8080 })] },
      });
      const ready = await until(client, id, ({ status }) => status.ready || status.phase === 'failed', bootMs);
      // The readiness check has heard who is there; nobody has to ask again.
      expect(ready.ports[0]).toMatchObject({ state: 'answering', answer: expect.stringMatching(/^SSH-2\.0-/) });

      const probe = async (name: string) =>
        (await client.call('port.probe', { id, names: [name] })).find((port) => port.name === name);
      const becomes = (name: string, state: string) =>
        expect.poll(async () => (await probe(name))?.state, { timeout: generousMs }).toBe(state);
      expect(await probe('ssh')).toMatchObject({ state: 'answering', answer: expect.stringMatching(/^SSH-2\.0-/) });
      expect(await probe('web')).toMatchObject({ state: 'refused' });

      const terminal = await Terminal.open(client, id);
      terminal.type('\r');
      await terminal.waitFor(/[#$] $/);
      terminal.type('busybox httpd -p 8080 -h /etc && echo served-$((1+1))\r');
      await terminal.waitFor(/served-2/);
      await becomes('web', 'answering');
      expect((await portOf(id, 'web'))?.answer).toMatch(/^HTTP\/1\.\d /);

      // Something that takes connections and never says a word.
      const mute = await client.call('port.add', { id, mapping: mapping({ name: 'mute', guest: 7000 }) });
      expect(mute.state).toBe('mapped');
      await becomes('mute', 'refused');
      terminal.type('(while true; do sleep 1000 | busybox nc -l -p 7000; done) & echo mute-$((1+1))\r');
      await terminal.waitFor(/mute-2/);
      await becomes('mute', 'accepting');

      terminal.type('killall httpd; busybox killall busybox; echo ended-$((1+1))\r');
      await terminal.waitFor(/ended-2/);
      await becomes('web', 'refused');
      await stopAndWait(client, id);
    },
    bootMs * 2 + generousMs,
  );
});
