import { expect, it } from 'vitest';
import { systemClock } from '../kit/clock.ts';
import { silentLog } from '../kit/log.ts';
import type { ProcessEnd } from '../process/spawn.ts';
import { stuckFacts } from '../process/stuck-facts.ts';
import { unkillable } from './guest-end.ts';
import { RunningGuest } from './running-guest.ts';

const identity = { pid: process.pid, startTicks: 1, bootId: 'x', uuid: 'y' };
/** Rungs that are over at once: their time is not what this is about. */
const hasty = { ...systemClock, wait: () => Promise.resolve() };

it('a process that no signal ends: it is told, and can be tried again', async () => {
  const signals: string[] = [];
  let end: (how: ProcessEnd) => void = () => undefined;
  const exited = new Promise<ProcessEnd>((resolve) => {
    end = resolve;
  });
  const guest = new RunningGuest({
    identity,
    exited,
    clock: hasty,
    log: silentLog,
    signal: async (_, signal) => {
      signals.push(signal);
      return 'sent' as never;
    },
  });
  const survived: string[] = [];
  guest.survived.on(({ history }) => survived.push(history.map(({ name }) => name).join(', ')));
  await guest.stop(0);
  expect(survived).toEqual(['asking QEMU to quit, SIGTERM, SIGKILL']);
  expect(guest.isStopping).toBe(false);
  expect(guest.stopStep).toBeNull();
  await guest.stop(0);
  expect(survived).toHaveLength(2);
  expect(signals).toEqual(['SIGTERM', 'SIGKILL', 'SIGTERM', 'SIGKILL']);
  // What the kernel waited for came back, and the last signal did its work.
  end({ code: null, signal: 'SIGKILL' });
  expect(await guest.ended).toMatchObject({ stopRequested: true });
  guest.release();
});

it('says in which state the process is, and where it waits', async () => {
  expect(await stuckFacts(process.pid)).toMatchObject({
    parentPid: process.ppid,
    state: expect.stringMatching(/^[A-Z]$/),
  });
  expect(await stuckFacts(2 ** 30)).toEqual({ state: null, waitsIn: null, parentPid: null });
  const history = [{ name: 'SIGKILL', tookMs: 1, ending: 'deadline', reason: 'SIGKILL did not end it.' }] as const;
  expect(unkillable('demo', 7, { state: 'D', waitsIn: 'nfs_wait_bit_killable', parentPid: 1 }, history)).toMatchObject({
    code: 'timed_out',
    cause: expect.stringMatching(/state D.*nfs_wait_bit_killable/),
    fixes: [{ kind: 'stop', instance: 'demo' }],
    raw: 'SIGKILL did not end it.',
  });
});
