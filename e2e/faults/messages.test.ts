/**
 * Everything that can be said to Slipway, and much that cannot, over every transport at once while the home changes
 * hands: nothing crashes, nothing goes unanswered, who spoke nonsense is cut off whole, and the memory comes back.
 * SLIPWAY_MESSAGES=200000 for the long run.
 */
import { copyFile, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Paths } from '../../src-main/core/home/paths.ts';
import { CleanupStack } from '../../src-main/core/kit/cleanup-stack.ts';
import { silentLog } from '../../src-main/core/kit/log.ts';
import { eventually } from '../../src-main/core/testing/eventually.ts';
import { fakeQemuBinary } from '../../src-main/core/testing/fake-qemu.ts';
import type { HomeService } from '../../src-main/headless/home-service.ts';
import { SessionClient } from '../../src-main/headless/session-client.ts';
import { asUser, openHome, preparedHome } from '../../src-main/headless/testing/open-home.ts';
import { serveWebFace } from '../../src-main/headless/web.ts';
import { type CallName, calls } from '../../src-shared/contract/calls.ts';
import { encodeFrame, frameKinds } from '../../src-shared/contract/console-frames.ts';
import type { Failure } from '../../src-shared/contract/errors.ts';
import { limits } from '../../src-shared/limits.ts';
import { arbitraryOf, spoilt } from './arbitrary-of.ts';
import { overMessagePort, overUnixSocket, overWebSocket, RawClient } from './raw-clients.ts';

const total = Number(process.env.SLIPWAY_MESSAGES ?? 6000);
const seed = Number(process.env.SLIPWAY_SEED ?? 20_261_130);
const batch = 200;
const answerMs = 60_000;
const memoryMiB = 20;
/** These start programs or wait for them; a machine has only so many processors. */
const costly: ReadonlySet<string> = new Set([
  'doctor.examine',
  'support.bundle',
  'host.describe',
  'instance.launch',
  'instance.start',
  'instance.restart',
  'instance.fix',
  'instance.create',
  'instance.duplicate',
  'port.probe',
]);

let cleanups: CleanupStack;
let paths: Paths;
let first: HomeService;
let second: HomeService;
let errors: { message: string; facts: unknown }[];

beforeEach(async () => {
  cleanups = new CleanupStack();
  paths = await preparedHome(cleanups);
  await hideQemu();
  errors = [];
  const log = { ...silentLog, error: (message: string, facts: unknown) => void errors.push({ message, facts }) };
  first = await openHome(paths, cleanups, { log });
  second = await openHome(paths, cleanups, { log });
});
afterEach(() => cleanups.close());

/** Whatever is launched is a program of ours, by whatever name it is looked for. */
async function hideQemu(): Promise<void> {
  const fake = await fakeQemuBinary({ serial: [{ text: 'demo: ready\r\n' }], echo: true });
  cleanups.add(fake.dispose);
  const directory = dirname(fake.binary);
  for (const name of await readdir('/usr/bin')) {
    if (name.startsWith('qemu-system-') && name !== 'qemu-system-x86_64')
      await copyFile(fake.binary, join(directory, name));
  }
  process.env.SLIPWAY_QEMU_DIR = directory;
  cleanups.add(() => {
    delete process.env.SLIPWAY_QEMU_DIR;
  });
}

function collect(): { total: number; rss: number } {
  setFlagsFromString('--expose-gc');
  const gc: unknown = runInNewContext('gc');
  if (typeof gc === 'function') for (let time = 0; time < 4; time++) gc();
  const { heapUsed, external, rss } = process.memoryUsage();
  return { total: (heapUsed + external) / 1024 / 1024, rss: rss / 1024 / 1024 };
}

/** What may be said, and what may not. `ends`: whoever hears it hangs up. */
type Said =
  | { readonly kind: 'call'; readonly name: string; readonly input: unknown }
  | { readonly kind: 'raw'; readonly message: string | Uint8Array; readonly ends: boolean };

function sayings(texts: readonly string[]): fc.Arbitrary<Said> {
  const text = fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...texts) },
    { weight: 2, arbitrary: fc.string({ maxLength: 30 }) },
    { weight: 1, arbitrary: fc.string({ maxLength: 30, unit: 'binary' }) },
  );
  const names = (Object.keys(calls) as CallName[]).filter((name) => name !== 'owner.handover');
  const cheap = names.filter((name) => !costly.has(name));
  const some = (name: CallName) => arbitraryOf(calls[name].input, text).map((input) => ({ name, input }));
  const asked = fc.oneof(
    { weight: 60, arbitrary: fc.constantFrom(...cheap).chain(some) },
    { weight: 1, arbitrary: fc.constantFrom(...names).chain(some) },
  );
  const viewer = fc.oneof(fc.integer({ min: 0, max: 12 }), fc.constant(0xffff_ffff));
  const frame = fc.record({
    kind: fc.constantFrom('input' as const, 'ack' as const),
    viewer,
    offset: fc.nat(),
    extra: fc.nat(2),
    payload: fc.uint8Array({ maxLength: 400 }),
  });
  const raw = (message: string | Uint8Array, ends: boolean): Said => ({ kind: 'raw', message, ends });
  const notFrames = frameKinds.filter((kind) => kind !== 'input' && kind !== 'ack');
  return fc.oneof(
    { weight: 60, arbitrary: asked.map((one): Said => ({ kind: 'call', ...one })) },
    {
      weight: 15,
      arbitrary: asked.chain(({ name, input }) =>
        spoilt(input).map((bad): Said => ({ kind: 'call', name, input: bad })),
      ),
    },
    { weight: 2, arbitrary: text.map((name): Said => ({ kind: 'call', name: name.slice(0, 100), input: {} })) },
    { weight: 22, arbitrary: frame.map((one) => raw(encodeFrame(one), false)) },
    {
      weight: 1,
      arbitrary: fc.oneof(
        fc.string({ maxLength: 60 }).map((broken) => raw(`{"type":"call",${broken}`, true)),
        fc.jsonValue({ maxDepth: 2 }).map((value) => raw(JSON.stringify({ type: 'call', value }), true)),
        fc
          .constantFrom(...notFrames)
          .map((kind) => raw(encodeFrame({ kind, viewer: 1, offset: 0, extra: 0, payload: new Uint8Array(9) }), true)),
        fc.uint8Array({ maxLength: 16 }).map((bytes) => raw(bytes, true)),
      ),
    },
  );
}

it(
  `answers ${total} messages, and is as it was before`,
  async () => {
    const web = await serveWebFace({ service: second, page: paths.home, port: 0, allowPower: false });
    cleanups.add(() => web.close());
    const introduction = { type: 'introduction', trust: 'user', face: 'command-line', allowPower: false };
    const mistakes: { call: string; failure: Failure }[] = [];
    const onFailure = (call: string, failure: Failure) => {
      if (failure.code === 'internal') mistakes.push({ call, failure });
    };
    const clients = {
      'UNIX socket': new RawClient(overUnixSocket(paths.serviceSocket, introduction), onFailure),
      WebSocket: new RawClient(overWebSocket(new URL(web.url)), onFailure),
      'MessagePort, owner': new RawClient(
        overMessagePort(() => first),
        onFailure,
      ),
      'MessagePort, other': new RawClient(
        overMessagePort(() => second),
        onFailure,
      ),
    };
    const all = Object.entries(clients);
    for (const [, client] of all) cleanups.add(() => client.close());
    const watcher = SessionClient.over(first, asUser);
    cleanups.add(() => watcher.close());
    const known = await furnish(watcher);
    const stream = fc.sample(sayings(known), { numRuns: Math.min(total, 6000), seed });
    let sent = 0;
    let handovers = 0;
    let cut = 0;
    let before: ReturnType<typeof collect> | null = null;

    const settle = async () => {
      const owed = () => all.flatMap(([name, client]) => client.owed.map((call) => `${name}: ${call}`));
      await eventually(() => owed().length === 0, { timeoutMs: answerMs }).catch(() => {
        throw new Error(`never answered: ${owed().slice(0, 20).join(', ')}`);
      });
    };
    while (sent < total) {
      for (const [, client] of all) await reconnect(client);
      for (let index = 0; index < batch; index++) {
        const [name, client] = all[sent % all.length] ?? fail();
        const said = stream[(sent * 7 + Math.floor(sent / stream.length)) % stream.length] ?? fail();
        sent++;
        if (said.kind === 'call') client.call(said.name, said.input);
        else client.raw(withViewer(said.message, client.viewers));
        if (said.kind !== 'raw' || !said.ends) continue;
        cut++;
        await eventually(() => !client.isOpen, { timeoutMs: answerMs }).catch(() => {
          throw new Error(`${name} is still connected after ${JSON.stringify(String(said.message)).slice(0, 200)}`);
        });
        await reconnect(client);
      }
      // Once in a while: the home changes hands with everything in flight, and somebody says far too much.
      if (sent % (batch * 10) === 0) {
        handovers++;
        clients['UNIX socket'].call('owner.handover', {});
      }
      if (sent % (batch * 15) === 0) {
        for (const [name, client] of all) {
          await reconnect(client);
          client.raw('x'.repeat(limits.messageBytes + 1));
          await eventually(() => !client.isOpen, { timeoutMs: answerMs }).catch(() => {
            throw new Error(`${name} is still connected after too large a message`);
          });
        }
      }
      await settle();
      if (sent % (batch * 10) === 0) await tidy(watcher, known);
      // What is made once (caches, compiled code) is there after the first rounds.
      if (before === null && sent >= Math.min(total / 2, 20_000)) {
        await tidy(watcher, known);
        before = collect();
      }
    }
    const baseline = before ?? fail();
    await settle();
    for (const [, client] of all) {
      await reconnect(client);
      client.call('instance.list', {});
    }
    await settle();
    for (const [, client] of all) client.close();
    await tidy(watcher, known);
    expect(mistakes.slice(0, 5)).toEqual([]);
    expect(errors.slice(0, 5)).toEqual([]);
    await eventually(() => collect().total - baseline.total < memoryMiB, { timeoutMs: 30_000, intervalMs: 500 });
    const after = collect();
    const answered = all.map(
      ([name, client]) => `${name} ${client.answered} answers, ${client.connections} connections`,
    );
    console.log(
      `${sent} messages, ${cut} cut off, ${handovers} hand-overs; ${answered.join('; ')}; heap ${baseline.total.toFixed(1)} → ` +
        `${after.total.toFixed(1)} MiB, resident ${baseline.rss.toFixed(0)} → ${after.rss.toFixed(0)} MiB`,
    );
  },
  Math.max(300_000, total * 20),
);

function fail(): never {
  throw new Error('nothing to say');
}

/** Frames mean the client's own viewers more often than chance would have it. */
function withViewer(message: string | Uint8Array, viewers: readonly number[]): string | Uint8Array {
  const [viewer] = viewers;
  if (typeof message === 'string' || viewer === undefined || message.length < 17 || (message[16] ?? 0) % 2 === 0)
    return message;
  const copy = Uint8Array.from(message);
  new DataView(copy.buffer).setUint32(1, viewer, true);
  return copy;
}

/** Between two owners there is nobody to connect to, for a moment. */
async function reconnect(client: RawClient): Promise<void> {
  await eventually(
    async () => {
      await client.connect();
      return client.isOpen;
    },
    { timeoutMs: answerMs },
  );
}

/** A guest that runs, one that does not, a template; the texts that name them. */
async function furnish(client: SessionClient): Promise<string[]> {
  const guest = { kind: 'demo' } as const;
  const host = { acceleration: 'tcg' } as const;
  const runtime = { powerdownMs: 0 };
  await client.call('instance.create', { name: 'stopped', guest, host, runtime });
  await client.call('template.save', { name: 'a template', about: '', draft: { name: 'x', guest, host, runtime } });
  const { id } = await client.call('instance.launch', { name: 'running', guest, host, runtime });
  await eventually(async () => (await client.call('instance.show', { id })).view.status.ready, { timeoutMs: 20_000 });
  await writeFile(join(paths.home, 'image.raw'), Buffer.alloc(4096, 1));
  const file = await client.call('files.grant', { path: join(paths.home, 'image.raw') });
  const script = await readFile(join(import.meta.dirname, 'sample-script.sh'), 'utf8');
  return [
    'stopped',
    id,
    'serial',
    'monitor',
    'qmp',
    'log',
    'a template',
    file.token,
    'qemu-system-x86_64 -m 64',
    script,
    '',
    '/',
    'web',
  ];
}

/** What was made is deleted, what was started stopped: else the home itself would be what grows. */
async function tidy(client: SessionClient, known: readonly string[]): Promise<void> {
  for (const { id, status } of await client.call('instance.list', {})) {
    if (known.includes(id)) continue;
    if (status.processLives || status.phase === 'staging')
      await client.call('instance.stop', { id }).catch(() => undefined);
    await eventually(
      () =>
        client.call('instance.delete', { id }).then(
          () => true,
          (error: unknown) => String(error).includes('no instance'),
        ),
      { timeoutMs: answerMs, intervalMs: 50 },
    );
  }
  for (const { name } of await client.call('template.list', {}))
    if (!known.includes(name)) await client.call('template.delete', { name }).catch(() => undefined);
}
