/** Records that this version did not write: a living guest is found, kept and never doubled, whatever stands in them. */
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdir, readdir, readFile, readlink, rename, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { InstanceView } from '../../../src-shared/model/instance.ts';
import type { EmulatorEngine } from '../engines/engine.ts';
import { asPlain } from '../engines/engines.ts';
import { planLaunch } from '../engines/qemu-based/arguments.ts';
import { capabilitiesOf, specOf, stagedInPlace } from '../engines/testing/spec-of.ts';
import { prepareHome } from '../home/prepare.ts';
import { CleanupStack } from '../kit/cleanup-stack.ts';
import { type Clock, systemClock } from '../kit/clock.ts';
import { readIdentity } from '../process/identity.ts';
import { signalVerified } from '../process/signal.ts';
import { eventually } from '../testing/eventually.ts';
import { type FakeQemu, fakeQemuBinary } from '../testing/fake-qemu.ts';
import { processesIn, type TempHome, tempHome } from '../testing/temp-home.ts';
import { InstanceManager } from './manager.ts';
import { InstanceStore } from './store.ts';

const waitMs = 30_000;
let cleanups: CleanupStack;
let home: TempHome;
let qemu: FakeQemu;

beforeEach(async () => {
  plan = planLaunch;
  clock = systemClock;
  cleanups = new CleanupStack();
  home = await tempHome();
  cleanups.add(home.dispose);
  cleanups.add(async () => {
    for (const { pid } of await processesIn(home.home)) {
      const identity = await readIdentity(pid);
      if (identity !== null) await signalVerified(identity, 'SIGKILL');
    }
  });
  qemu = await fakeQemuBinary({ serial: [{ text: 'hello\r\ndemo: ready\r\n' }] });
  cleanups.add(qemu.dispose);
});
afterEach(() => cleanups.close());

const engine: EmulatorEngine = {
  kind: 'qemu',
  describe: async () => [],
  settle: async (spec) => spec,
  detect: async (spec) => capabilitiesOf({ binary: spec.runtime.binary ?? '/nowhere', sandbox: false }),
  validate: async () => [],
  stage: async (spec) => stagedInPlace(asPlain(spec)),
  expectStaged: (spec) => stagedInPlace(asPlain(spec)),
  plan: (input) => plan(input),
};
let plan: EmulatorEngine['plan'] = planLaunch;
let clock: Clock = systemClock;

let logged: string[];

async function open(Store = InstanceStore): Promise<InstanceManager> {
  const paths = await prepareHome(home.home);
  logged = [];
  const note = (message: string) => void logged.push(message);
  const log = { info: note, warn: note, error: note };
  const manager = new InstanceManager({
    paths,
    store: new Store(paths),
    engine,
    doctor: { resolve: async () => ({ accelerator: 'tcg', reason: 'a test', hint: null, verified: false }) },
    explain: () => null,
    clock: { ...systemClock, now: () => clock.now() },
    log,
  });
  cleanups.add(() => manager.dispose());
  await manager.start();
  return manager;
}

function request(name: string) {
  const spec = specOf({
    name,
    guest: { kind: 'demo' },
    host: { networking: 'none' },
    runtime: { binary: qemu.binary, powerdownMs: 500 },
  });
  const { id: _id, version: _version, createdAt: _createdAt, ...rest } = spec;
  return rest;
}

const view = (manager: InstanceManager, id: string): InstanceView => {
  const found = manager.list().find((one) => one.id === id);
  if (found === undefined) throw new Error(`no ${id}`);
  return found;
};
const until = (manager: InstanceManager, id: string, accepts: (view: InstanceView) => boolean) =>
  eventually(() => accepts(view(manager, id)) && view(manager, id), { timeoutMs: waitMs });
const isReady = ({ status }: InstanceView) => status.phase === 'running' && status.ready;
const isOver = ({ status }: InstanceView) =>
  (status.phase === 'stopped' || status.phase === 'failed') && !status.processLives;

/** One that runs, and a Slipway that has let go of it. Its pid. */
async function left(name = 'one'): Promise<number> {
  const manager = await open();
  await manager.create(request(name));
  const { status } = await until(manager, name, isReady);
  await manager.dispose();
  return status.pid ?? 0;
}

const change = async (path: string, edit: (record: Record<string, unknown>) => unknown) =>
  writeFile(path, JSON.stringify(edit(JSON.parse(await readFile(path, 'utf8')))));
const qemus = async (id = 'one') => (await processesIn(home.paths.instance(id).run)).length;

/** What may stand in the place of a file. */
const damages: Readonly<Record<string, (path: string) => Promise<unknown>>> = {
  truncated: async (path) => writeFile(path, (await readFile(path, 'utf8')).slice(0, 40)),
  empty: (path) => writeFile(path, ''),
  missing: (path) => rm(path),
  'no object': (path) => writeFile(path, '[1, "two"]'),
  'a directory': async (path) => {
    await rm(path);
    await mkdir(path);
  },
  'a FIFO': async (path) => {
    await rm(path);
    execFileSync('mkfifo', [path]);
  },
};

describe('a launch record of a living guest', () => {
  const found = async (pid: number) => {
    const second = await open();
    expect((await until(second, 'one', isReady)).status).toMatchObject({ pid, boot: 1 });
    await expect(second.launch('one')).rejects.toMatchObject({ code: 'wrong_phase' });
    await expect(second.delete('one')).rejects.toMatchObject({ code: 'wrong_phase' });
    expect(await qemus()).toBe(1);
    await second.stop('one');
    await until(second, 'one', isOver);
    expect(await qemus()).toBe(0);
    expect(await readdir(home.paths.instance('one').run)).toEqual([]);
  };

  it.each([
    ['has more keys, also inside of others', { recordedBy: '0.3', settled: { networking: 'none', more: 1 } }],
    ['is of a newer form', { version: 7 }],
    ['has arguments of another form', { arguments: { argv: ['-S'] } }],
    ['has its process in another form', { process: { pid: 'x', pidfd: 3 } }],
    ['has lost most of it', { startedAt: null, binary: 4, environment: [], acceleration: 'fast', gdbPort: 'no' }],
    ['has no uuid', { uuid: undefined }],
    ['has the uuid of nobody', { uuid: '00000000-0000-4000-8000-00000000beef', process: null }],
  ])('that %s', async (_, edit) => {
    const pid = await left();
    await change(home.paths.instance('one').boot(1).launch, (record) => ({ ...record, ...edit }));
    await found(pid);
  });

  it.each(Object.keys(damages))('that is %s', async (damage) => {
    const pid = await left();
    await damages[damage]?.(home.paths.instance('one').boot(1).launch);
    await found(pid);
  });

  it('of a boot before the last: the one that lives is the one that is shown', async () => {
    const pid = await left();
    const { boot } = home.paths.instance('one');
    // As a Slipway leaves it that could not read the first boot's record and began another.
    await mkdir(boot(2).directory);
    await writeFile(boot(2).outcome, await outcome('failed'));
    await found(pid);
  });

  it('with an outcome that somebody wrote in error', async () => {
    const pid = await left();
    await writeFile(home.paths.instance('one').boot(1).outcome, await outcome('crashed'));
    await found(pid);
  });

  it('keeps what is not known of it when it is written again', async () => {
    await left();
    const { launch } = home.paths.instance('one').boot(1);
    const future = { settled: { networking: 'user', ports: [], startPaused: false, awaitsDebugger: false, via: 'x' } };
    await change(launch, (record) => ({ ...record, ...future, recordedBy: '0.3', arguments: { argv: [] } }));
    const store = new InstanceStore(home.paths);
    const read = await store.readLaunch('one', 1);
    if (read.state !== 'ok' || read.value.settled === null) throw new Error('not read');
    const port = { name: 'ssh', protocol: 'tcp' as const, guest: 22, host: 2222, bind: '127.0.0.1' as const };
    await store.writeLaunch('one', { ...read.value, settled: { ...read.value.settled, ports: [port] } });
    expect(JSON.parse(await readFile(launch, 'utf8'))).toMatchObject({
      recordedBy: '0.3',
      arguments: { argv: [] },
      settled: { via: 'x', ports: [port] },
    });
  });
});

const outcome = async (how: string) =>
  JSON.stringify({ version: 1, endedAt: new Date().toISOString(), how, text: how, failure: null, lastLines: [] });

describe('a Spec of a living guest', () => {
  it('with more keys is understood, and keeps them whatever is changed', async () => {
    const pid = await left();
    const { spec } = home.paths.instance('one');
    await change(spec, ({ device, ...rest }) => ({
      ...rest,
      device: { ...(device as object), tpm: true },
      labels: ['a'],
    }));
    const second = await open();
    expect((await until(second, 'one', isReady)).status.pid).toBe(pid);
    await second.label('one', { notes: 'from an older one' });
    expect(JSON.parse(await readFile(spec, 'utf8'))).toMatchObject({
      labels: ['a'],
      device: { tpm: true },
      notes: 'from an older one',
    });
    const copy = await second.duplicate('one', 'copy');
    expect(JSON.parse(await readFile(home.paths.instance(copy.id).spec, 'utf8'))).toMatchObject({ labels: ['a'] });
    await expect(second.delete('one')).rejects.toMatchObject({ code: 'wrong_phase' });
    await second.stop('one');
    await until(second, 'one', isOver);
  });

  const seen = async (pid: number) => {
    const second = await open();
    expect(view(second, 'one').status).toMatchObject({ pid, processLives: true, phase: 'failed' });
    await expect(second.launch('one')).rejects.toMatchObject({ code: 'wrong_phase' });
    await expect(second.delete('one')).rejects.toMatchObject({ code: 'wrong_phase' });
    expect(await qemus()).toBe(1);
    await second.stop('one');
    await until(second, 'one', isOver);
    expect(await qemus()).toBe(0);
    return second;
  };

  it('of a newer form: said so, seen, stopped, and what is known of it is shown', async () => {
    const pid = await left();
    const { spec } = home.paths.instance('one');
    await change(spec, (record) => ({ ...record, version: 2, device: 'a big one' }));
    const before = await readFile(spec, 'utf8');
    const second = await seen(pid);
    expect(view(second, 'one')).toMatchObject({ name: 'one', guestKind: 'demo', architecture: 'x86_64' });
    expect(view(second, 'one').status.failure?.message).toContain('newer Slipway');
    expect(await readFile(spec, 'utf8')).toBe(before);
  });

  it.each(Object.keys(damages))('that is %s', async (damage) => {
    const pid = await left();
    const { spec } = home.paths.instance('one');
    await copyFile(spec, `${home.home}/good`);
    await damages[damage]?.(spec);
    await left('other');
    const second = await seen(pid);
    // Put right by hand it is itself again, without opening Slipway anew.
    await rm(spec, { recursive: true, force: true });
    await rename(`${home.home}/good`, spec);
    await second.look();
    expect(view(second, 'one').status).toMatchObject({ phase: 'stopped', failure: null });
    expect((await until(second, 'other', isReady)).status.ready).toBe(true);
    await second.stop('other');
    await until(second, 'other', isOver);
  });
});

describe('an instance whose directory was', () => {
  it('copied by hand while its guest runs is another, and does not run', async () => {
    await left();
    execFileSync('cp', ['-r', home.paths.instance('one').directory, home.paths.instance('copy').directory], {
      // FIFOs and sockets are not for copying.
      stdio: 'ignore',
    });
    const second = await open();
    await until(second, 'one', isReady);
    expect(view(second, 'copy').status).toMatchObject({ processLives: false });
    await second.stop('one');
    await until(second, 'one', isOver);
  });

  it('removed from outside is told gone, by whatever is done next, and never made again without its Spec', async () => {
    const manager = await open();
    const acts: Record<string, (id: string) => Promise<unknown>> = {
      launch: (id) => manager.launch(id),
      label: (id) => manager.label(id, { notes: 'x' }),
      delete: (id) => manager.delete(id),
      deletion: (id) => manager.deletion(id),
      configure: (id) => manager.configure(id, request(id)),
    };
    for (const [name, act] of Object.entries(acts)) {
      const { id } = await manager.add(request(name));
      await rm(home.paths.instance(id).directory, { recursive: true });
      await expect(act(id)).rejects.toMatchObject({
        code: 'unknown_instance',
        message: `The directory of ${name} is gone.`,
      });
    }
    expect(manager.list()).toEqual([]);
    expect(await readdir(home.paths.instances)).toEqual([]);
  });

  it('left without its Spec gets it back when it is launched', async () => {
    const manager = await open();
    await manager.add(request('one'));
    await rm(home.paths.instance('one').spec);
    await manager.launch('one');
    await until(manager, 'one', isReady);
    expect((await new InstanceStore(home.paths).readSpec('one')).state).toBe('ok');
    await manager.stop('one');
    await until(manager, 'one', isOver);
  });
});

it('one that cannot be read is shown with why, and the others are there and work', async () => {
  const first = await open();
  for (const name of ['one', 'two']) await first.add(request(name));
  await first.dispose();
  const { boots } = home.paths.instance('one');
  await writeFile(boots, 'no directory');
  const second = await open();
  expect(view(second, 'one').status).toMatchObject({ phase: 'failed', failure: { code: 'file_unreadable' } });
  await expect(second.launch('one')).rejects.toThrow('Its directory cannot be read.');
  await second.launch('two');
  await until(second, 'two', isReady);
  await second.stop('two');
  await until(second, 'two', isOver);
  await rm(boots);
  await second.look();
  expect(view(second, 'one').status.failure).toBeNull();
});

describe('a guest that was left', () => {
  it('is ready when the list opens, not some time after', async () => {
    await left();
    const second = await open();
    expect(view(second, 'one').status).toMatchObject({ phase: 'running', ready: true });
    await second.stop('one');
    await until(second, 'one', isOver);
  });

  it('and does not answer what is not needed runs all the same', async () => {
    const rule = { fromConnection: 2, afterAnswers: 0 };
    await qemu.rewrite({ refuses: { 'query-kvm': rule }, serial: [{ text: 'demo: ready\r\n' }] });
    const pid = await left();
    const second = await open();
    expect((await until(second, 'one', isReady)).status.pid).toBe(pid);
    await second.stop('one');
    await until(second, 'one', isOver);
  });

  it('and refuses to be attached to is shown as that, tried ever more seldom, and can be ended', async () => {
    // The first answer of each client tells that it is there, the second would attach.
    const rule = { fromConnection: 2, afterAnswers: 1 };
    await qemu.rewrite({ refuses: { 'query-status': rule }, serial: [{ text: 'demo: ready\r\n' }] });
    const pid = await left();
    const startedAt = performance.now();
    const second = await open();
    const { status } = await until(second, 'one', ({ status: now }) => now.phase === 'failed');
    expect(status).toMatchObject({ pid, processLives: true, failure: { code: 'qmp_unavailable' } });
    // 100 ms, then twice as long each time: whatever the machine does, there is no room for more.
    const most = Math.log2((performance.now() - startedAt) / 100 + 1) + 1;
    const attempts = logged.filter((message) => message === 'could not attach to a guest').length;
    expect(attempts).toBeGreaterThan(1);
    expect(attempts).toBeLessThanOrEqual(Math.ceil(most));
    await second.stop('one');
    await until(second, 'one', isOver);
  });

  it('and is not attached to has its monitor free for others', async () => {
    const pid = await left();
    await left('two');
    const [one, two] = [home.paths.instance('one'), home.paths.instance('two')];
    // As if somebody had mixed them up: what answers is another QEMU.
    await rename(one.qmp, `${one.qmp}-aside`);
    await rename(two.qmp, one.qmp);
    const second = await open();
    const { status } = await until(second, 'one', ({ status: now }) => now.phase === 'failed');
    expect(status).toMatchObject({ pid, failure: { cause: 'another QEMU answers on its socket' } });
    const stranger = connect(one.qmp);
    cleanups.add(() => void stranger.destroy());
    const [greeting] = await once(stranger, 'data', { signal: AbortSignal.timeout(5000) });
    expect(String(greeting)).toContain('QMP');
    stranger.destroy();
    for (const id of ['one', 'two']) {
      await eventually(
        async () =>
          (await second.stop(id).then(
            () => true,
            () => false,
          )) || isOver(view(second, id)),
        {
          timeoutMs: waitMs,
        },
      );
      await until(second, id, isOver);
    }
  });
});

describe('a deletion that fails', () => {
  it.each(['EXDEV', 'EACCES', 'ENOSPC', 'ENOTEMPTY'])(
    'with %s leaves the instance as it was and usable',
    async (code) => {
      class Refusing extends InstanceStore {
        override trash(): Promise<never> {
          return Promise.reject(Object.assign(new Error(code), { code }));
        }
      }
      const manager = await open(Refusing);
      await manager.add(request('one'));
      await expect(manager.delete('one')).rejects.toThrow(code);
      for (let boot = 1; boot <= 2; boot++) {
        await manager.launch('one');
        expect((await until(manager, 'one', isReady)).status.boot).toBe(boot);
        const frames: unknown[] = [];
        const opened = await manager.get('one').consoles.open('serial', null, (frame) => void frames.push(frame));
        await eventually(() => frames.length > 0, { timeoutMs: waitMs });
        opened.viewing.close();
        await manager.stop('one');
        await until(manager, 'one', isOver);
        await expect(manager.delete('one')).rejects.toThrow(code);
      }
    },
  );
});

it('what prepares a launch does not count as the time of its QEMU', async () => {
  const startedAt = Date.now();
  const manager = await open();
  const slow = `${home.home}/upscript`;
  await writeFile(slow, '#!/bin/sh\nwhile [ ! -e "$0.go" ]; do :; done\n', { mode: 0o755 });
  plan = (input: Parameters<typeof planLaunch>[0]) => ({
    ...planLaunch(input),
    preparations: [{ step: 'upscript', program: slow, args: [] }],
  });
  cleanups.add(() => {
    plan = planLaunch;
  });
  await manager.create(request('one'));
  await until(manager, 'one', ({ status }) => status.phase === 'starting');
  // Longer than QEMU would be given, on the clock that the record is written by.
  const now = Date.now();
  clock = { ...systemClock, now: () => Date.now() + 60_000 };
  await writeFile(`${slow}.go`, '');
  const { status } = await until(manager, 'one', isReady);
  expect(Date.parse(status.startedAt ?? '')).toBeGreaterThanOrEqual(now + 60_000);
  expect(startedAt).toBeLessThan(now + 60_000);
  await manager.stop('one');
  await until(manager, 'one', isOver);
});

it('sockets that lie there of a boot before are gone before the next one starts', async () => {
  const manager = await open();
  await manager.add(request('one'));
  const paths = home.paths.instance('one');
  await mkdir(paths.run);
  for (const path of [paths.qmp, paths.qmpUser, paths.monitor, paths.pid]) await writeFile(path, 'stale');
  let seen: string[] | null = null;
  plan = planLaunch;
  class Watching extends InstanceStore {
    override async writeLaunch(...[id, record]: Parameters<InstanceStore['writeLaunch']>): Promise<void> {
      seen ??= await readdir(paths.run);
      await super.writeLaunch(id, record);
    }
  }
  await manager.dispose();
  const second = await open(Watching);
  await second.launch('one');
  await until(second, 'one', isReady);
  expect(seen).toEqual([]);
  await second.stop('one');
  await until(second, 'one', isOver);
});

it('stopped instances hold no file, are opened when somebody looks, and closed again after', async () => {
  const first = await open();
  const names = Array.from({ length: 40 }, (_, index) => `vm-${index}`);
  for (const name of names) await first.add(request(name));
  await first.launch('vm-0');
  await until(first, 'vm-0', isReady);
  await first.stop('vm-0');
  await until(first, 'vm-0', isOver);
  await first.dispose();
  const held = async () => {
    const links = await readdir('/proc/self/fd');
    const paths = await Promise.all(links.map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => '')));
    return paths.filter((path) => path.startsWith(home.home));
  };
  expect(await held()).toEqual([]);
  const second = await open();
  expect(second.list()).toHaveLength(40);
  expect(await held()).toEqual([]);
  const frames: { kind: string }[] = [];
  const opened = await second.get('vm-0').consoles.open('serial', null, (frame) => void frames.push(frame));
  await eventually(() => frames.some(({ kind }) => kind === 'ready'), { timeoutMs: waitMs });
  expect((await held()).length).toBeGreaterThan(0);
  opened.viewing.close();
  await eventually(async () => (await held()).length === 0, { timeoutMs: waitMs });
});
