import { mkdtemp, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ArrivalTimes } from './arrival-times.ts';

let directory: string;
let path: string;
let transcript: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'arrivals-'));
  path = join(directory, 'serial.times');
  transcript = join(directory, 'serial.out');
  await writeFile(transcript, '');
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const opened = (options: { readOnly?: boolean; path?: string | null } = {}) =>
  ArrivalTimes.open({ path, transcript, ...options });
const at = (latest: number, earliest: number | null = latest) => ({ latest, earliest });
const begin = 1_800_000_000_000;

describe('ArrivalTimes', () => {
  it('knows of each byte when it came', async () => {
    const times = await opened();
    times.grew(10, at(begin));
    times.grew(20, at(begin + 5));
    times.grew(30, at(begin + 100));
    expect(times.at(0)).toEqual({ offset: 0, at: begin, earlierMs: 0 });
    // Within 10 ms it is one arrival.
    expect(times.at(15)).toEqual(times.at(0));
    expect(times.endOf(15)).toBe(20);
    expect(times.at(29)).toEqual({ offset: 20, at: begin + 100, earlierMs: 0 });
    expect(times.at(30)).toBeNull();
    expect(times.endOf(29)).toBe(Number.POSITIVE_INFINITY);
    await times.close();
  });

  it('knows it after a restart, and says of what came meanwhile between which times', async () => {
    const first = await opened();
    first.grew(10, at(begin));
    first.grew(12, at(begin + 3));
    await first.close();
    const second = await opened();
    second.grew(12, at(begin + 3, null));
    second.grew(50, at(begin + 60_000, null));
    expect(second.at(11)).toEqual({ offset: 0, at: begin, earlierMs: 0 });
    expect(second.at(12)).toEqual({ offset: 12, at: begin + 60_000, earlierMs: 59_997 });
    second.grew(60, at(begin + 60_005));
    expect(second.at(50)).toEqual({ offset: 50, at: begin + 60_005, earlierMs: 0 });
    await second.close();
    const past = await opened({ readOnly: true });
    expect(await past.between(0, 60)).toHaveLength(3);
  });

  it('has the birth of a transcript to go by where there is nothing else', async () => {
    const times = await opened({ path: null });
    const { birthtimeMs } = await stat(transcript);
    const late = Date.now() + 10_000;
    times.grew(5, at(late, null));
    const arrival = times.at(0);
    expect(late - (arrival?.earlierMs ?? 0)).toBeCloseTo(birthtimeMs, -1);
  });

  it('finds old times in the file, and keeps the newest in memory', async () => {
    const times = await opened();
    const count = 40_000;
    for (let index = 0; index < count; index++) {
      times.grew((index + 1) * 10, at(begin + index * 20));
      if (index % 1000 === 0) await times.flush();
    }
    expect(times.at(0)).toBeNull();
    expect(times.at(count * 10 - 1)).toMatchObject({ at: begin + (count - 1) * 20 });
    const old = await times.between(1005, 1031);
    expect(old.map(({ offset }) => offset)).toEqual([1000, 1010, 1020, 1030]);
    await times.close();
    const again = await opened();
    expect((await again.between(0, 25)).map((arrival) => arrival.at)).toEqual([begin, begin + 20, begin + 40]);
    const all = await again.between(0, count * 10);
    expect(all).toHaveLength(count);
    expect(all.every(({ offset }, index) => offset === index * 10)).toBe(true);
    await again.close();
  });

  it('grows more slowly the longer output goes on', async () => {
    const times = await opened();
    const hour = 3600_000;
    for (let ms = 0; ms < 2 * hour; ms += 10) times.grew(ms + 10, at(begin + ms));
    await times.close();
    // 720,000 arrivals of 20 bytes would be 14 MB.
    expect((await stat(path)).size).toBeLessThan(5_500_000);
  });

  it('begins anew with its transcript', async () => {
    const times = await opened();
    for (let index = 0; index < 100; index++) times.grew(index + 1, at(begin + index * 20));
    await times.flush();
    times.restart();
    times.grew(7, at(begin + 9000));
    await times.close();
    const again = await opened();
    expect(await again.between(0, 100)).toEqual([{ offset: 0, at: begin + 9000, earlierMs: 0 }]);
  });

  it('takes a broken sidecar for none, and writes a good one', async () => {
    await writeFile(path, 'xx');
    await utimes(path, 0, 0);
    const times = await opened();
    times.grew(5, at(begin));
    await times.close();
    const again = await opened();
    expect(again.at(0)).toMatchObject({ at: begin });
  });
});
