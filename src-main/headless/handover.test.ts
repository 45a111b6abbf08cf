/** A home that changes hands while something is under way: it ends, everybody has an answer, and no guest is cut short. */
import { readFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SlipwayError } from '../../src-shared/contract/errors.ts';
import type { InstanceView } from '../../src-shared/model/instance.ts';
import type { DraftInput } from '../../src-shared/model/spec.ts';
import type { Paths } from '../core/home/paths.ts';
import { CleanupStack } from '../core/kit/cleanup-stack.ts';
import { eventually } from '../core/testing/eventually.ts';
import { type FakeQemu, fakeQemuBinary } from '../core/testing/fake-qemu.ts';
import type { HomeService } from './home-service.ts';
import { SessionClient } from './session-client.ts';
import { asUser, openHome, preparedHome } from './testing/open-home.ts';

const waitMs = 15_000;
/** Long enough that whoever hands over does so before the guest was let go. */
const greetingMs = 700;

let cleanups: CleanupStack;
let paths: Paths;
let qemu: FakeQemu;
let service: HomeService;
let client: SessionClient;

beforeEach(async () => {
  cleanups = new CleanupStack();
  paths = await preparedHome(cleanups);
  qemu = await fakeQemuBinary({
    serial: [{ text: 'demo: ready\r\n' }],
    greeting: { state: 'normal', delayMs: greetingMs },
  });
  cleanups.add(qemu.dispose);
  service = await openHome(paths, cleanups);
  client = connectTo(service);
});
afterEach(() => cleanups.close());

function connectTo(home: HomeService): SessionClient {
  const made = SessionClient.over(home, asUser);
  cleanups.add(() => made.close());
  return made;
}

async function draft(): Promise<DraftInput> {
  return {
    name: 'fake',
    guest: { kind: 'demo' },
    host: { acceleration: 'tcg' },
    runtime: { binary: await client.call('files.grant', { path: qemu.binary }), powerdownMs: 0 },
  };
}

async function until(from: SessionClient, id: string, accepts: (view: InstanceView) => boolean): Promise<InstanceView> {
  const look = async () => {
    const { view } = await from.call('instance.show', { id });
    return accepts(view) ? view : null;
  };
  return eventually(look, { timeoutMs: waitMs });
}

/** Ends the guests of the home through whoever owns it then. */
function endGuestsOf(from: SessionClient): void {
  cleanups.add(async () => {
    for (const { id, status } of await from.call('instance.list', {})) {
      if (!status.processLives) continue;
      await from.call('instance.stop', { id });
      await until(from, id, (view) => !view.status.processLives && view.status.phase !== 'stopping');
    }
  });
}

/** A window comes and asks for the home. */
async function takeOver(): Promise<SessionClient> {
  const next = await openHome(paths, cleanups, { kind: 'window', takeOver: true });
  expect(next.isOwner).toBe(true);
  await eventually(() => !service.isOwner);
  const mine = connectTo(next);
  endGuestsOf(mine);
  return mine;
}

const codeOf = (error: unknown) => (error instanceof SlipwayError ? error.code : String(error));

describe('handing the home over', () => {
  it('while consoles are being opened ends, and every one of them is answered', async () => {
    const { id } = await client.call('instance.launch', await draft());
    await until(client, id, ({ status }) => status.phase === 'running');
    const names = ['serial', 'monitor', 'qmp', 'log', 'serial'] as const;
    const opened = names.map((console) => client.call('console.open', { id, console }).then(() => 'opened', codeOf));
    const next = await takeOver();
    for (const answer of await Promise.all(opened)) expect(['opened', 'connection_lost']).toContain(answer);
    expect((await next.call('console.open', { id, console: 'serial' })).writable).toBe(true);
    // The old owner is a client now, and what it is asked it asks the new one.
    expect((await client.call('instance.show', { id })).view.status.phase).toBe('running');
  });

  it('while a guest is starting has it started, once', async () => {
    const { id } = await client.call('instance.launch', await draft());
    const { status } = await until(client, id, (view) => view.status.phase === 'starting' && view.status.pid !== null);
    const next = await takeOver();
    const view = await until(next, id, (now) => now.status.ready);
    expect(view.status).toMatchObject({ pid: status.pid, boot: 1 });
    expect(await next.call('instance.list', {})).toHaveLength(1);
  });

  it('while a launch is only being asked for launches it once, or never', async () => {
    const asked = client.call('instance.launch', await draft()).then(({ id }) => id, codeOf);
    const next = await takeOver();
    const answer = await asked;
    const views = await next.call('instance.list', {});
    expect(views.length).toBeLessThanOrEqual(1);
    if (answer !== 'connection_lost') await until(next, answer, ({ status }) => status.ready);
  });

  it('while a large command line is being read ends, and it is answered', async () => {
    const text = `qemu-system-x86_64 ${Array.from({ length: 30_000 }, (_, n) => `-device e1000,id=nic${n}`).join(' ')}`;
    const asked = client.call('command.import', { text }).then(() => 'read', codeOf);
    const next = await takeOver();
    expect(['read', 'invalid_input', 'connection_lost']).toContain(await asked);
    expect(await next.call('instance.list', {})).toEqual([]);
  });

  it('a guest that is starting is let go before its owner leaves, though nobody comes', async () => {
    const { id } = await client.call('instance.launch', await draft());
    await until(client, id, (view) => view.status.phase === 'starting');
    client.close();
    await service.dispose();
    const output = paths.instance(id).boot(1).serial('serial').output;
    await eventually(async () => (await readFile(output, 'utf8')).includes('demo: ready'), { timeoutMs: waitMs });
    endGuestsOf(connectTo(await openHome(paths, cleanups)));
  });
});
