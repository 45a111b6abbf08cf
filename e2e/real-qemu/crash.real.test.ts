/** QEMU is killed, its left-overs lie about, its pid is somebody else's: what Slipway says then, and never does. */
import { type ChildProcess, spawn } from 'node:child_process';
import { lstat, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CleanupStack } from '../../src-main/core/kit/cleanup-stack.ts';
import { readIdentity } from '../../src-main/core/process/identity.ts';
import { processExit, signalVerified } from '../../src-main/core/process/signal.ts';
import { exited, killNow } from '../fixtures/processes.ts';
import { guestProcesses } from './guest-processes.ts';
import { OwnerProcess } from './owner-process.ts';
import {
  demoDraft,
  generousMs,
  isStopped,
  launchReady,
  openSlipway,
  type SlipwayHome,
  stopAndWait,
  tempSlipway,
  until,
  untilReady,
} from './slipway-under-test.ts';
import { Terminal } from './terminal.ts';

let cleanups: CleanupStack;
let home: SlipwayHome;
beforeEach(async () => {
  cleanups = new CleanupStack();
  home = await tempSlipway(cleanups);
});
afterEach(() => cleanups.close(), generousMs);

/** `kill -9` of the one QEMU of this home; resolves when it is gone. */
async function killGuest(): Promise<void> {
  const [guest, ...others] = await guestProcesses(home);
  expect(others).toEqual([]);
  const identity = await readIdentity(guest?.pid ?? 0);
  if (identity === null) throw new Error('there is no guest to kill');
  expect(await signalVerified(identity, 'SIGKILL')).toBe('sent');
  await processExit(identity, AbortSignal.timeout(generousMs));
}

/** Node unlinks what it closes; a rename saves it. */
async function leaveStaleSocket(path: string): Promise<void> {
  const server = createServer();
  await new Promise<void>((resolve) => void server.listen(`${path}.new`, resolve));
  await rename(`${path}.new`, path);
  await new Promise((resolve) => server.close(resolve));
  expect((await lstat(path)).isSocket()).toBe(true);
}

const isCrashed = ({ status }: { status: { phase: string; crashed: boolean } }) =>
  status.phase === 'failed' && status.crashed;

describe('QEMU is killed with -9', () => {
  it('our child: crashed within a second, with its last lines; the next launch is not disturbed by what it left', async () => {
    const { client } = await openSlipway(home, cleanups);
    const { id } = await launchReady(client, demoDraft());
    const terminal = await Terminal.open(client, id);
    terminal.type('echo last words\r');
    await terminal.waitFor(/\nlast words\r?\ndemo> $/);
    let toldAt = 0;
    client.events.on((event) => {
      if (event.type === 'instanceChanged' && isCrashed(event.view)) toldAt ||= performance.now();
    });
    const killedAt = performance.now();
    await killGuest();
    const { status } = await until(client, id, isCrashed);
    expect(toldAt - killedAt).toBeLessThan(1000);
    expect(status.lastLines.join('\n')).toContain('last words');
    expect(status.failure).toMatchObject({
      code: 'engine_exited',
      message: expect.stringContaining('SIGKILL'),
      cause: expect.stringContaining('killed it outright'),
      hint: expect.any(String),
    });
    expect(status).toMatchObject({ pid: null, processLives: false, paused: null });
    expect(await terminal.untilEnded()).toContain('SIGKILL');
    expect(await readdir(home.paths.instance(id).run)).toEqual([]);
    // What a kill of everything at once would leave: the next launch has to cope with it.
    const { qmp, qmpUser, monitor, pid } = home.paths.instance(id);
    await writeFile(pid, `${process.pid}\n`);
    for (const socket of [qmp, qmpUser, monitor]) await leaveStaleSocket(socket);

    await client.call('instance.start', { id });
    expect((await untilReady(client, id)).status).toMatchObject({ boot: 2, crashed: false, failure: null });
    await terminal.untilBoot(2);
    await terminal.waitFor(/demo: ready/);
    expect(terminal.startsAt).toBe(0);
    expect(await client.call('instance.boots', { id })).toEqual([
      expect.objectContaining({ number: 2, endedAt: null }),
      expect.objectContaining({ number: 1, outcome: expect.stringContaining('SIGKILL') }),
    ]);
    await stopAndWait(client, id);
  });

  it('one that was found again: crashed within a second', async () => {
    const first = await openSlipway(home, cleanups);
    const { id } = await launchReady(first.client, demoDraft());
    await first.close();
    const { client } = await openSlipway(home, cleanups);
    await untilReady(client, id);
    let toldAt = 0;
    client.events.on((event) => {
      if (event.type === 'instanceChanged' && isCrashed(event.view)) toldAt ||= performance.now();
    });
    const killedAt = performance.now();
    await killGuest();
    const { status } = await until(client, id, isCrashed);
    expect(toldAt - killedAt).toBeLessThan(1000);
    expect(status.lastLines.join('\n')).toContain('demo: ready');
  });

  it('while nobody owned the home: crashed at the next start, with its last lines', async () => {
    const owner = await OwnerProcess.start(home, cleanups);
    const { id } = await launchReady(await owner.client(), demoDraft());
    await owner.kill();
    await killGuest();
    const { client } = await openSlipway(home, cleanups);
    const { view } = await client.call('instance.show', { id });
    expect(view.status).toMatchObject({ phase: 'failed', crashed: true, failure: { code: 'engine_exited' } });
    expect(view.status.lastLines.join('\n')).toContain('demo: ready');
    await client.call('instance.start', { id });
    await untilReady(client, id);
    await stopAndWait(client, id);
  });

  it('it ended in good order while nobody owned the home: stopped, not crashed', async () => {
    const first = await openSlipway(home, cleanups);
    const { id } = await launchReady(first.client, demoDraft());
    const terminal = await Terminal.open(first.client, id);
    terminal.type('sleep 1\rpoweroff\r');
    await terminal.waitFor(/sleep 1/);
    const [guest] = await guestProcesses(home);
    const identity = await readIdentity(guest?.pid ?? 0);
    await first.close();
    if (identity !== null) await processExit(identity, AbortSignal.timeout(generousMs));
    const { client } = await openSlipway(home, cleanups);
    const { view } = await client.call('instance.show', { id });
    expect(view.status).toMatchObject({ phase: 'stopped', crashed: false, failure: null, processLives: false });
  });
});

describe('a pid that belongs to somebody else now', () => {
  let foreign: ChildProcess;
  beforeEach(() => {
    foreign = spawn('sleep', ['600'], { stdio: 'ignore' });
    const mine = foreign;
    cleanups.add(() => killNow(mine));
  });

  /** An instance that ran once, whose record then names the foreign process as its QEMU. */
  async function forge(change: (process: Record<string, unknown>) => Record<string, unknown>): Promise<string> {
    const { client, close } = await openSlipway(home, cleanups);
    const { id } = await launchReady(client, demoDraft());
    await stopAndWait(client, id);
    await close();
    const files = home.paths.instance(id).boot(1);
    const record = JSON.parse(await readFile(files.launch, 'utf8'));
    const forged = { ...record, process: change({ ...record.process, pid: foreign.pid }) };
    await writeFile(files.launch, JSON.stringify(forged));
    await writeFile(home.paths.instance(id).pid, `${foreign.pid}\n`);
    // As after a crash of everything: nobody wrote down how it ended.
    await writeFile(files.outcome, '');
    return id;
  }

  const startTicksOf = async (pid: number): Promise<number> => {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]);
  };

  it.each<[string, (recorded: Record<string, unknown>) => Promise<Record<string, unknown>>]>([
    ['with another start time', async (recorded) => recorded],
    [
      'started at the same tick, without our uuid',
      async (recorded) => ({
        ...recorded,
        startTicks: await startTicksOf(foreign.pid ?? 0),
      }),
    ],
    [
      'of another boot of the host',
      async (recorded) => ({
        ...recorded,
        startTicks: await startTicksOf(foreign.pid ?? 0),
        bootId: '00000000-0000-4000-8000-000000000000',
      }),
    ],
  ])('%s: never signalled, not even to stop or launch again', async (_, change) => {
    let forged: Record<string, unknown> = {};
    const id = await forge((recorded) => {
      forged = recorded;
      return recorded;
    });
    const launchFile = home.paths.instance(id).boot(1).launch;
    const record = JSON.parse(await readFile(launchFile, 'utf8'));
    await writeFile(launchFile, JSON.stringify({ ...record, process: await change(forged) }));

    const { client } = await openSlipway(home, cleanups);
    const { view } = await client.call('instance.show', { id });
    expect(view.status.phase).toBe('stopped');
    expect(view.status).toMatchObject({ pid: null, processLives: false });
    await expect(client.call('instance.stop', { id })).rejects.toMatchObject({ code: 'wrong_phase' });
    await client.call('instance.start', { id });
    await untilReady(client, id);
    await client.call('instance.stop', { id });
    await client.call('instance.stop', { id });
    await until(client, id, isStopped);
    expect(await exited(foreign, 0)).toBe(false);
    expect(process.kill(foreign.pid ?? 0, 0)).toBe(true);
  });
});
