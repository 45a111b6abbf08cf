/** Ports of a guest as every client changes them: over the calls, against a fake QEMU that really listens. */
import { readFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { InstanceView } from '../../src-shared/model/instance.ts';
import type { PortMapping, PortStatus } from '../../src-shared/model/ports.ts';
import type { DraftInput } from '../../src-shared/model/spec.ts';
import type { Paths } from '../core/home/paths.ts';
import { CleanupStack } from '../core/kit/cleanup-stack.ts';
import type { ClientIdentity } from '../core/service/client.ts';
import { eventually } from '../core/testing/eventually.ts';
import { type FakeQemu, type FakeQemuScript, fakeQemuBinary } from '../core/testing/fake-qemu.ts';
import { SessionClient } from './session-client.ts';
import { asPage, asUser, openHome, preparedHome } from './testing/open-home.ts';

const waitMs = 15_000;

let cleanups: CleanupStack;
let paths: Paths;
let qemu: FakeQemu;
let client: SessionClient;
let service: Awaited<ReturnType<typeof openHome>>;

beforeEach(async () => {
  cleanups = new CleanupStack();
  paths = await preparedHome(cleanups);
  qemu = await fakeQemuBinary();
  cleanups.add(qemu.dispose);
  service = await openHome(paths, cleanups);
  client = connectAs(asUser);
  cleanups.add(endGuests);
});
afterEach(() => cleanups.close());

/** With whatever service is there; a guest that is left fails the test by itself. */
async function endGuests(): Promise<void> {
  for (const { id, status } of await client.call('instance.list', {}).catch(() => [])) {
    if (status.processLives) await end(id);
  }
}

function connectAs(identity: ClientIdentity): SessionClient {
  const session = SessionClient.over(service, identity);
  cleanups.add(() => session.close());
  return session;
}

const mapping = (part: Partial<PortMapping> = {}): PortMapping => ({
  name: 'web',
  protocol: 'tcp',
  guest: 80,
  host: null,
  bind: '127.0.0.1',
  ...part,
});

async function draft(name: string, ports: readonly PortMapping[]): Promise<DraftInput> {
  return {
    name,
    guest: { kind: 'demo' },
    host: { acceleration: 'tcg', ports: [...ports] },
    runtime: { binary: await client.call('files.grant', { path: qemu.binary }), powerdownMs: 0 },
  };
}

async function running(
  ports: readonly PortMapping[] = [],
  script: FakeQemuScript = {},
  name = 'fake',
): Promise<string> {
  await qemu.rewrite({ serial: [{ text: 'demo: ready\r\n' }], ...script });
  const { id } = await client.call('instance.launch', await draft(name, ports));
  await until(id, ({ status }) => status.ready);
  return id;
}

const view = async (id: string): Promise<InstanceView> => (await client.call('instance.show', { id })).view;
const port = async (id: string, name: string): Promise<PortStatus | undefined> =>
  (await view(id)).ports.find((candidate) => candidate.name === name);
const specPorts = async (id: string) =>
  JSON.parse(await readFile(paths.instance(id).spec, 'utf8')).host.ports as PortMapping[];

async function until(id: string, accepts: (view: InstanceView) => boolean): Promise<InstanceView> {
  return eventually(
    async () => {
      const now = await view(id);
      return accepts(now) ? now : null;
    },
    { timeoutMs: waitMs },
  );
}

async function end(id: string): Promise<void> {
  await client.call('instance.stop', { id });
  await until(id, ({ status }) => !status.processLives && status.phase !== 'stopping');
}

function canConnect(at: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(at, '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}

async function takenPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  cleanups.add(() => void server.close());
  const bound = server.address();
  return typeof bound === 'object' && bound !== null ? bound.port : 0;
}

describe('ports of a running guest', () => {
  it('one added listens at once, is in the Spec, and a relaunch has it; every client is told', async () => {
    const id = await running();
    const told: InstanceView[] = [];
    connectAs(asUser).events.on((event) => {
      if (event.type === 'instanceChanged') told.push(event.view);
    });
    const status = await client.call('port.add', { id, mapping: mapping() });
    expect(status).toMatchObject({ name: 'web', state: 'mapped', host: expect.any(Number), bind: '127.0.0.1' });
    expect(await canConnect(status.host ?? 0)).toBe(true);
    expect(await specPorts(id)).toEqual([mapping()]);
    expect(told.some(({ ports }) => ports.some(({ host }) => host === status.host))).toBe(true);

    await client.call('instance.restart', { id });
    await until(id, ({ status: { ready, boot } }) => boot === 2 && ready);
    expect(await port(id, 'web')).toMatchObject({ state: 'mapped' });
  });

  it('a new owner finds what was added while the old one was there, each with its port', async () => {
    const id = await running([mapping({ name: 'one' })]);
    const second = await client.call('port.add', { id, mapping: mapping({ name: 'two' }) });
    const first = await port(id, 'one');
    await service.dispose();
    service = await openHome(paths, cleanups);
    client = connectAs(asUser);
    cleanups.add(endGuests);
    await until(id, ({ status }) => status.phase === 'running');
    expect(await port(id, 'one')).toMatchObject({ host: first?.host, state: 'mapped' });
    expect(await port(id, 'two')).toMatchObject({ host: second.host, state: 'mapped' });
  });

  it('one that is removed is closed, gone from the Spec, and its answer brings it back', async () => {
    const id = await running([mapping()]);
    const before = (await port(id, 'web'))?.host ?? 0;
    const removed = await client.call('port.remove', { id, name: 'web' });
    expect(await canConnect(before)).toBe(false);
    expect(await specPorts(id)).toEqual([]);
    expect((await view(id)).ports).toEqual([]);
    await client.call('port.add', { id, mapping: removed });
    expect((await view(id)).ports).toMatchObject([{ name: 'web', state: 'mapped' }]);
  });

  it('a taken port changes nothing and names who has it: a program, another guest, a name twice', async () => {
    const other = await running([mapping({ name: 'theirs' })], {}, 'other');
    const theirs = (await port(other, 'theirs'))?.host ?? 0;
    const id = await running();
    await expect(client.call('port.add', { id, mapping: mapping({ host: theirs }) })).rejects.toMatchObject({
      code: 'port_busy',
      message: expect.stringContaining('in use by the guest "other"'),
    });
    await expect(client.call('port.add', { id, mapping: mapping({ host: await takenPort() }) })).rejects.toMatchObject({
      code: 'port_busy',
      message: expect.stringContaining(`pid ${process.pid}`),
    });
    await client.call('port.add', { id, mapping: mapping() });
    await expect(client.call('port.add', { id, mapping: mapping() })).rejects.toMatchObject({ code: 'name_taken' });
    expect((await view(id)).ports).toHaveLength(1);
    expect(await specPorts(id)).toHaveLength(1);
  });

  it('a mapping that failed at the launch says who has its port, and another port mends it at once', async () => {
    const taken = await takenPort();
    const id = await running([mapping({ host: taken })]);
    expect(await port(id, 'web')).toMatchObject({
      state: 'failed',
      owner: { pid: process.pid, program: expect.any(String), instance: null },
    });
    const [check] = await client.call('port.check', { id, mappings: [mapping({ host: taken })] });
    expect(check).toMatchObject({ state: 'taken', suggestion: expect.any(Number) });
    const host = check?.suggestion ?? 0;
    const status = await client.call('port.change', { id, name: 'web', mapping: mapping({ host }) });
    expect(status).toMatchObject({ state: 'mapped', host, failure: null });
    expect(await specPorts(id)).toEqual([mapping({ host })]);
  });

  it('changing one moves it; where the new port is taken the old one is there as before', async () => {
    const id = await running([mapping()]);
    const before = (await port(id, 'web'))?.host ?? 0;
    await expect(
      client.call('port.change', { id, name: 'web', mapping: mapping({ host: await takenPort() }) }),
    ).rejects.toMatchObject({ code: 'port_busy' });
    expect(await port(id, 'web')).toMatchObject({ host: before, state: 'mapped' });
    expect(await canConnect(before)).toBe(true);
    const moved = await client.call('port.change', {
      id,
      name: 'web',
      mapping: mapping({ name: 'http', guest: 8080 }),
    });
    expect(moved).toMatchObject({ name: 'http', guest: 8080, state: 'mapped' });
    expect(await canConnect(before)).toBe(false);
  });

  it('a QEMU that keeps what it says it removed is not believed', async () => {
    const id = await running([mapping()], { keepsForwards: true });
    await expect(client.call('port.remove', { id, name: 'web' })).rejects.toMatchObject({ code: 'qmp_error' });
    expect(await port(id, 'web')).toMatchObject({ state: 'mapped' });
    expect(await specPorts(id)).toHaveLength(1);
  });

  it('its own port counts as free for it, and as the guest’s for others', async () => {
    const id = await running([mapping()]);
    const host = (await port(id, 'web'))?.host ?? 0;
    const mappings = [mapping({ host })];
    expect(await client.call('port.check', { id, mappings })).toMatchObject([{ state: 'free' }]);
    expect(await client.call('port.check', { mappings })).toMatchObject([
      { state: 'taken', owner: { instance: { id, name: 'fake' } } },
    ]);
  });

  it('is probed: what answers, where nobody listens, what stays silent', async () => {
    const id = await running(
      [mapping({ name: 'ssh', guest: 22 }), mapping({ name: 'deaf', guest: 23 }), mapping({ name: 'mute', guest: 24 })],
      { banners: { 22: { text: 'SSH-2.0-fake\r\n' } }, deafPorts: [23] },
    );
    const probed = await client.call('port.probe', { id });
    expect(probed.map(({ name, state, answer }) => [name, state, answer ?? null])).toEqual([
      ['ssh', 'answering', 'SSH-2.0-fake'],
      ['deaf', 'refused', null],
      ['mute', 'mapped', null],
    ]);
    expect((await view(id)).ports).toEqual(probed);
  });
});

describe('ports of a guest that does not run', () => {
  it('are changed in the Spec alone, and shown so', async () => {
    const { id } = await client.call('instance.create', await draft('idle', [mapping()]));
    await client.call('port.add', { id, mapping: mapping({ name: 'ssh', guest: 22, host: 40_022 }) });
    await client.call('port.change', { id, name: 'web', mapping: mapping({ guest: 81 }) });
    expect((await view(id)).ports).toMatchObject([
      { name: 'web', guest: 81, state: 'pending' },
      { name: 'ssh', guest: 22, host: 40_022, state: 'pending' },
    ]);
    await expect(
      client.call('port.add', { id, mapping: mapping({ name: 'x', host: 40_022, bind: '0.0.0.0' }) }),
    ).rejects.toMatchObject({ code: 'port_busy', message: expect.stringContaining('"ssh"') });
    expect(await client.call('port.remove', { id, name: 'web' })).toEqual(mapping({ guest: 81 }));
    expect(await specPorts(id)).toHaveLength(1);
    await expect(client.call('port.remove', { id, name: 'web' })).rejects.toMatchObject({
      message: expect.stringContaining('no port mapping called "web"'),
      failure: { hint: 'It has: ssh.' },
    });
  });

  it('after a stop it is the Spec that is shown, not what the last boot had', async () => {
    const id = await running([mapping()]);
    await end(id);
    await client.call('port.add', { id, mapping: mapping({ name: 'more', guest: 81 }) });
    expect((await view(id)).ports.map(({ name, state }) => `${name} ${state}`)).toEqual([
      'web pending',
      'more pending',
    ]);
  });

  it('without a network, and where a readiness check waits for it, it is refused in words', async () => {
    const none = { ...(await draft('none', [])), host: { networking: 'none' as const } };
    const { id } = await client.call('instance.create', none);
    await expect(client.call('port.add', { id, mapping: mapping() })).rejects.toMatchObject({
      code: 'wrong_phase',
      message: expect.stringContaining('it has no network'),
    });
    const waits = await draft('waits', [mapping()]);
    const readiness = [{ kind: 'banner' as const, port: 'web' }];
    const { id: waiting } = await client.call('instance.create', {
      ...waits,
      runtime: { ...waits.runtime, readiness },
    });
    await expect(client.call('port.remove', { id: waiting, name: 'web' })).rejects.toMatchObject({
      message: expect.stringContaining('a readiness check waits for it'),
    });
  });
});

describe('a port beyond this host', () => {
  const open = mapping({ name: 'open', bind: '0.0.0.0' });

  it('is refused to a browser, asked for in a window, and a no changes nothing', async () => {
    const id = await running();
    await expect(connectAs(asPage).call('port.add', { id, mapping: open })).rejects.toMatchObject({
      code: 'not_permitted',
      failure: { hint: expect.stringContaining('--allow-power') },
    });
    const asked: string[] = [];
    let answer = false;
    const confirm = async ({ detail }: { detail: string }) => {
      asked.push(detail);
      return answer;
    };
    const window = connectAs({ ...asPage, face: 'window', abilities: { confirm } });
    await expect(window.call('port.add', { id, mapping: open })).rejects.toMatchObject({ code: 'cancelled' });
    expect((await view(id)).ports).toEqual([]);
    answer = true;
    expect(await window.call('port.add', { id, mapping: open })).toMatchObject({ bind: '0.0.0.0', state: 'mapped' });
    expect(asked).toEqual(Array(2).fill('open: 0.0.0.0:a free port to guest port 80/tcp'));
    // What was allowed is not asked for again.
    await window.call('port.change', { id, name: 'open', mapping: open });
    expect(asked).toHaveLength(2);
  });

  it('is allowed with --allow-power', async () => {
    const id = await running();
    const page = connectAs({ ...asPage, allowPower: true });
    expect(await page.call('port.add', { id, mapping: open })).toMatchObject({ state: 'mapped' });
  });
});
