import { afterEach, describe, expect, it } from 'vitest';
import type { InstanceView } from '../../../src-shared/model/instance.ts';
import { silentLog } from '../kit/log.ts';
import { eventually } from '../testing/eventually.ts';
import { FakeClock } from '../testing/fake-clock.ts';
import { DiskWatch } from './disk-watch.ts';

type Status = InstanceView['status'];
const status = (phase: Status['phase']) => ({ phase }) as Status;

let disposal = new AbortController();
afterEach(() => disposal.abort());

function watch(running: () => readonly string[] = () => []) {
  disposal = new AbortController();
  const clock = new FakeClock();
  const measured: string[] = [];
  const diskWatch = new DiskWatch({
    clock,
    log: silentLog,
    instance: (id) => ({
      view: { status: status('stopped') },
      measureDisk: async () => void measured.push(id),
    }),
    running,
  });
  const ended = diskWatch.run(disposal.signal);
  /** A second at a time, as a clock goes. */
  const pass = async (seconds: number) => {
    for (let second = 0; second < seconds; second++) {
      await new Promise(setImmediate);
      await clock.advance(1000);
    }
    await new Promise(setImmediate);
  };
  return { diskWatch, measured, pass, ended };
}

describe('disk use', () => {
  it('is looked at after a change of phase, once, and not after any other change', async () => {
    const { diskWatch, measured, pass } = watch();
    for (const phase of ['staging', 'starting', 'running', 'running', 'running'] as const)
      diskWatch.changed('a', status(phase));
    await pass(3);
    expect(measured).toEqual(['a']);
    diskWatch.changed('a', status('running'));
    await pass(20);
    expect(measured).toEqual(['a']);
  });

  it('rests as long as it was busy, however much there is to look at', async () => {
    disposal = new AbortController();
    const clock = new FakeClock();
    const begun: number[] = [];
    const busyMs = 3000;
    const diskWatch = new DiskWatch({
      clock,
      log: silentLog,
      instance: () => ({
        view: { status: status('stopped') },
        measureDisk: async () => {
          begun.push(clock.monotonic());
          await clock.wait(busyMs);
        },
      }),
      running: () => [],
    });
    for (const id of ['a', 'b', 'c']) diskWatch.changed(id, status('stopped'));
    const ended = diskWatch.run(disposal.signal);
    await clock.advance(30_000);
    expect(begun.map((at) => at - (begun[0] ?? 0))).toEqual([0, 2 * busyMs, 4 * busyMs]);
    disposal.abort();
    await clock.advance(busyMs);
    await ended;
  });

  it('of running guests is looked at every half minute, of others never', async () => {
    const { diskWatch, measured, pass } = watch(() => ['r']);
    diskWatch.changed('s', status('stopped'));
    await pass(100);
    expect(measured.filter((id) => id === 's')).toHaveLength(1);
    const looks = measured.filter((id) => id === 'r').length;
    expect(looks).toBeGreaterThanOrEqual(2);
    expect(looks).toBeLessThanOrEqual(3);
  });

  it('of what is gone is not looked at, and the watch ends when it is told to', async () => {
    const { diskWatch, measured, pass, ended } = watch();
    diskWatch.changed('a', status('stopped'));
    diskWatch.forget('a');
    await pass(3);
    expect(measured).toEqual([]);
    disposal.abort();
    await eventually(() => ended.then(() => true));
  });
});
