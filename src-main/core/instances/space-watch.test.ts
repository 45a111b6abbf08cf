import { beforeEach, expect, it } from 'vitest';
import { limits } from '../../../src-shared/limits.ts';
import { FakeClock } from '../testing/fake-clock.ts';
import { type WatchedGuest, watchSpace } from './space-watch.ts';

let clock: FakeClock;
let freeBytes: number;
let did: string[];
beforeEach(() => {
  clock = new FakeClock();
  freeBytes = limits.reserveBytes / 2;
  did = [];
});

function guest(id: string, facts: { pausedForSpace?: boolean; canPause?: boolean; boundFails?: boolean } = {}) {
  const made = {
    id,
    serialBytes: 0,
    pausedForSpace: facts.pausedForSpace ?? false,
    canPause: facts.canPause ?? true,
    pauseForSpace: async () => {
      did.push(`pause ${id}`);
      made.pausedForSpace = true;
      made.canPause = false;
    },
    resumeFromSpace: async () => {
      did.push(`resume ${id}`);
      made.pausedForSpace = false;
      made.canPause = true;
    },
    boundTranscript: async () => {
      if (facts.boundFails) throw new Error('Operation not supported');
    },
  };
  return made satisfies WatchedGuest;
}

async function watching(guests: readonly WatchedGuest[], body: (logged: string[]) => Promise<void>): Promise<void> {
  const logged: string[] = [];
  const log = { info: () => {}, warn: (message: string) => void logged.push(message), error: () => {} };
  const stop = new AbortController();
  const readFreeBytes = async () => freeBytes;
  const options = { directory: '/', clock, log, guests: () => guests, readFreeBytes };
  const over = watchSpace(options, stop.signal);
  try {
    await body(logged);
  } finally {
    stop.abort();
    await over;
  }
}

it('a full disk pauses every guest, also where holes cannot be punched, which is said once', () =>
  watching([guest('a', { boundFails: true }), guest('b'), guest('c', { boundFails: true })], async (logged) => {
    await clock.advance(20_000);
    expect(did).toEqual(['pause a', 'pause b', 'pause c']);
    expect(logged.filter((message) => message.includes('bound'))).toHaveLength(2);
  }));

it('room again continues what was paused for it, and nothing else', () =>
  watching([guest('full', { pausedForSpace: true, canPause: false }), guest('mine', { canPause: false })], async () => {
    await clock.advance(2000);
    expect(did).toEqual([]);
    freeBytes = limits.reserveBytes * 4;
    await clock.advance(2000);
    expect(did).toEqual(['resume full']);
  }));

it('a guest that cannot be paused does not keep the others from it', () => {
  const stubborn = { ...guest('stubborn'), pauseForSpace: () => Promise.reject(new Error('QMP')) };
  return watching([stubborn, guest('b')], async () => {
    await clock.advance(100);
    expect(did).toEqual(['pause b']);
  });
});
