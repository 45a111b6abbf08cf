/** How a guest fares, against a fake QEMU: a real process on real sockets, whose guest dies as the script says. */
import { readdir, readFile, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { limits } from '../../../src-shared/limits.ts';
import { type InstanceView, isDead, statusWord } from '../../../src-shared/model/instance.ts';
import type { Spec } from '../../../src-shared/model/spec.ts';
import type { EmulatorEngine } from '../engines/engine.ts';
import { asPlain } from '../engines/engines.ts';
import { planLaunch } from '../engines/qemu-based/arguments.ts';
import { capabilitiesOf, specOf, stagedInPlace } from '../engines/testing/spec-of.ts';
import { prepareHome } from '../home/prepare.ts';
import { CleanupStack } from '../kit/cleanup-stack.ts';
import { type Clock, systemClock } from '../kit/clock.ts';
import { silentLog } from '../kit/log.ts';
import { readIdentity } from '../process/identity.ts';
import { signalVerified } from '../process/signal.ts';
import { QmpClient } from '../qmp/client.ts';
import { cont } from '../qmp/commands.ts';
import { eventually } from '../testing/eventually.ts';
import { type FakeQemu, type FakeQemuScript, fakeQemuBinary } from '../testing/fake-qemu.ts';
import { processesIn, type TempHome, tempHome } from '../testing/temp-home.ts';
import { InstanceManager } from './manager.ts';
import { InstanceStore } from './store.ts';

const waitMs = 20_000;
const line = '[    1.016060] Kernel panic - not syncing: System is deadlocked on memory';
const dump = `${line}\r\n[    1.016060] ---[ end Kernel panic - not syncing: System is deadlocked on memory ]---\r\n`;

let cleanups: CleanupStack;
let home: TempHome;
let qemu: FakeQemu;
beforeEach(async () => {
  cleanups = new CleanupStack();
  home = await tempHome();
  cleanups.add(home.dispose);
  cleanups.add(async () => {
    for (const { pid } of await processesIn(home.home)) {
      const identity = await readIdentity(pid);
      // A stopped process takes nothing but this.
      if (identity !== null) await signalVerified(identity, 'SIGKILL');
    }
  });
  qemu = await fakeQemuBinary();
  cleanups.add(qemu.dispose);
});
afterEach(() => cleanups.close());

/** What is waited for long is over soon: the decisions are what this is about, not their time. */
const hasty = (shorter: Readonly<Record<number, number>>): Clock => ({
  ...systemClock,
  wait: (ms, signal) => systemClock.wait(shorter[ms] ?? ms, signal),
});

const engine: EmulatorEngine = {
  kind: 'qemu',
  describe: async () => [],
  settle: async (spec) => spec,
  detect: async (spec) => capabilitiesOf({ binary: spec.runtime.binary ?? '/nowhere', sandbox: false }),
  validate: async () => [],
  stage: async (spec) => stagedInPlace(asPlain(spec)),
  expectStaged: (spec) => stagedInPlace(asPlain(spec)),
  plan: planLaunch,
};

async function open(clock: Clock = systemClock): Promise<InstanceManager> {
  const paths = await prepareHome(home.home);
  const manager = new InstanceManager({
    paths,
    store: new InstanceStore(paths),
    engine,
    doctor: { resolve: async () => ({ accelerator: 'tcg', reason: 'a test', hint: null, verified: false }) },
    explain: () => null,
    clock,
    log: silentLog,
  });
  cleanups.add(() => manager.dispose());
  await manager.start();
  return manager;
}

async function launch(
  manager: InstanceManager,
  script: FakeQemuScript,
  runtime: Partial<Spec['runtime']> = {},
): Promise<void> {
  await qemu.rewrite(script);
  const {
    id: _id,
    version: _version,
    createdAt: _at,
    ...rest
  } = specOf({
    name: 'fake',
    guest: { kind: 'demo' },
    host: { networking: 'none' },
    runtime: { binary: qemu.binary, ...runtime },
  });
  await manager.create(rest);
}

const view = (manager: InstanceManager): InstanceView => manager.get('fake').view;
const until = (manager: InstanceManager, accepts: (view: InstanceView) => boolean): Promise<InstanceView> =>
  eventually(() => (accepts(view(manager)) ? view(manager) : null), { timeoutMs: waitMs });
const isReady = ({ status }: InstanceView) => status.phase === 'running' && status.ready;
const hasDied = ({ status }: InstanceView) => isDead(status);
const isOver = ({ status }: InstanceView) => ['stopped', 'failed'].includes(status.phase) && !status.processLives;
const guestText = ({ status }: InstanceView) => status.conditions.find(({ name }) => name === 'guest')?.text;
const lastBoot = async () => (await new InstanceStore(home.paths).boots('fake'))[0];

describe('a guest that panics', () => {
  it('is told with its line, soon, everywhere, and nothing contradicts that', async () => {
    const manager = await open();
    const said: number[] = [];
    await launch(manager, { serial: [{ text: 'demo: ready\r\n' }, { text: dump, afterMs: 300 }] });
    await until(manager, isReady);
    await eventually(async () => (await readFile(await transcript(), 'utf8')).includes('panic'), { timeoutMs: waitMs });
    said.push(performance.now());
    const dead = await until(manager, hasDied);
    expect(performance.now() - (said[0] ?? 0)).toBeLessThan(2000);
    expect(statusWord(dead.status)).toBe('panicked');
    expect(dead.status).toMatchObject({
      ready: false,
      panic: { line, offset: 13 },
      failure: { code: 'guest_died', message: expect.stringContaining(line) },
    });
    expect(guestText(dead)).toContain(line);
    const { timeline, boots } = await manager.get('fake').describe();
    expect(timeline.at(-1)).toMatchObject({ name: 'panicked', result: 'failed', note: line });
    expect(boots[0]).toMatchObject({ outcome: `panicked: ${line}`, panic: line });
  });

  it('without a newline, in the middle of a line', async () => {
    const manager = await open();
    await launch(manager, {
      serial: [{ text: 'demo: ready\r\nExtracting: 98%' }, { text: 'panic: ufs_dirbad: bad', afterMs: 50 }],
    });
    expect((await until(manager, hasDied)).status.panic?.line).toBe('Extracting: 98%panic: ufs_dirbad: bad');
  });

  it('before it was ready: the step that waited for it failed by that', async () => {
    const manager = await open();
    await launch(manager, { serial: [{ text: dump }] });
    await until(manager, hasDied);
    const { timeline } = await manager.get('fake').describe();
    expect(timeline.at(-1)).toMatchObject({ name: 'ready', result: 'failed', note: line });
    await eventually(async () => {
      const kept = await new InstanceStore(home.paths).readTimeline('fake', 1);
      return kept.state === 'ok' && kept.value.steps.at(-1)?.result === 'failed';
    });
  });

  it('is stopped in no time, and stays panicked: now, in its boots, and for who comes later', async () => {
    const manager = await open();
    await launch(manager, { serial: [{ text: dump }], ignore: ['system_powerdown'] });
    await until(manager, hasDied);
    const began = performance.now();
    await manager.stop('fake');
    const over = await until(manager, isOver);
    expect(performance.now() - began).toBeLessThan(1000);
    expect([over.status.phase, statusWord(over.status)]).toEqual(['stopped', 'panicked']);
    expect(over.status.failure?.code).toBe('guest_died');
    expect(await lastBoot()).toMatchObject({ outcome: `panicked: ${line}`, panic: line });
    await manager.dispose();
    const later = await open();
    expect([view(later).status.phase, statusWord(view(later).status)]).toEqual(['stopped', 'panicked']);
    expect(view(later).status.failure?.code).toBe('guest_died');
    expect(view(later).status.lastLines.join('\n')).toContain(line);
  });

  it('while it is asked to power down: nobody waits for that any longer', async () => {
    const manager = await open();
    const serial = [{ text: 'demo: ready\r\n' }, { text: dump, afterMs: 400 }];
    await launch(manager, { serial, ignore: ['system_powerdown'] }, { powerdownMs: 60_000 });
    await until(manager, isReady);
    await manager.stop('fake');
    expect(statusWord((await until(manager, isOver)).status)).toBe('panicked');
  });

  it('and ends QEMU by its reset (-no-reboot, panic=-1): not stopped, panicked', async () => {
    const manager = await open();
    await launch(manager, { serial: [{ text: dump, does: 'end' }] });
    const over = await until(manager, isOver);
    expect([statusWord(over.status), over.status.panic?.line, over.status.failure?.code]).toEqual([
      'panicked',
      line,
      'guest_died',
    ]);
  });

  it('while nobody watches, and QEMU with it: found out from its last words', async () => {
    const first = await open();
    await launch(first, { serial: [{ text: 'demo: ready\r\n' }, { text: dump, afterMs: 1500, does: 'end' }] });
    const { status } = await until(first, isReady);
    await first.dispose();
    await eventually(async () => (await readIdentity(status.pid ?? 0)) === null, { timeoutMs: waitMs });
    const second = await open();
    expect([statusWord(view(second).status), view(second).status.panic]).toEqual(['panicked', { line, offset: 13 }]);
  });

  it('is found so again at once, though nobody saw it die', async () => {
    const first = await open();
    await launch(first, { serial: [{ text: 'demo: ready\r\n' }, { text: dump, afterMs: 1200 }] });
    await until(first, isReady);
    await first.dispose();
    await eventually(async () => (await readFile(await transcript(), 'utf8')).includes('end Kernel'), {
      timeoutMs: waitMs,
    });
    await systemClock.wait(limits.panicSilenceMs);
    const second = await open();
    expect(statusWord(view(second).status)).toBe('panicked');
    const { timeline } = await second.get('fake').describe();
    expect(timeline.at(-1)).toMatchObject({ name: 'panicked', note: line });
  });

  it('by a device that tells QEMU: with the line it printed, or without', async () => {
    const manager = await open();
    await launch(manager, { serial: [{ text: 'Oops, no words anybody knows\r\n', does: 'panicked' }] });
    expect((await until(manager, hasDied)).status.panic?.line).toBe('The guest told QEMU that it panicked.');
  });

  it('is forgotten when a person resets the machine', async () => {
    const manager = await open();
    await launch(manager, { serial: [{ text: 'boot\r\n' }, { text: dump, afterMs: 100 }] });
    await until(manager, hasDied);
    await qemu.rewrite({});
    await manager.reset('fake');
    await until(manager, ({ status }) => status.panic === null);
  });
});

describe('a guest that lives', () => {
  it('is not dead because somebody typed such words', async () => {
    const manager = await open();
    await launch(manager, { serial: [{ text: 'demo: ready\r\n# ' }], echo: true });
    await until(manager, isReady);
    const opened = await manager.get('fake').consoles.open('serial', null, () => undefined);
    await opened.viewing.input(Buffer.from('panic: x\r\n'));
    await eventually(async () => (await readFile(await transcript(), 'utf8')).includes('panic: x'));
    await systemClock.wait(limits.panicSilenceMs * 3);
    expect(statusWord(view(manager).status)).toBe('ready');
    opened.viewing.close();
  });

  it('is not dead because it printed an old log and goes on', async () => {
    const manager = await open();
    await launch(manager, { serial: [{ text: `demo: ready\r\n${dump}# ` }] });
    await until(manager, isReady);
    await systemClock.wait(limits.panicSilenceMs * 3);
    expect(statusWord(view(manager).status)).toBe('ready');
  });

  it('that is found again is not dead of what stands far back in its output', async () => {
    const first = await open();
    const since = 'tick\r\n'.repeat(limits.panicEvidenceBytes / 6 + 100);
    await launch(first, { serial: [{ text: `demo: ready\r\n${dump}${since}` }] });
    await until(first, isReady);
    await first.dispose();
    await systemClock.wait(limits.panicSilenceMs);
    const second = await open();
    expect(statusWord(view(second).status)).toBe('ready');
    await systemClock.wait(limits.panicSilenceMs * 3);
    expect(statusWord(view(second).status)).toBe('ready');
  });

  it('is ready for the next owner too, when the line that said so is kept no more', async () => {
    const first = await open();
    await launch(first, { serial: [{ text: 'demo: ready\r\n' }] });
    await until(first, isReady);
    await eventually(async () => {
      const seen = await new InstanceStore(home.paths).readSeen('fake', 1);
      return seen.state === 'ok' && seen.value.ready;
    });
    await first.dispose();
    // As the bound does it: a hole reads as zeros.
    await truncate(await transcript(), 0);
    await truncate(await transcript(), 13);
    expect(statusWord(view(await open()).status)).toBe('ready');
  });
});

describe('a guest that keeps resetting', () => {
  const loop = { serial: [{ text: 'booting\r\n', afterMs: 60, does: 'reset' as const }] };

  it('is called that, with the count, and never ready', async () => {
    const manager = await open();
    const wasReady: boolean[] = [];
    await launch(manager, loop, { readiness: null });
    manager.get('fake').changed.on(({ status }) => wasReady.push(status.ready));
    const { status } = await until(manager, (now) => (now.status.resetLoop ?? 0) >= 5);
    expect(statusWord(status)).toBe('reset loop');
    expect(status.failure).toMatchObject({
      code: 'guest_died',
      message: expect.stringMatching(/keeps resetting: \d+ times/),
    });
    expect(guestText(view(manager))).toContain('keeps resetting');
    expect(wasReady).not.toContain(true);
    await manager.stop('fake');
    const over = await until(manager, isOver);
    expect(statusWord(over.status)).toBe('reset loop');
    expect((await lastBoot())?.outcome).toMatch(/^kept resetting, \d+ times in a row/);
  });

  it('by panics: with the last line; and each is told', async () => {
    const manager = await open();
    await launch(manager, { serial: [{ text: 'Linux version 6.1\r\n' }, { text: dump, afterMs: 200, does: 'reset' }] });
    const { status } = await until(manager, (now) => now.status.resetLoop !== null);
    expect(status).toMatchObject({ panic: { line }, ready: false });
  });

  it('while nobody watches: counted from what it said', async () => {
    const first = await open();
    const round = [
      { text: '[    0.000000] Linux version 6.1\r\ndemo: ready\r\n' },
      { text: dump, afterMs: 400, does: 'reset' as const },
    ];
    await launch(first, { serial: round });
    await until(first, isReady);
    await first.dispose();
    const panics = async () => (await readFile(await transcript(), 'utf8')).split('syncing').length > 10;
    await eventually(panics, { timeoutMs: waitMs });
    const { status } = view(await open());
    expect([statusWord(status), status.ready, status.panic?.line]).toEqual(['reset loop', false, line]);
    expect(status.resetLoop).toBeGreaterThanOrEqual(limits.loopResets);
  });

  it('one reset is a reboot: it is waited for again, and ready again', async () => {
    const manager = await open();
    await launch(manager, {
      serial: [{ text: 'demo: ready\r\n' }, { text: 'rebooting\r\n', afterMs: 300, does: 'reset' }],
    });
    await until(manager, isReady);
    await qemu.rewrite({});
    await until(manager, ({ status }) => !status.ready);
    await until(manager, isReady);
    expect(view(manager).status.resetLoop).toBeNull();
  });

  it('and then gets along is well again', async () => {
    const manager = await open(hasty({ [limits.loopRoundMs]: 1500 }));
    const resets = Array.from({ length: 3 }, () => ({ text: 'x\r\n', afterMs: 200, does: 'reset' as const }));
    await launch(manager, { serial: resets.slice(0, 1) }, { readiness: null });
    await until(manager, ({ status }) => status.resetLoop !== null);
    process.kill(view(manager).status.pid ?? 0, 'SIGSTOP');
    cleanups.add(() => void process.kill(view(manager).status.pid ?? 0, 'SIGCONT'));
    await until(manager, ({ status }) => status.resetLoop === null);
  });
});

describe('ready', () => {
  it('is nothing that has not said a byte, unless a person said so', async () => {
    const manager = await open();
    const {
      id: _id,
      version: _version,
      createdAt: _at,
      ...rest
    } = specOf({
      name: 'fake',
      guest: { kind: 'kernel', kernel: '/dev/null', initrd: null, append: '', disks: [] },
      host: { networking: 'none' },
      runtime: { binary: qemu.binary, readiness: null },
    });
    await qemu.rewrite({ serial: [{ text: 'hello\r\n', afterMs: 1000 }] });
    await manager.create(rest);
    const quiet = await until(manager, ({ status }) => status.phase === 'running');
    expect([quiet.status.ready, guestText(quiet)]).toEqual([
      false,
      'Waiting for the first byte on the serial console.',
    ]);
    await until(manager, isReady);
    const { timeline } = await manager.get('fake').describe();
    expect(timeline.at(-1)).toMatchObject({ name: 'first byte', result: 'done' });
  });

  it('by a person’s word needs none', async () => {
    const manager = await open();
    await launch(manager, { serial: [] }, { readiness: [] });
    await until(manager, isReady);
  });
});

it('a QEMU that hangs is not ready for ever, and is ready again when it comes back', async () => {
  const manager = await open(hasty({ [limits.heartbeatMs]: 200, [limits.heartbeatAnswerMs]: 200 }));
  await launch(manager, { serial: [{ text: 'demo: ready\r\n' }] });
  const { status } = await until(manager, isReady);
  process.kill(status.pid ?? 0, 'SIGSTOP');
  const hung = await until(manager, (now) => !now.status.answers);
  expect([statusWord(hung.status), hung.status.ready]).toEqual(['not answering', false]);
  expect(hung.status.conditions[0]).toMatchObject({ name: 'engine', state: 'failed' });
  process.kill(status.pid ?? 0, 'SIGCONT');
  expect(statusWord((await until(manager, (now) => now.status.answers)).status)).toBe('ready');
});

it('a guest that stands still is not asked to press its own button', async () => {
  const manager = await open();
  await launch(manager, { serial: [{ text: 'demo: ready\r\n' }] }, { powerdownMs: 60_000 });
  await until(manager, isReady);
  await manager.pause('fake');
  await manager.stop('fake');
  await until(manager, isOver);
});

it('whoever continues a guest that Slipway paused has it: the marker is gone', async () => {
  const manager = await open();
  await launch(manager, { serial: [{ text: 'demo: ready\r\n' }] });
  await until(manager, isReady);
  const instance = home.paths.instance('fake');
  await manager.pause('fake');
  expect(await readdir(instance.directory)).toContain('paused-by-slipway');
  const other = await QmpClient.connect({ directory: instance.run, name: 'qmp-user' });
  await cont(other);
  await until(manager, ({ status }) => status.paused === null);
  expect(await readdir(instance.directory)).not.toContain('paused-by-slipway');
  await other.end();
});

const transcript = async (): Promise<string> => join(home.paths.instance('fake').boot(1).directory, 'serial.out');
