import { randomUUID } from 'node:crypto';
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CleanupStack } from '../kit/cleanup-stack.ts';
import { findByUuid, type ProcessIdentity, processState, readIdentity } from '../process/identity.ts';
import { runLadder } from '../process/ladder.ts';
import { runTool } from '../process/run-tool.ts';
import { processExit, signalVerified } from '../process/signal.ts';
import { type SpawnedProcess, spawnDetached } from '../process/spawn.ts';
import { eventually } from '../testing/eventually.ts';
import { type TempHome, tempHome } from '../testing/temp-home.ts';
import { QmpClient } from './client.ts';
import * as commands from './commands.ts';
import { hostfwdAdd, hostfwdRemove, infoUsernet } from './hmp.ts';

const binary = '/usr/bin/qemu-system-x86_64';
const demoGuest = join(import.meta.dirname, '../../../assets/demo-guest/demo-guest.elf');
const installed = await stat(binary).then(
  () => true,
  () => false,
);

let cleanups: CleanupStack;
let home: TempHome;
beforeEach(async () => {
  cleanups = new CleanupStack();
  home = await tempHome();
  cleanups.add(() => home.dispose());
});
afterEach(() => cleanups.close());

interface Started extends SpawnedProcess {
  readonly run: string;
  readonly events: string[];
  readonly client: QmpClient;
  serial(): Promise<string>;
}

/** The demo guest, paused at its first instruction, in a folder whose path no socket address could hold. */
async function start(...more: string[]): Promise<Started> {
  const directory = join(home.home, ...Array.from({ length: 4 }, () => 'd'.repeat(80)));
  const run = join(directory, 'run');
  await mkdir(run, { recursive: true });
  await writeFile(join(directory, 'serial.out'), '');
  await runTool('mkfifo', [join(directory, 'serial.in')]);
  const args = [
    ...['-S', '-M', 'pc,accel=tcg', '-m', '32', '-nodefaults', '-display', 'none', '-no-user-config'],
    ...['-uuid', randomUUID(), '-name', 'guest=real', '-pidfile', 'pid', '-kernel', demoGuest],
    ...['-chardev', 'socket,id=qmp,path=qmp,server=on,wait=off', '-mon', 'chardev=qmp,mode=control'],
    ...['-chardev', 'pipe,id=serial,path=../serial', '-serial', 'chardev:serial'],
    ...more,
  ];
  const spawned = await spawnDetached({ binary, args, cwd: run, logPath: join(directory, 'emulator.log') });
  cleanups.add(async () => {
    await signalVerified(spawned.identity, 'SIGKILL');
    await spawned.exited;
  });
  const events: string[] = [];
  const client = await eventually(async () => {
    const onEvent = ({ event, data }: { event: string; data: Readonly<Record<string, unknown>> }) =>
      events.push(data.reason === undefined ? event : `${event}:${String(data.reason)}`);
    const probe = await QmpClient.probe({ directory: run, name: 'qmp' }, { onEvent });
    return probe.state === 'greeted' ? probe.client : null;
  });
  cleanups.add(() => client.end());
  return { ...spawned, run, events, client, serial: () => readFile(join(directory, 'serial.out'), 'utf8') };
}

async function booted(started: Started, times = 1): Promise<void> {
  await eventually(async () => (await started.serial()).split('demo: ready').length > times, { timeoutMs: 20_000 });
}

describe.skipIf(!installed)('real QEMU [needs qemu-system-x86_64]', () => {
  it('answers every query in the shape we read', async () => {
    const { client, identity } = await start('-drive', `if=ide,media=cdrom,format=raw,readonly=on,file=${demoGuest}`);
    expect(await commands.queryUuid(client)).toBe(identity.uuid);
    expect(await commands.queryName(client)).toBe('real');
    expect(await commands.queryStatus(client)).toEqual({ running: false, status: 'prelaunch' });
    expect(await commands.queryKvm(client)).toMatchObject({ enabled: false });
    const version = await commands.queryVersion(client);
    expect(version).toMatchObject(client.greeting.version);
    expect(await commands.queryBlock(client)).toMatchObject([
      {
        removable: true,
        ioStatus: 'ok',
        inserted: { file: demoGuest, driver: 'raw', readOnly: true, backingFile: null },
      },
    ]);
    await expect(client.execute('nonsense')).rejects.toMatchObject({
      code: 'qmp_error',
      failure: { cause: 'CommandNotFound' },
    });
    const noDisplay = commands.screendump(client, { filename: join(home.home, 'a.ppm'), format: 'ppm' });
    await expect(noDisplay).rejects.toMatchObject({ code: 'qmp_error', failure: { cause: 'GenericError' } });
  });

  it('takes a picture of its display', async () => {
    const { client } = await start('-vga', 'std');
    const filename = join(home.home, 'a.ppm');
    await commands.screendump(client, { filename, format: 'ppm' });
    expect((await readFile(filename)).subarray(0, 2).toString()).toBe('P6');
  });

  it('runs, stops, goes on, resets and powers off', async () => {
    const started = await start();
    const { client, events, identity, exited, run } = started;
    expect(await findByUuid(identity.uuid)).toEqual(identity);
    expect(await readIdentity(identity.pid)).toEqual(identity);
    expect(await started.serial()).toBe('');
    await commands.cont(client);
    await booted(started);
    await commands.stop(client);
    expect(await commands.queryStatus(client)).toEqual({ running: false, status: 'paused' });
    await commands.cont(client);
    await commands.systemReset(client);
    await booted(started, 2);
    await commands.systemPowerdown(client);
    expect(await exited).toEqual({ code: 0, signal: null });
    await client.closed;
    const expected = [
      'RESUME',
      'STOP',
      'RESUME',
      'RESET:host-qmp-system-reset',
      'POWERDOWN',
      'SHUTDOWN:guest-shutdown',
    ];
    expect(events.filter((event) => event !== 'RESET:guest-reset')).toEqual(expected);
    expect(await processState(identity)).toBe('gone');
    expect(await QmpClient.probe({ directory: run, name: 'qmp' })).toMatchObject({ state: 'absent' });
  });

  it('maps ports, and says so when it cannot', async () => {
    const { client } = await start('-netdev', 'user,id=net0', '-device', 'e1000,netdev=net0');
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    cleanups.add(() => new Promise<void>((resolve) => taken.close(() => resolve())));
    const address = taken.address();
    const busy = typeof address === 'object' && address !== null ? address.port : 0;
    const mapping = { netdev: 'net0', protocol: 'tcp', bind: '127.0.0.1', guest: 22 } as const;

    expect(await hostfwdAdd(client, { ...mapping, host: busy })).toMatchObject({ ok: false, reason: 'cannot_listen' });
    expect(await hostfwdAdd(client, { ...mapping, host: 0 })).toEqual({ ok: true });
    const host = Number(/TCP\[HOST_FORWARD\] +\d+ +127\.0\.0\.1 +(\d+)/.exec(await infoUsernet(client))?.[1]);
    expect(host).toBeGreaterThan(0);
    expect(await hostfwdRemove(client, { ...mapping, host })).toEqual({ ok: true });
    expect(await hostfwdRemove(client, { ...mapping, host })).toMatchObject({ ok: false, reason: 'not_found' });
    expect(await infoUsernet(client)).not.toContain('HOST_FORWARD');
    expect(await hostfwdAdd(client, { ...mapping, netdev: 'other', host: 0 })).toMatchObject({
      ok: false,
      reason: 'no_network',
    });
  });

  it('leaves a socket that refuses when it is killed', async () => {
    const { client, exited, identity, run } = await start();
    const pending = commands.queryStatus(client);
    await pending;
    await signalVerified(identity, 'SIGKILL');
    expect(await exited).toEqual({ code: null, signal: 'SIGKILL' });
    expect((await client.closed).failure).toMatchObject({ code: 'connection_lost' });
    expect(await QmpClient.probe({ directory: run, name: 'qmp' })).toMatchObject({ state: 'refused' });
  });

  it('serves one client and is silent to the others, however many', async () => {
    const { client, run } = await start();
    const probe = (greetingMs: number) => QmpClient.probe({ directory: run, name: 'qmp' }, { greetingMs });
    const states = await Promise.all(Array.from({ length: 6 }, () => probe(200)));
    expect(states.map(({ state }) => state)).toEqual(Array.from({ length: 6 }, () => 'silent'));
    await client.end();
    // Those who gave up stay in QEMU's queue until it has noticed, so the next one may be turned away at first.
    const next = await eventually(async () => {
      const served = await probe(5000);
      return served.state === 'greeted' && served.client;
    });
    cleanups.add(() => next.end());
    expect(await commands.queryStatus(next)).toMatchObject({ status: 'prelaunch' });
  });

  it('serves who waits as soon as the one before has left', async () => {
    const { client, run } = await start();
    const waiting = QmpClient.probe({ directory: run, name: 'qmp' });
    await client.end();
    const served = await waiting;
    expect(served.state).toBe('greeted');
    if (served.state === 'greeted') await served.client.end();
  });

  it('is stopped by the ladder, on the rung that works', async () => {
    const { client, exited, identity } = await start();
    // Paused before its first instruction, it cannot hear its power button.
    const result = await runLadder({
      exited,
      rungs: [
        { name: 'powerdown', waitMs: 300, attempt: (signal) => commands.systemPowerdown(client, { signal }) },
        { name: 'quit', waitMs: 5000, attempt: (signal) => commands.quit(client, { signal }) },
        { name: 'SIGKILL', waitMs: 5000, attempt: () => signalVerified(identity, 'SIGKILL') },
      ],
    });
    expect(result).toMatchObject({
      rung: 'quit',
      exited: true,
      history: [{ ending: 'deadline' }, { ending: 'exited' }],
    });
  });

  it('is waited for when it is nobody’s child', async () => {
    const { identity } = await start();
    const adopted: ProcessIdentity = JSON.parse(JSON.stringify(identity));
    const gone = processExit(adopted);
    expect(await signalVerified(adopted, 'SIGTERM')).toBe('sent');
    await gone;
    expect(await signalVerified(adopted, 'SIGKILL')).not.toBe('sent');
  });
});
