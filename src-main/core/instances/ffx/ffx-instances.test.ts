/** Instances of ffx's against emulators that were started the way ffx starts them: real processes on real sockets. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventSchema, type SlipwayEvent } from '../../../../src-shared/contract/events.ts';
import type { ConsoleName } from '../../../../src-shared/model/console.ts';
import type { InstanceView } from '../../../../src-shared/model/instance.ts';
import { instanceDetailsSchema, instanceViewSchema } from '../../../../src-shared/model/instance.ts';
import { prepareHome } from '../../home/prepare.ts';
import { CleanupStack } from '../../kit/cleanup-stack.ts';
import { systemClock } from '../../kit/clock.ts';
import { silentLog } from '../../kit/log.ts';
import { QmpClient } from '../../qmp/client.ts';
import { eventually } from '../../testing/eventually.ts';
import { type FakeQemuScript, fakeQemuBinary } from '../../testing/fake-qemu.ts';
import { type TempHome, tempHome } from '../../testing/temp-home.ts';
import { sectionsOf } from '../ffx-words.ts';
import type { ManagedInstance } from '../managed-instance.ts';
import { FfxInstances, ffxIdOf } from './ffx-instances.ts';
import {
  type FfxEmulator,
  ffxArguments,
  fingerprint,
  stageInstance,
  startEmulator,
  writeRecord,
} from './testing/ffx-emulator.ts';

let cleanups: CleanupStack;
let home: TempHome;
let root: string;
const at = (name: string, ...names: string[]) => join(root, name, ...names);
beforeEach(async () => {
  cleanups = new CleanupStack();
  home = await tempHome();
  cleanups.add(home.dispose);
  root = join(home.home, 'ffx', 'instances');
  await mkdir(root, { recursive: true });
});
afterEach(() => cleanups.close());

async function started(name: string, script: FakeQemuScript = {}, change: Parameters<typeof startEmulator>[2] = {}) {
  const qemu = await fakeQemuBinary({ serial: [{ text: 'before\r\n' }], echo: true, ...script });
  cleanups.add(qemu.dispose);
  const emulator = await startEmulator(at(name), qemu.binary, change);
  cleanups.add(emulator.kill);
  return emulator;
}

interface Adopted {
  readonly list: Map<string, ManagedInstance>;
  readonly events: SlipwayEvent[];
  readonly instances: FfxInstances;
  get(id: string): ManagedInstance;
  view(id: string): InstanceView;
}

async function adopt(attended = false): Promise<Adopted> {
  const paths = await prepareHome(join(home.home, 'home'));
  const list = new Map<string, ManagedInstance>();
  const events: SlipwayEvent[] = [];
  const tell = (event: SlipwayEvent) => events.push(eventSchema.parse(event));
  const instances = new FfxInstances({ root, paths, clock: systemClock, log: silentLog, isAttended: () => attended });
  cleanups.add(async () => {
    instances.dispose();
    await Promise.all([...list.values()].map((instance) => instance.dispose()));
  });
  await instances.start({
    has: (id) => list.has(id),
    add: (id, instance) => {
      list.set(id, instance);
      instance.changed.on((view) => tell({ type: 'instanceChanged', view }));
    },
    remove: (id) => {
      list.delete(id);
      tell({ type: 'instanceRemoved', id, trash: '' });
    },
  });
  const get = (id: string) => {
    const instance = list.get(id);
    if (instance === undefined) throw new Error(`no ${id}, only ${[...list.keys()].join()}`);
    return instance;
  };
  return { list, events, instances, get, view: (id) => instanceViewSchema.parse(get(id).view) };
}

async function watched(instance: ManagedInstance, name: ConsoleName) {
  let text = '';
  const opened = await instance.consoles.open(name, null, (frame) => {
    if (frame.kind === 'data' || frame.kind === 'snapshot') text += Buffer.from(frame.payload).toString();
    queueMicrotask(() => opened?.viewing.ack(frame.offset + frame.payload.length));
  });
  cleanups.add(() => opened.viewing.close());
  return {
    writable: opened.writable,
    shows: (part: string) => eventually(() => text.includes(part)).catch(() => Promise.reject(new Error(text))),
    get text() {
      return text;
    },
    type: (keys: string) => opened.viewing.input(Buffer.from(keys)),
    close: () => opened.viewing.close(),
  };
}

describe('what ffx keeps is listed as it truly is', () => {
  it.each(['2024', '2025', '2026'] as const)('a running emulator with a record of %s', async (form) => {
    const { pid } = await started('emu', {}, { form });
    const { view } = await adopt();
    const { status, ...rest } = view('ffx-emu');
    expect(rest).toMatchObject({ name: 'emu', origin: 'ffx', guestKind: 'fuchsia', architecture: 'x86_64' });
    expect(status).toMatchObject({ phase: 'running', pid, processLives: true, failure: null });
  });

  it('one whose pid ffx did not get to write down', async () => {
    const { pid } = await started('emu', {}, { pid: 0, state: 'staged' });
    expect((await adopt()).view('ffx-emu').status).toMatchObject({ phase: 'running', pid });
  });

  it('staged ones, configured ones and broken ones', async () => {
    await stageInstance(at('staged'));
    await stageInstance(at('configured'), { state: 'configured' });
    await rm(at('configured', 'fxfs.blk'));
    await mkdir(at('broken'));
    await writeFile(
      at('broken', 'engine.json'),
      '{"pid": 1,\n "emulator_configuration": {"device": 3}, "engine_type": "qemu"}',
    );
    await mkdir(at('torn'));
    await writeFile(at('torn', 'engine.json'), '{"pid": 1');
    await mkdir(at('not-an-instance'));
    const { view, list } = await adopt();
    expect([...list.keys()].sort()).toEqual(['ffx-broken', 'ffx-configured', 'ffx-staged', 'ffx-torn']);
    expect(view('ffx-staged').status).toMatchObject({ phase: 'stopped', boot: 1, pid: null });
    expect(view('ffx-configured').status).toMatchObject({ phase: 'stopped', boot: 0 });
    expect(view('ffx-broken').status).toMatchObject({ phase: 'failed', crashed: false });
    expect(view('ffx-broken').status.failure?.message).toContain(
      `${at('broken', 'engine.json')}: emulator_configuration`,
    );
    expect(view('ffx-torn').status.failure).toMatchObject({
      message: expect.stringContaining('is not JSON: line 1'),
      hint: expect.stringContaining('ffx emu stop torn'),
    });
    expect(() => list.get('ffx-broken')?.demand('delete')).toThrow(/it is ffx's/);
  });

  it('a pid that belongs to another program now is neither believed nor signalled: ffx does both', async () => {
    const other: ChildProcess = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)', at('emu')]);
    cleanups.add(() => void other.kill('SIGKILL'));
    // Its sockets are left, and its record says "running" of a pid that is in use: all that ffx looks at.
    await (await started('emu')).kill();
    await writeRecord(at('emu'), { pid: other.pid ?? 0, state: 'running', binary: process.execPath });
    const { view, get } = await adopt();
    expect(view('ffx-emu').status).toMatchObject({ phase: 'failed', crashed: true, pid: null, processLives: false });
    await expect(get('ffx-emu').stop()).rejects.toMatchObject({ code: 'wrong_phase' });
    expect(other.exitCode ?? other.signalCode).toBeNull();
  });

  it('a copy of a running instance is not the running one', async () => {
    const { pid } = await started('emu');
    await stageInstance(at('copy'));
    await writeFile(at('copy', 'engine.json'), await readFile(at('emu', 'engine.json')));
    const { view } = await adopt();
    expect(view('ffx-emu').status.pid).toBe(pid);
    expect(view('ffx-copy').status).toMatchObject({ phase: 'stopped', pid: null });
  });

  it('an emulator that was killed, with its last lines', async () => {
    const emulator = await started('emu', { serial: [{ text: 'one\r\npanic: two\r\n' }] });
    const { view, instances } = await adopt();
    await eventually(async () => (await readFile(at('emu', 'emulator.log.serial'), 'utf8')).includes('two\r\n'));
    await emulator.kill();
    await instances.look();
    expect(view('ffx-emu').status).toMatchObject({
      phase: 'failed',
      crashed: true,
      lastLines: ['one', 'panic: two', ''],
      failure: { code: 'engine_exited', hint: expect.stringContaining('ffx emu start --reuse --name emu') },
    });
  });

  it('in a directory so deep that no socket of it can be reached by its path', async () => {
    const deep = join(root, 'd'.repeat(100));
    await mkdir(deep, { recursive: true });
    root = deep;
    await stageInstance(at('emu'));
    expect((await adopt()).view('ffx-emu').status.phase).toBe('stopped');
  });

  it('as changes are made, while somebody listens', async () => {
    const { events, list } = await adopt(true);
    await stageInstance(at('late'), { state: 'configured' });
    await eventually(() => list.has('ffx-late'));
    const emulator = await started('late');
    const told = (accepts: (view: InstanceView) => boolean) =>
      eventually(() => events.some((event) => event.type === 'instanceChanged' && accepts(event.view)));
    await told(({ status }) => status.phase === 'running' && status.pid === emulator.pid);
    emulator.child.kill('SIGTERM');
    await told(({ status }) => status.phase === 'stopped' && status.boot === 1);
    await rm(at('late'), { recursive: true });
    await eventually(() => events.at(-1)?.type === 'instanceRemoved' && !list.has('ffx-late'));
  });

  it('under an id that no other has', async () => {
    for (const name of ['a_b', 'a-b', 'A.b']) await stageInstance(at(name));
    const { list } = await adopt();
    expect([...list.keys()].sort()).toEqual([ffxIdOf('a-b'), ffxIdOf('a_b'), ffxIdOf('A.b')].sort());
    expect(ffxIdOf('a-b')).toBe('ffx-a-b');
  });
});

describe('its consoles', () => {
  it('show what was said before and what is said now, every byte once, and what is typed arrives', async () => {
    const lines = Array.from({ length: 500 }, (_, line) => ({
      text: `line ${line}\r\n`,
      afterMs: line % 10 === 0 ? 1 : 0,
    }));
    await started('emu', { serial: lines });
    const { get } = await adopt();
    await eventually(async () => (await readFile(at('emu', 'emulator.log.serial'), 'utf8')).includes('line 100'));
    const serial = await watched(get('ffx-emu'), 'serial');
    expect(serial.writable).toBe(true);
    await serial.shows('line 499');
    const count = serial.text.match(/line \d+/g);
    expect(new Set(count).size).toBe(500);
    expect(count).toHaveLength(500);
    serial.type('typed\r');
    await serial.shows('typed');
    expect(serial.text.match(/typed/g)).toHaveLength(1);
  });

  it('leave the serial line to whoever holds it, and say so', async () => {
    const { pid } = await started('emu');
    const { get, view } = await adopt();
    const serial = await watched(get('ffx-emu'), 'serial');
    await serial.shows('before');
    // Looking alone takes nothing away.
    const other = connect(at('emu', 'serial'));
    cleanups.add(() => void other.destroy());
    await new Promise((resolve) => other.once('connect', resolve));
    other.write('by the other\r');
    await serial.shows('by the other');
    serial.type('lost\r');
    await eventually(() =>
      view('ffx-emu').status.conditions.some(({ text }) => text.includes('holds the serial line')),
    );
    other.destroy();
    await eventually(() => {
      serial.type('+');
      return serial.text.includes('+');
    });
    expect(serial.text).not.toContain('lost');
    expect(view('ffx-emu').status).toMatchObject({ pid });
    expect(view('ffx-emu').status.conditions.some(({ text }) => text.includes('holds'))).toBe(false);
  });

  it('give QMP back when the last viewer leaves, and tell when somebody else has it', async () => {
    await started('emu');
    const { get } = await adopt();
    const qmp = await watched(get('ffx-emu'), 'qmp');
    await qmp.shows('QMP');
    qmp.close();
    const target = { directory: at('emu'), name: 'qmp' };
    const ffx = await eventually(() => QmpClient.connect(target, { greetingMs: 500 }));
    cleanups.add(() => ffx.end());
    const again = await watched(get('ffx-emu'), 'qmp');
    await again.shows('Another program holds this console');
    const monitor = await watched(get('ffx-emu'), 'monitor');
    await monitor.shows('(qemu) ');
    monitor.type('info status\r');
    await monitor.shows('VM status: running');
  });

  it('read a serial line that QEMU keeps no file of from its socket, and keep it here', async () => {
    const unix = (name: string) => `unix:${at('emu', name)},server,nowait`;
    const args = ['-qmp', unix('qmp'), '-monitor', unix('monitor'), '-serial', unix('serial')];
    await started(
      'emu',
      { serial: [{ text: 'early\r\n' }, { text: 'later\r\n', afterMs: 2000 }] },
      { arguments: args },
    );
    const { get } = await adopt();
    const serial = await watched(get('ffx-emu'), 'serial');
    await serial.shows('later');
    serial.type('typed\r');
    await serial.shows('typed');
    expect(get('ffx-emu').logPath('serial', null)).toContain(join(home.home, 'home', 'cache', 'ffx', 'ffx-emu'));
  });

  it('show the last output of one that does not run', async () => {
    await stageInstance(at('emu'));
    await writeFile(at('emu', 'emulator.log.serial'), 'the last words\r\n');
    const serial = await watched((await adopt()).get('ffx-emu'), 'serial');
    await serial.shows('the last words');
    expect(serial.writable).toBe(false);
  });
});

describe('show and stop', () => {
  it('ports are tried when asked, what answered is shown, and none is changed', async () => {
    const netdev = ['-netdev', 'type=user,id=net0,hostfwd=tcp:127.0.0.1:0-:22'];
    const script = { banners: { 22: { text: 'SSH-2.0-fake\r\n' } } };
    await started('emu', script, { arguments: ffxArguments(at('emu'), netdev) });
    const { get, view } = await adopt();
    await get('ffx-emu').describe();
    const { ports } = get('ffx-emu');
    expect(await ports.probe(null, false)).toMatchObject([{ state: 'answering', answer: 'SSH-2.0-fake' }]);
    expect(view('ffx-emu').ports).toMatchObject([{ state: 'answering', answer: 'SSH-2.0-fake' }]);
    expect(() => ports.demandChange()).toThrow("Cannot change the ports of emu: it is ffx's.");
    await expect(ports.remove('ssh')).rejects.toMatchObject({
      code: 'not_permitted',
      failure: { hint: expect.stringContaining('hostfwd_add') },
    });
  });

  it('reads the ports when asked, and gives QMP back', async () => {
    const netdev = ['-netdev', 'type=user,id=net0,hostfwd=tcp:127.0.0.1:0-:22'];
    await started('emu', {}, { arguments: ffxArguments(at('emu'), netdev) });
    const { get, view } = await adopt();
    expect(view('ffx-emu').ports).toMatchObject([{ name: 'ssh', host: null, state: 'pending' }]);
    const details = instanceDetailsSchema.parse(await get('ffx-emu').describe());
    const port = details.view.ports[0]?.host ?? 0;
    expect(port).toBeGreaterThan(0);
    expect(details.view.ports).toMatchObject([{ state: 'mapped', bind: '127.0.0.1' }]);
    expect(details.sshLine).toBe(
      `ssh -p ${port} -i ~/.ssh/fuchsia_ed25519 -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null fuchsia@127.0.0.1`,
    );
    expect(details.command?.arguments.map(({ args }) => args[0])).toContain('-qmp-pretty');
    const ffx = await eventually(() => QmpClient.connect({ directory: at('emu'), name: 'qmp' }, { greetingMs: 500 }));
    const held = await get('ffx-emu').describe();
    expect(held.view.ports[0]?.host).toBe(port);
    await ffx.end();
    const words = await get('ffx-emu').ffxWords();
    expect(sectionsOf(words).map((section) => Object.keys(section)[0])).toEqual([
      'Cmd',
      'Config',
      'Device',
      'Net',
      'Instance',
      'Raw',
    ]);
    expect(words).toMatchObject({ state: 'running', data: { pid: view('ffx-emu').status.pid } });
    expect(words.data.emulator_configuration.host.port_map.ssh).toEqual({ guest: 22, host: port });
  });

  const stopped = async (emulator: FfxEmulator, { get, view }: Adopted) => {
    await get('ffx-emu').stop();
    expect(view('ffx-emu').status.phase).toBe('stopping');
    await emulator.ended;
    await get('ffx-emu').whenStopped();
    return view('ffx-emu').status;
  };

  it('stop asks over QMP, and nothing in the directory is touched but by QEMU itself', async () => {
    const emulator = await started('emu');
    const adopted = await adopt();
    const before = await fingerprint(root);
    const qmp = await watched(adopted.get('ffx-emu'), 'qmp');
    await qmp.shows('QMP');
    await adopted.get('ffx-emu').describe();
    expect(await stopped(emulator, adopted)).toMatchObject({ phase: 'stopped', failure: null });
    expect(emulator.child.exitCode).toBe(0);
    const { 'emu/qmp': _q, 'emu/monitor': _m, 'emu/serial': _s, ...rest } = before;
    const after = await fingerprint(root);
    // The directory's own time is QEMU's doing: it unlinked its sockets.
    expect({ ...after, emu: '' }).toEqual({ ...rest, emu: '' });
    expect((await readdir(at('emu'))).sort()).toEqual([
      'emulator.log',
      'emulator.log.serial',
      'engine.json',
      'f.zbi',
      'fxfs.blk',
      'kernel',
    ]);
  });

  it('stop goes by signals while somebody else holds QMP', async () => {
    const emulator = await started('emu');
    const adopted = await adopt();
    const ffx = await QmpClient.connect({ directory: at('emu'), name: 'qmp' });
    cleanups.add(() => ffx.end());
    expect(await stopped(emulator, adopted)).toMatchObject({ phase: 'stopped' });
    expect(await readFile(at('emu', 'emulator.log'), 'utf8')).toContain('terminating on signal 15');
  });

  it('a second stop goes further at once, to the end of what hears nothing', async () => {
    const emulator = await started('emu', { ignore: ['quit', 'SIGTERM'] });
    const adopted = await adopt();
    await adopted.get('ffx-emu').stop();
    await adopted.get('ffx-emu').stop();
    await eventually(() => adopted.view('ffx-emu').status.progress?.step.startsWith('SIGTERM'));
    expect(await stopped(emulator, adopted)).toMatchObject({ phase: 'stopped', crashed: false });
    expect(emulator.child.signalCode).toBe('SIGKILL');
  });

  it.each(['launch', 'restart', 'delete', 'configure', 'pause', 'resume', 'reset'] as const)(
    '%s is refused with the way to have it',
    async (action) => {
      await stageInstance(at('emu'));
      const instance = (await adopt()).get('ffx-emu');
      expect(() => instance.demand(action)).toThrow(expect.objectContaining({ code: 'not_permitted' }));
      if (action !== 'restart' && action !== 'delete' && action !== 'configure')
        await expect(instance.perform(action)).rejects.toMatchObject({ failure: { hint: expect.any(String) } });
    },
  );

  it('a record that ffx is in the middle of writing is not called broken', async () => {
    await stageInstance(at('emu'));
    const { view, instances } = await adopt();
    const whole = await readFile(at('emu', 'engine.json'), 'utf8');
    await writeFile(at('emu', 'engine.json'), whole.slice(0, 100));
    const looked = instances.look();
    setTimeout(() => void writeRecord(at('emu')), 150);
    await looked;
    expect(view('ffx-emu').status).toMatchObject({ phase: 'stopped', failure: null });
  });
});
