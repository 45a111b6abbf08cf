import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { eventually } from '../testing/eventually.ts';
import { parsePsCommand, parsePsStat } from './darwin-processes.ts';
import {
  findByUuid,
  findRecognised,
  type ProcessIdentity,
  processState,
  readIdentity,
  recognise,
  uuidOf,
} from './identity.ts';
import { linuxProcesses, parseCommandLine, parseStat } from './linux-processes.ts';
import type { ProcessStat, ProcessTable } from './process-table.ts';
import { processExit, signalVerified } from './signal.ts';

const children: ChildProcess[] = [];
afterEach(async () => {
  for (const child of children.splice(0)) {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGKILL');
      await new Promise((resolve) => child.once('exit', resolve));
    }
  }
});

const forever = 'setInterval(() => {}, 1000)';

function start(uuid: string, script = forever): number {
  const child = spawn(process.execPath, ['-e', script, '--', '-uuid', uuid], { stdio: 'ignore' });
  children.push(child);
  if (child.pid === undefined) throw new Error('not started');
  return child.pid;
}

async function identityOf(pid: number): Promise<ProcessIdentity> {
  return await eventually(() => readIdentity(pid));
}

/** Processes that never existed, as a test wants them. */
function fakeTable(entries: Record<number, { stat: ProcessStat | null; commandLine: string[] | null }>): ProcessTable {
  return {
    pids: async () => Object.keys(entries).map(Number),
    statNow: (pid) => entries[pid]?.stat ?? null,
    commandLine: async (pid) => entries[pid]?.commandLine ?? null,
    bootId: async () => 'boot',
  };
}
const identity: ProcessIdentity = { pid: 7, startTicks: 100, bootId: 'boot', uuid: 'u-1' };
const stat = (startTicks: number, state = 'S'): ProcessStat => ({ startTicks, state, parentPid: 1 });
const argv = ['qemu', '-uuid', 'u-1'];

describe('parsing', () => {
  const tail = 'S 1 2 3 0 -1 4 0 0 0 0 0 0 0 0 20 0 1 0 103152 3133440 380';

  it.each(['qemu', 'a) R 1 (b', ') )', 'a\nb', ''])('finds the fields after the name %j', (comm) => {
    expect(parseStat(`12 (${comm}) ${tail}`)).toEqual({ state: 'S', parentPid: 1, startTicks: 103152 });
  });

  it('takes nothing else for a stat line', () => {
    expect(parseStat('')).toBeNull();
    expect(parseStat('12 (cut off) S 1 2')).toBeNull();
  });

  it('splits command lines at NUL bytes only', () => {
    expect(parseCommandLine('qemu\0-name\0a b\0\0')).toEqual(['qemu', '-name', 'a b', '']);
    expect(parseCommandLine('')).toEqual([]);
  });

  it('reads what ps says', () => {
    expect(parsePsStat('Ss    1 Mon Nov 23 14:43:01 2026\n')).toEqual({
      state: 'S',
      parentPid: 1,
      startTicks: Date.UTC(2026, 10, 23, 14, 43, 1) / 1000,
    });
    expect(parsePsStat('')).toBeNull();
    expect(uuidOf(parsePsCommand('/opt/my qemu/qemu -S -uuid u-1 -name x\n'))).toBe('u-1');
  });

  it('finds the uuid only as an argument of its own', () => {
    expect(uuidOf(argv)).toBe('u-1');
    expect(uuidOf(['sh', '-c', 'qemu -uuid u-1'])).toBeNull();
    expect(uuidOf(['qemu', '-uuid'])).toBeNull();
  });
});

describe('processState, decided', () => {
  it.each([
    ['alive', { stat: stat(100), commandLine: argv }],
    ['alive', { stat: stat(100), commandLine: ['qemu', '-uuid', 'U-1'] }],
    ['gone', { stat: null, commandLine: null }],
    ['gone', { stat: stat(100, 'Z'), commandLine: [] }],
    ['gone', { stat: stat(100, 'X'), commandLine: argv }],
    ['other', { stat: stat(101), commandLine: argv }],
    ['other', { stat: stat(101, 'Z'), commandLine: [] }],
    ['other', { stat: stat(100), commandLine: ['vim', 'notes'] }],
    ['alive', { stat: stat(100, 'D'), commandLine: [] }],
  ] as const)('%s: %j', async (expected, entry) => {
    const commandLine = entry.commandLine === null ? null : [...entry.commandLine];
    expect(await processState(identity, fakeTable({ 7: { stat: entry.stat, commandLine } }))).toBe(expected);
  });

  it('knows no process across a boot of the host', async () => {
    const table = fakeTable({ 7: { stat: stat(100), commandLine: argv } });
    expect(await processState({ ...identity, bootId: 'before' }, table)).toBe('other');
    expect(await processState({ ...identity, pid: 8, bootId: 'before' }, table)).toBe('gone');
  });

  it('has no identity for a child that is still its parent', async () => {
    expect(await readIdentity(7, fakeTable({ 7: { stat: stat(100), commandLine: ['slipway'] } }))).toBeNull();
  });

  it('finds the one that was started first', async () => {
    const table = fakeTable({
      9: { stat: stat(300), commandLine: argv },
      7: { stat: stat(100), commandLine: argv },
      8: { stat: stat(50), commandLine: ['grep', 'u-1'] },
      6: { stat: stat(40, 'Z'), commandLine: argv },
    });
    expect(await findByUuid('u-1', table)).toEqual(identity);
    expect(await findByUuid('u-2', table)).toBeNull();
  });
});

describe('signalVerified, decided', () => {
  const table = (then: ProcessStat | null): ProcessTable => {
    // Alive for the three looks of processState, then what the test says: the process ends while it is being checked.
    let looks = 0;
    return {
      ...fakeTable({ 7: { stat: stat(100), commandLine: argv } }),
      statNow: () => (++looks <= 2 ? stat(100) : then),
    };
  };

  it.each([
    ['sent', stat(100), 1],
    ['other', stat(200), 0],
    ['gone', null, 0],
  ] as const)('%s', async (expected, then, signals) => {
    const sent: number[] = [];
    expect(await signalVerified(identity, 'SIGTERM', table(then), (pid) => sent.push(pid))).toBe(expected);
    expect(sent).toHaveLength(signals);
  });
});

describe.runIf(process.platform === 'linux')('on this host [needs Linux]', () => {
  it('reads, recognises, ends and misses a process', async () => {
    const uuid = randomUUID();
    const pid = start(uuid);
    const found = await identityOf(pid);
    expect(found).toMatchObject({ pid, uuid, bootId: await linuxProcesses.bootId() });
    expect(await findByUuid(uuid)).toEqual(found);
    expect(await processState(found)).toBe('alive');

    const exit = processExit(found);
    expect(await signalVerified(found, 'SIGKILL')).toBe('sent');
    await exit;
    expect(await eventually(async () => (await processState(found)) === 'gone' && 'gone')).toBe('gone');
    expect(await findByUuid(uuid)).toBeNull();
    expect(await readIdentity(pid)).toBeNull();
  });

  it('never signals who has the pid now', async () => {
    const pid = start(randomUUID());
    const found = await identityOf(pid);
    expect(await signalVerified({ ...found, startTicks: found.startTicks - 1 }, 'SIGKILL')).toBe('other');
    expect(await signalVerified({ ...found, uuid: randomUUID() }, 'SIGKILL')).toBe('other');
    expect(await signalVerified({ ...found, bootId: randomUUID() }, 'SIGKILL')).toBe('other');
    expect(await processState(found)).toBe('alive');
  });

  it('counts a zombie as gone', async () => {
    const uuid = randomUUID();
    // A shell that has replaced itself with a program that reaps nobody.
    const parent = spawn(
      'sh',
      ['-c', `"$@" & echo $!; exec sleep 1000`, 'sh', process.execPath, '-e', forever, '--', '-uuid', uuid],
      {
        stdio: ['ignore', 'pipe', 'ignore'],
      },
    );
    children.push(parent);
    const pid = Number(await new Promise((resolve) => parent.stdout.once('data', resolve)));
    const found = await identityOf(pid);
    await signalVerified(found, 'SIGKILL');
    await eventually(() => linuxProcesses.statNow(pid)?.state === 'Z');
    expect(await processState(found)).toBe('gone');
    expect(await signalVerified(found, 'SIGKILL')).toBe('gone');
    await processExit(found);
  });

  it('stops waiting for an exit when told to', async () => {
    const found = await identityOf(start(randomUUID()));
    const controller = new AbortController();
    const waiting = processExit(found, controller.signal);
    controller.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
  });
});

describe('a process that Slipway did not start', () => {
  const mark = 'unix:/i/qmp,server,nowait';
  const isOurs = (words: readonly string[]) => words.includes(mark);
  const words = ['qemu', '-qmp', mark];

  it('is told by its command line, and is another when that is another', async () => {
    const table = fakeTable({ 7: { stat: stat(100), commandLine: words } });
    const found = await recognise(7, isOurs, table);
    expect(found).toMatchObject({ pid: 7, startTicks: 100, bootId: 'boot', commandLine: words });
    if (found === null) throw new Error('not recognised');
    expect(await processState(found, table)).toBe('alive');
    expect(await processState(found, fakeTable({ 7: { stat: stat(100), commandLine: ['sleep'] } }))).toBe('other');
    expect(await processState(found, fakeTable({ 7: { stat: stat(101), commandLine: words } }))).toBe('other');
    expect(await processState(found, fakeTable({}))).toBe('gone');
    expect(await recognise(7, isOurs, fakeTable({ 7: { stat: stat(1), commandLine: ['sleep'] } }))).toBeNull();
    expect(await recognise(7, isOurs, fakeTable({ 7: { stat: stat(1, 'Z'), commandLine: words } }))).toBeNull();
  });

  it('is found without its pid, and not the wrapper that has the same words', async () => {
    const table = fakeTable({
      5: { stat: stat(100), commandLine: ['strace', ...words] },
      7: { stat: stat(101), commandLine: words },
      9: { stat: stat(102), commandLine: ['sleep'] },
    });
    expect((await findRecognised(isOurs, table))?.pid).toBe(7);
    expect(await findRecognised(() => false, table)).toBeNull();
  });

  it('is not signalled once its pid is somebody else’s', async () => {
    const found = await recognise(7, isOurs, fakeTable({ 7: { stat: stat(100), commandLine: words } }));
    if (found === null) throw new Error('not recognised');
    const sent: number[] = [];
    const recycled = fakeTable({ 7: { stat: stat(900), commandLine: ['editor'] } });
    expect(await signalVerified(found, 'SIGKILL', recycled, (pid) => void sent.push(pid))).toBe('other');
    expect(sent).toEqual([]);
  });
});
