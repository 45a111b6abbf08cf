/** The manager against a fake QEMU: a real process on real sockets, that does what the real one does only when it fails. */
import { once } from 'node:events';
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Failure } from '../../../src-shared/contract/errors.ts';
import type { InstanceView } from '../../../src-shared/model/instance.ts';
import type { EmulatorEngine } from '../engines/engine.ts';
import { asPlain } from '../engines/engines.ts';
import { planLaunch } from '../engines/qemu-based/arguments.ts';
import { capabilitiesOf, specOf, stagedInPlace } from '../engines/testing/spec-of.ts';
import { prepareHome } from '../home/prepare.ts';
import { CleanupStack } from '../kit/cleanup-stack.ts';
import { systemClock } from '../kit/clock.ts';
import { type Deferred, deferred } from '../kit/deferred.ts';
import type { Log } from '../kit/log.ts';
import { readIdentity } from '../process/identity.ts';
import { signalVerified } from '../process/signal.ts';
import { QmpClient } from '../qmp/client.ts';
import { queryChardevs } from '../qmp/commands.ts';
import { eventually } from '../testing/eventually.ts';
import { type FakeQemu, type FakeQemuScript, fakeQemuBinary } from '../testing/fake-qemu.ts';
import { processesIn, type TempHome, tempHome } from '../testing/temp-home.ts';
import { InstanceManager } from './manager.ts';
import { InstanceStore } from './store.ts';

const waitMs = 20_000;

let cleanups: CleanupStack;
let home: TempHome;
let qemu: FakeQemu;
/** What the log was told, by message. */
let logged: { message: string; details: unknown }[];
/** Holds staging up while it is there. */
let gate: Deferred<void> | null;

beforeEach(async () => {
  cleanups = new CleanupStack();
  home = await tempHome();
  cleanups.add(home.dispose);
  // Whatever a test is about, none may leave a process: the ones that are there are ended by identity first.
  cleanups.add(async () => {
    for (const { pid } of await processesIn(home.home)) {
      const identity = await readIdentity(pid);
      if (identity !== null) await signalVerified(identity, 'SIGKILL');
    }
  });
  qemu = await fakeQemuBinary();
  cleanups.add(qemu.dispose);
  logged = [];
  gate = null;
});
afterEach(() => cleanups.close());

const log: Log = {
  info: (message, details) => void logged.push({ message, details }),
  warn: (message, details) => void logged.push({ message, details }),
  error: (message, details) => void logged.push({ message, details }),
};

/** Nothing is staged: the guest is a script. */
const engine = (): EmulatorEngine => ({
  kind: 'qemu',
  describe: async () => [],
  settle: async (spec) => spec,
  detect: async (spec) => capabilitiesOf({ binary: spec.runtime.binary ?? '/nowhere', sandbox: false }),
  validate: async () => [],
  stage: async (spec, { signal, onStep }) => {
    onStep('Kernel', '');
    if (gate !== null) {
      const aborted = new Promise<never>((_, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason), { once: true });
      });
      await Promise.race([gate.promise, aborted]);
    }
    return stagedInPlace(asPlain(spec));
  },
  expectStaged: (spec) => stagedInPlace(asPlain(spec)),
  plan: planLaunch,
});

function nextChange(manager: InstanceManager): Promise<void> {
  return new Promise((resolve) => {
    const stop = manager.get('fake').changed.on(() => {
      stop();
      resolve();
    });
  });
}

async function open(Store = InstanceStore): Promise<InstanceManager> {
  const paths = await prepareHome(home.home);
  const manager = new InstanceManager({
    paths,
    store: new Store(paths),
    engine: engine(),
    doctor: { resolve: async () => ({ accelerator: 'tcg', reason: 'a test', hint: null, verified: false }) },
    // The words of failures are diagnosis' business; here they pass as they are.
    explain: () => null,
    clock: systemClock,
    log,
  });
  cleanups.add(() => manager.dispose());
  await manager.start();
  return manager;
}

async function script(next: FakeQemuScript): Promise<void> {
  await qemu.rewrite({ serial: [{ text: 'hello\r\ndemo: ready\r\n' }], ...next });
}

function request(change: { powerdownMs?: number; readiness?: []; debug?: object } = {}) {
  const {
    id: _id,
    version: _version,
    createdAt: _createdAt,
    ...rest
  } = specOf({
    name: 'fake',
    guest: { kind: 'demo' },
    host: { networking: 'none' },
    runtime: { binary: qemu.binary, ...change },
  });
  return rest;
}

const view = (manager: InstanceManager, id = 'fake'): InstanceView => {
  const found = manager.list().find((one) => one.id === id);
  if (found === undefined) throw new Error(`no ${id}`);
  return found;
};

function until(manager: InstanceManager, accepts: (view: InstanceView) => boolean): Promise<InstanceView> {
  return eventually(() => (accepts(view(manager)) ? view(manager) : null), { timeoutMs: waitMs });
}

const isReady = ({ status }: InstanceView) => status.phase === 'running' && status.ready;
const isOver = ({ status }: InstanceView) =>
  (status.phase === 'stopped' || status.phase === 'failed') && !status.processLives;
const nothingRuns = () => eventually(async () => (await processesIn(home.home)).length === 0, { timeoutMs: waitMs });

async function launched(manager: InstanceManager, next: FakeQemuScript = {}, change = {}): Promise<InstanceView> {
  await script(next);
  await manager.create(request(change));
  return until(manager, isReady);
}

async function failedLaunch(next: FakeQemuScript): Promise<Failure> {
  const manager = await open();
  await script(next);
  await manager.create(request());
  const { status } = await until(manager, isOver);
  expect(status).toMatchObject({ phase: 'failed', crashed: false, pid: null });
  await nothingRuns();
  expect(await readdir(home.paths.instance('fake').run)).toEqual([]);
  if (status.failure === null) throw new Error('failed without a failure');
  return status.failure;
}

describe('a stop', () => {
  it('of a guest that ends at that moment is no mistake', async () => {
    const written = deferred<void>();
    let writes = 0;
    class SlowDisk extends InstanceStore {
      override async writeOutcome(...record: Parameters<InstanceStore['writeOutcome']>): Promise<void> {
        writes++;
        await written.promise;
        await super.writeOutcome(...record);
      }
    }
    const manager = await open(SlowDisk);
    const { status } = await launched(manager);
    if (status.pid === null) throw new Error('nothing runs');
    process.kill(status.pid, 'SIGKILL');
    await eventually(() => writes > 0, { timeoutMs: waitMs });
    await manager.stop('fake');
    written.resolve();
    expect((await until(manager, isOver)).status.crashed).toBe(true);
  });
});

describe('a launch', () => {
  it('waits for a late greeting', async () => {
    const manager = await open();
    await launched(manager, { greeting: { state: 'normal', delayMs: 700 } });
    expect(view(manager).status.boot).toBe(1);
  });

  it('lets no debugger in before the guest: one that leaves would let it go', async () => {
    const manager = await open();
    await script({ ignore: ['reply:cont'] });
    await manager.create(request({ debug: { gdb: { port: null } } }));
    const { run, gdb } = home.paths.instance('fake');
    const step = () =>
      manager
        .get('fake')
        .describe()
        .then(({ timeline }) => timeline.at(-1)?.name);
    await eventually(async () => (await step()) === 'let the guest go', { timeoutMs: waitMs });
    expect((await stat(gdb)).mode & 0o777).toBe(0o600);
    const qmp = await QmpClient.connect({ directory: run, name: 'qmp-user' });
    const [door] = await queryChardevs(qmp);
    expect(door).toMatchObject({ label: 'gdb0', 'frontend-open': false });
    await qmp.end();
    await manager.stop('fake');
    await nothingRuns();
  });

  it('lets the debugger in then', async () => {
    const manager = await open();
    await launched(manager, {}, { debug: { gdb: { port: null } } });
    const { run } = home.paths.instance('fake');
    const qmp = await QmpClient.connect({ directory: run, name: 'qmp-user' });
    await eventually(async () => (await queryChardevs(qmp))[0]?.['frontend-open'], { timeoutMs: waitMs });
    await qmp.end();
    await manager.stop('fake');
    await until(manager, isOver);
  });

  it('without a greeting: given up, and no process is left', async () => {
    expect(await failedLaunch({ greeting: { state: 'never' } })).toMatchObject({ code: 'qmp_unavailable' });
  });

  it('that ends at once says why, in its own words too', async () => {
    const stderr = 'qemu-system-x86_64: -bogus: invalid option\n';
    const failure = await failedLaunch({ exit: { code: 1, stderr } });
    expect(failure.raw).toContain('-bogus');
    expect(failure.code).not.toBe('internal');
  });

  it('that ends at once with unknown words shows them', async () => {
    expect(await failedLaunch({ exit: { code: 3, stderr: 'the flux compensator is dry\n' } })).toMatchObject({
      code: 'launch_failed',
      message: 'QEMU ended with code 3 before it was up.',
      raw: 'the flux compensator is dry',
      exit: { code: 3, signal: null },
    });
  });

  it('whose process cannot be recorded any more is not lost, nor after a restart of Slipway', async () => {
    class FullDisk extends InstanceStore {
      override async writeLaunch(...[id, record]: Parameters<InstanceStore['writeLaunch']>): Promise<void> {
        if (record.process !== null) throw new Error('ENOSPC: no space left on device');
        await super.writeLaunch(id, record);
      }
    }
    const manager = await open(FullDisk);
    const { status } = await launched(manager);
    expect(logged.map(({ message }) => message)).toContain('the process could not be recorded');
    await manager.dispose();
    expect((await until(await open(), isReady)).status.pid).toBe(status.pid);
  });

  it('that dies between its start and its greeting', async () => {
    const failure = await failedLaunch({ greeting: { state: 'normal', delayMs: 5000 }, dieAfterMs: 150 });
    expect(failure.message).toContain('SIGKILL');
  });

  it('whose socket is another QEMU’s: not attached to, and not let go', async () => {
    const failure = await failedLaunch({ uuid: '00000000-0000-4000-8000-00000000beef' });
    expect(failure).toMatchObject({ code: 'qmp_unavailable', cause: expect.stringContaining('another QEMU') });
  });

  it('asked for twice at once happens once', async () => {
    const manager = await open();
    await launched(manager);
    await manager.stop('fake');
    await until(manager, isOver);
    const results = await Promise.allSettled([manager.launch('fake'), manager.launch('fake')]);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
    await until(manager, isReady);
    expect(view(manager).status.boot).toBe(2);
    expect((await processesIn(home.home)).length).toBe(1);
  });
});

describe('a stop', () => {
  it('while staging gives the launch up', async () => {
    const manager = await open();
    gate = deferred();
    await script({});
    await manager.create(request());
    await until(manager, ({ status }) => status.phase === 'staging');
    await manager.stop('fake');
    const { status } = await until(manager, isOver);
    expect(status).toMatchObject({ phase: 'stopped', failure: null, crashed: false });
    await nothingRuns();
  });

  it('while starting ends what was started', async () => {
    const manager = await open();
    await script({ greeting: { state: 'normal', delayMs: 3000 } });
    await manager.create(request());
    await until(manager, ({ status }) => status.phase === 'starting' && status.pid !== null);
    await manager.stop('fake');
    const { status } = await until(manager, isOver);
    expect(status).toMatchObject({ phase: 'stopped', failure: null });
    await nothingRuns();
  });

  it('at any moment of a launch is not lost', async () => {
    const manager = await open();
    await launched(manager);
    await manager.stop('fake');
    await until(manager, isOver);
    for (let moment = 0; moment < 12; moment++) {
      await manager.launch('fake');
      // A different number of changes each time: the stop lands in another step of the launch.
      for (let change = 0; change < moment; change++) {
        if (view(manager).status.ready) break;
        await nextChange(manager);
      }
      if (!isOver(view(manager))) await manager.stop('fake');
      const { status } = await until(manager, isOver);
      expect(status).toMatchObject({ phase: 'stopped', failure: null });
    }
    await nothingRuns();
  });

  it('climbs: guest, QEMU, SIGTERM, SIGKILL, each with its reason', async () => {
    const manager = await open();
    await launched(manager, { ignore: ['system_powerdown', 'quit', 'SIGTERM'] }, { powerdownMs: 200 });
    await manager.stop('fake');
    await until(manager, isOver);
    expect(logged.filter(({ message }) => message.startsWith('stop:')).map(({ message }) => message)).toEqual([
      'stop: asking the guest to power down',
      'stop: asking QEMU to quit',
      'stop: SIGTERM',
      'stop: SIGKILL',
    ]);
    expect(view(manager).status).toMatchObject({ phase: 'stopped', crashed: false, failure: null });
  });

  it('asked for again goes on at once', async () => {
    const manager = await open();
    await launched(manager, { ignore: ['system_powerdown', 'quit', 'SIGTERM'] }, { powerdownMs: 600_000 });
    for (const step of ['power down', 'quit', 'SIGTERM', 'SIGKILL']) {
      await manager.stop('fake');
      await until(manager, (now) => isOver(now) || (now.status.progress?.step.includes(step) ?? false));
    }
    await until(manager, isOver);
    await nothingRuns();
  });

  it('while a restart is on its way down is a stop', async () => {
    const manager = await open();
    await launched(manager, { ignore: ['system_powerdown'] }, { powerdownMs: 60_000 });
    await manager.restart('fake');
    await manager.stop('fake');
    await until(manager, isOver);
    // What the restart queued has had its turn when this one has.
    await manager.deletion('fake');
    await expect(manager.restart('fake')).rejects.toMatchObject({ code: 'wrong_phase' });
    expect(view(manager).status).toMatchObject({ phase: 'stopped', boot: 1 });
  });

  it('of nothing is refused', async () => {
    const manager = await open();
    await launched(manager);
    await manager.stop('fake');
    await until(manager, isOver);
    await expect(manager.stop('fake')).rejects.toMatchObject({ code: 'wrong_phase' });
  });
});

describe('what is found', () => {
  it('a guest of an earlier Slipway, with its console', async () => {
    const first = await open();
    const { status } = await launched(first);
    await first.dispose();
    const second = await open();
    const found = await until(second, isReady);
    expect(found.status).toMatchObject({ boot: 1, pid: status.pid });
    await second.stop('fake');
    await until(second, isOver);
  });

  it('one whose monitor somebody else holds: told so, left alone, attached to when it is free', async () => {
    const first = await open();
    await launched(first);
    await first.dispose();
    const stranger = connect(home.paths.instance('fake').qmp);
    cleanups.add(() => void stranger.destroy());
    await once(stranger, 'data');
    const second = await open();
    // Nobody waits for it: what is known at once is that it is there.
    expect(view(second).status).toMatchObject({ phase: 'starting', processLives: true });
    await expect(second.stop('fake')).rejects.toMatchObject({ code: 'wrong_phase' });
    stranger.destroy();
    await until(second, isReady);
    await second.stop('fake');
    await until(second, isOver);
  });

  it('one that lives and cannot be talked to: failed, and a stop ends it by signals', async () => {
    const first = await open();
    await launched(first);
    await first.dispose();
    const instance = home.paths.instance('fake');
    await rm(instance.qmp);
    // Longer ago than a start takes.
    const record = JSON.parse(await readFile(instance.boot(1).launch, 'utf8'));
    await writeFile(instance.boot(1).launch, JSON.stringify({ ...record, startedAt: new Date(0).toISOString() }));
    const second = await open();
    const { status } = await until(second, (now) => now.status.phase === 'failed');
    expect(status).toMatchObject({ processLives: true, crashed: false, failure: { code: 'qmp_unavailable' } });
    await expect(second.launch('fake')).rejects.toMatchObject({ code: 'wrong_phase' });
    await expect(second.delete('fake')).rejects.toMatchObject({ code: 'wrong_phase' });
    await second.stop('fake');
    const over = await until(second, isOver);
    expect(over.status).toMatchObject({ phase: 'stopped', crashed: false });
    await nothingRuns();
  });

  it('a broken Spec is listed with its error, can be looked at and deleted', async () => {
    const first = await open();
    await launched(first);
    await first.stop('fake');
    await until(first, isOver);
    await first.dispose();
    await writeFile(home.paths.instance('fake').spec, '{"version": 1, "name": ');
    await mkdir(home.paths.instance('empty').directory);
    const manager = await open();
    expect(manager.list().map(({ id, status }) => [id, status.phase, status.failure?.code])).toEqual([
      ['empty', 'failed', 'invalid_input'],
      ['fake', 'failed', 'invalid_input'],
    ]);
    expect(() => manager.get('fake').spec).toThrow('cannot be read');
    expect((await manager.deletion('fake')).bytes).toBeGreaterThan(0);
    for (const id of ['fake', 'empty']) await manager.delete(id);
    expect(manager.list()).toEqual([]);
    expect(await readdir(home.paths.instances)).toEqual([]);
    expect((await readdir(home.paths.trash)).length).toBe(2);
  });

  it('a launch that was cut off before there was a process', async () => {
    const first = await open();
    await launched(first);
    await first.stop('fake');
    await until(first, isOver);
    await first.dispose();
    const { launch, outcome, serialOutput, engineLog } = home.paths.instance('fake').boot(1);
    await writeFile(launch, JSON.stringify({ ...JSON.parse(await readFile(launch, 'utf8')), process: null }));
    for (const path of [outcome, serialOutput, engineLog]) await writeFile(path, '');
    const manager = await open();
    expect(view(manager).status).toMatchObject({ phase: 'stopped', failure: null });
    expect((await new InstanceStore(home.paths).boots('fake'))[0]?.outcome).toBe(
      'Slipway ended in the middle of the launch',
    );
  });
});

it('letting go leaves the guest alone, and nothing of ours keeps the process busy', async () => {
  const manager = await open();
  const { status } = await launched(manager);
  await manager.dispose();
  expect((await processesIn(home.home)).map(({ pid }) => pid)).toEqual([status.pid]);
  const open2 = (await readdir('/proc/self/fd')).length;
  const again = await open();
  await until(again, isReady);
  await again.dispose();
  expect((await readdir('/proc/self/fd')).length).toBeLessThanOrEqual(open2 + 1);
});
