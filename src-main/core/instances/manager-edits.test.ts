/** Instances that are made, copied and renamed without being launched, and one that runs while that is done to it. */
import { readFile, writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SlipwayError } from '../../../src-shared/contract/errors.ts';
import type { SlipwayEvent } from '../../../src-shared/contract/events.ts';
import type { InstanceView } from '../../../src-shared/model/instance.ts';
import type { EmulatorEngine } from '../engines/engine.ts';
import { asPlain } from '../engines/engines.ts';
import { planLaunch } from '../engines/qemu-based/arguments.ts';
import { capabilitiesOf, specOf, stagedInPlace } from '../engines/testing/spec-of.ts';
import { prepareHome } from '../home/prepare.ts';
import { CleanupStack } from '../kit/cleanup-stack.ts';
import { systemClock } from '../kit/clock.ts';
import { silentLog } from '../kit/log.ts';
import { eventually } from '../testing/eventually.ts';
import { fakeQemuBinary } from '../testing/fake-qemu.ts';
import { type TempHome, tempHome } from '../testing/temp-home.ts';
import type { InstanceRequest } from './managed-instance.ts';
import { InstanceManager } from './manager.ts';
import { InstanceStore } from './store.ts';

const waitMs = 20_000;

let cleanups: CleanupStack;
let home: TempHome;
let manager: InstanceManager;
let told: SlipwayEvent[];
/** What the engine finds wrong with every Spec. */
let wrong: SlipwayError[];

const engine: EmulatorEngine = {
  kind: 'qemu',
  describe: async () => [],
  settle: async (spec) => spec,
  detect: async (spec) => capabilitiesOf({ binary: spec.runtime.binary ?? '/nowhere', sandbox: false }),
  validate: async () => wrong.map(({ failure }) => ({ severity: 'error', failure })),
  stage: async (spec) => stagedInPlace(asPlain(spec)),
  expectStaged: (spec) => stagedInPlace(asPlain(spec)),
  plan: planLaunch,
};

beforeEach(async () => {
  cleanups = new CleanupStack();
  home = await tempHome();
  cleanups.add(home.dispose);
  told = [];
  wrong = [];
  manager = await open();
});
afterEach(() => cleanups.close());

async function open(): Promise<InstanceManager> {
  const paths = await prepareHome(home.home);
  const opened = new InstanceManager({
    paths,
    store: new InstanceStore(paths),
    engine,
    doctor: { resolve: async () => ({ accelerator: 'tcg', reason: 'a test', hint: null, verified: false }) },
    explain: () => null,
    clock: systemClock,
    log: silentLog,
  });
  opened.events.on((event) => told.push(event));
  cleanups.add(() => opened.dispose());
  await opened.start();
  return opened;
}

function requestOf(input: Parameters<typeof specOf>[0]): InstanceRequest {
  const { id: _id, version: _version, createdAt: _createdAt, ...request } = specOf({ name: 'kernel', ...input });
  return request;
}

const diskRequest = () =>
  requestOf({
    name: 'disk',
    group: 'work',
    notes: 'boots slowly',
    guest: { kind: 'disk', disks: [{ file: '/images/a.img', access: 'direct' }, { file: '/images/b.img' }] },
    host: { ports: [{ name: 'ssh', protocol: 'tcp', guest: 22, host: 2222 }] },
  });

async function codeOf(promise: Promise<unknown>): Promise<string> {
  const error = await promise.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  return error instanceof SlipwayError ? error.code : `not a failure: ${String(error)}`;
}

const viewOf = (id: string): InstanceView | undefined => manager.list().find((view) => view.id === id);

describe('an instance that is only made', () => {
  it('is kept, with its place in the list, and nothing of it runs', async () => {
    const view = await manager.add(diskRequest());
    expect(view).toMatchObject({ id: 'disk', name: 'disk', group: 'work', status: { phase: 'stopped', boot: 0 } });
    expect(view.createdAt).toMatch(/^\d{4}-/);
    expect(JSON.parse(await readFile(home.paths.instance('disk').spec, 'utf8'))).toMatchObject({
      notes: 'boots slowly',
      guest: { kind: 'disk' },
    });
    expect(told.some((event) => event.type === 'instanceChanged' && event.view.id === 'disk')).toBe(true);
  });

  it('once deleted has no more to say, least of all about the next one of its name', async () => {
    await manager.add(diskRequest());
    const gone = manager.get('disk');
    await manager.delete('disk');
    await manager.add({ ...diskRequest(), notes: 'the next one' });
    told.length = 0;
    // A measurement of its disk that began before the deletion ends after it.
    gone.changed.emit(gone.view);
    expect(told).toEqual([]);
    const next = manager.get('disk');
    next.changed.emit(next.view);
    expect(told).toEqual([{ type: 'instanceChanged', view: next.view }]);
  });

  it('may wait for a file that is not there yet: that is a finding', async () => {
    wrong = [new SlipwayError('file_missing', 'There is no /images/a.img.', { field: 'guest.disks.0.file' })];
    await manager.add(diskRequest());
    expect((await manager.get('disk').describe()).findings).toMatchObject([{ failure: { code: 'file_missing' } }]);
  });

  it('may not contradict itself, and then nothing is left of it', async () => {
    wrong = [new SlipwayError('invalid_input', 'There is no BIOS on riscv64.')];
    expect(await codeOf(manager.add(diskRequest()))).toBe('invalid_input');
    expect(manager.list()).toEqual([]);
  });

  it('has a size once somebody looked', async () => {
    await manager.add(diskRequest());
    await writeFile(`${home.paths.instance('disk').directory}/large`, Buffer.alloc(256 * 1024, 1));
    const view = await eventually(() => (viewOf('disk')?.diskBytes ?? null) !== null && viewOf('disk'), {
      timeoutMs: waitMs,
    });
    expect(view?.diskBytes).toBeGreaterThanOrEqual(256 * 1024);
    expect(view?.diskBytes).toBeLessThan(1024 * 1024);
  });
});

describe('a duplicate', () => {
  it('has the same Spec under another name and id, and says what both share', async () => {
    await manager.add(diskRequest());
    const view = await manager.duplicate('disk', 'disk again');
    expect(view).toMatchObject({ id: 'disk-again', name: 'disk again', group: 'work', status: { phase: 'stopped' } });
    const { id: _id, name: _name, createdAt: _createdAt, ...source } = manager.get('disk').spec;
    expect(manager.get('disk-again').spec).toMatchObject(source);
    const { findings } = await manager.get('disk-again').describe();
    expect(findings.map(({ severity, failure }) => [severity, failure.field])).toEqual([
      ['note', 'guest.disks.0.access'],
      ['note', 'host.ports.0.host'],
    ]);
    expect(findings[0]?.failure.message).toContain('/images/a.img');
  });

  it('is not asked to be launchable', async () => {
    await manager.add(diskRequest());
    wrong = [new SlipwayError('invalid_input', 'whatever')];
    expect((await manager.duplicate('disk', 'disk')).id).toBe('disk-2');
  });

  it('of what is not there is refused', async () => {
    expect(await codeOf(manager.duplicate('nothing', 'copy'))).toBe('unknown_instance');
  });
});

describe('a label', () => {
  it('changes what is said of it and leaves the rest, the id above all', async () => {
    await manager.add(diskRequest());
    told = [];
    const view = await manager.label('disk', { name: 'root disk' });
    expect(view).toMatchObject({ id: 'disk', name: 'root disk', group: 'work' });
    expect(told.map((event) => event.type === 'instanceChanged' && event.view.name)).toContain('root disk');
    await manager.label('disk', { group: '', notes: 'new words' });
    expect(manager.get('disk').spec).toMatchObject({ name: 'root disk', group: '', notes: 'new words' });
    expect(manager.find('root disk')).toBe('disk');
  });

  it('is kept: the next owner finds it', async () => {
    await manager.add(diskRequest());
    await Promise.all([
      manager.label('disk', { name: 'one' }),
      manager.label('disk', { group: 'two' }),
      manager.label('disk', { notes: 'three' }),
    ]);
    await manager.dispose();
    manager = await open();
    expect(manager.get('disk').spec).toMatchObject({ id: 'disk', name: 'one', group: 'two', notes: 'three' });
  });

  it('is taken while it runs, and while it is on its way down', async () => {
    const qemu = await fakeQemuBinary({ serial: [{ text: 'demo: ready\r\n' }], ignore: ['system_powerdown'] });
    cleanups.add(qemu.dispose);
    const until = (accepts: (view: InstanceView) => boolean) =>
      eventually(() => manager.list().find(accepts) ?? null, { timeoutMs: waitMs });
    await manager.create(
      requestOf({
        name: 'fake',
        guest: { kind: 'demo' },
        host: { networking: 'none' },
        runtime: { binary: qemu.binary, powerdownMs: 600_000 },
      }),
    );
    await until(({ status }) => status.phase === 'running');
    expect((await manager.label('fake', { name: 'renamed' })).status.phase).toBe('running');
    const running = await manager.get('fake').describe();
    expect(running.command?.shellLine).toContain('guest=fake');

    await manager.restart('fake');
    const view = await manager.label('fake', { name: 'renamed again', group: 'g' });
    expect(view).toMatchObject({ id: 'fake', name: 'renamed again', group: 'g', status: { phase: 'stopping' } });
    await manager.stop('fake');
    await until(({ status }) => status.phase === 'stopped' && !status.processLives);
    expect(manager.get('fake').spec.name).toBe('renamed again');
  });
});
