import { describe, expect, it } from 'vitest';
import { SlipwayError } from '../../../src-shared/contract/errors.ts';
import { deferred } from '../kit/deferred.ts';
import { Emitter } from '../kit/emitter.ts';
import { FakeClock, settle } from '../testing/fake-clock.ts';
import { type LadderRung, runLadder } from './ladder.ts';

function setUp(attempts: Record<string, LadderRung['attempt']> = {}) {
  const tried: string[] = [];
  const clock = new FakeClock();
  const exit = deferred<void>();
  const escalate = new Emitter<string>();
  const rung = (name: string, waitMs: number): LadderRung => ({
    name,
    waitMs,
    attempt: (signal) => {
      tried.push(name);
      return attempts[name]?.(signal);
    },
  });
  const rungs = [rung('powerdown', 10_000), rung('quit', 3000), rung('SIGKILL', 3000)];
  const run = () => runLadder({ rungs, exited: exit.promise, escalate, clock });
  return { tried, clock, exit, escalate, run };
}

describe('runLadder', () => {
  it('does nothing to a process that has ended', async () => {
    const { tried, exit, run } = setUp();
    exit.resolve();
    expect(await run()).toEqual({ rung: null, exited: true, history: [] });
    expect(tried).toEqual([]);
  });

  it('stays on the first rung while the guest takes its time', async () => {
    const { tried, clock, exit, run } = setUp();
    const result = run();
    await clock.advance(9999);
    expect(tried).toEqual(['powerdown']);
    exit.resolve();
    expect(await result).toMatchObject({
      rung: 'powerdown',
      exited: true,
      history: [{ ending: 'exited', tookMs: 9999 }],
    });
    expect(clock.waiting.count).toBe(0);
  });

  it('climbs when the time is up', async () => {
    const { tried, clock, exit, run } = setUp();
    const result = run();
    await clock.advance(10_000);
    expect(tried).toEqual(['powerdown', 'quit']);
    await clock.advance(3000);
    exit.resolve();
    expect(await result).toMatchObject({
      rung: 'SIGKILL',
      history: [
        { name: 'powerdown', ending: 'deadline', tookMs: 10_000 },
        { name: 'quit', ending: 'deadline', tookMs: 3000 },
        { name: 'SIGKILL', ending: 'exited' },
      ],
    });
  });

  it('hears a second press that comes before the first rung', async () => {
    const { tried, exit, escalate, run } = setUp();
    const result = run();
    escalate.emit('asked again');
    await settle();
    await settle();
    expect(tried).toEqual(['powerdown', 'quit']);
    exit.resolve();
    expect(await result).toMatchObject({ rung: 'quit', history: [{ ending: 'escalated' }, { ending: 'exited' }] });
  });

  it('climbs at once on a second press, but not beyond the last rung', async () => {
    const { tried, clock, exit, escalate, run } = setUp();
    const result = run();
    await settle();
    await settle();
    escalate.emit('asked again');
    await settle();
    expect(tried).toEqual(['powerdown', 'quit']);
    escalate.emit('asked again');
    await settle();
    escalate.emit('asked again');
    await settle();
    expect(tried).toEqual(['powerdown', 'quit', 'SIGKILL']);
    await clock.advance(100);
    exit.resolve();
    const { history } = await result;
    expect(history.map((record) => record.ending)).toEqual(['escalated', 'escalated', 'exited']);
    expect(history[0]?.reason).toContain('asked again');
    expect(escalate.size).toBe(0);
  });

  it.each([
    [
      'throws',
      () => {
        throw new SlipwayError('qmp_unavailable', 'The monitor is not there.');
      },
    ],
    ['rejects', () => Promise.reject(new SlipwayError('qmp_unavailable', 'The monitor is not there.'))],
  ])('falls through when an attempt %s', async (_, attempt) => {
    const { tried, clock, exit, run } = setUp({ powerdown: attempt, quit: () => exit.resolve() });
    const { rung, history } = await run();
    expect(rung).toBe('quit');
    expect(tried).toEqual(['powerdown', 'quit']);
    expect(history[0]).toMatchObject({ ending: 'attempt_failed', tookMs: 0 });
    expect(history[0]?.reason).toContain('The monitor is not there.');
    expect(clock.waiting.count).toBe(0);
  });

  it('gives up an attempt that hangs, and says that nothing helped', async () => {
    const signals: AbortSignal[] = [];
    const { clock, run } = setUp({
      quit: (signal) => {
        signals.push(signal);
        return new Promise(() => undefined);
      },
    });
    const result = run();
    await clock.advance(16_000);
    expect(await result).toMatchObject({ rung: null, exited: false, history: [{}, {}, { ending: 'deadline' }] });
    expect(signals[0]?.aborted).toBe(true);
  });

  it('takes an exit that rejects for an exit', async () => {
    const { exit, run } = setUp({ powerdown: () => exit.reject(new Error('lost')) });
    expect(await run()).toMatchObject({ rung: 'powerdown', exited: true });
  });
});
