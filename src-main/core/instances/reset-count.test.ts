import { expect, it } from 'vitest';
import { limits } from '../../../src-shared/limits.ts';
import { ResetCount } from './reset-count.ts';

function counter(began: number | null = 0, inARow = 0) {
  let now = 0;
  const clock = { now: () => now, monotonic: () => now, wait: () => Promise.resolve() };
  const resets = new ResetCount(clock, began, inARow);
  const after = (ms: number, round: { byGuest?: boolean; died?: boolean; isExcused?: boolean } = {}) => {
    now += ms;
    return resets.count({ byGuest: true, died: false, isExcused: false, ...round });
  };
  const echoAfter = (ms: number, bytes: number) => {
    now += ms;
    return resets.isEcho(bytes);
  };
  return { resets, after, echoAfter };
}

it('short rounds of the guest’s own ending, one after another', () => {
  const { after } = counter();
  expect([after(200), after(200), after(200)]).toEqual([1, 2, 3]);
});

it('a panic counts however long its round took', () => {
  const { after } = counter();
  expect([after(1e6, { died: true }), after(1e6, { died: true })]).toEqual([1, 2]);
});

it.each([
  ['a person’s reset', { byGuest: false }, 200],
  ['a round that lasted', {}, limits.loopRoundMs],
  ['a guest that was ready or typed into', { isExcused: true }, 200],
])('%s ends the row', (_, round, ms) => {
  const { after } = counter();
  after(200);
  after(200);
  expect(after(ms, round)).toBe(0);
});

it('a round that began before we came is not called short, unless it is one of a row', () => {
  expect([counter(null).after(200), counter(null, 4).after(200)]).toEqual([0, 5]);
});

it('firmware resets the machine again before it says a word: that is the same reset', () => {
  const { echoAfter } = counter();
  expect([echoAfter(0, 9), echoAfter(40, 9), echoAfter(20, 9), echoAfter(40, 18)]).toEqual([false, true, true, false]);
  // A silent guest that starts over for ever is counted all the same.
  expect([echoAfter(limits.resetEchoMs, 18), echoAfter(limits.resetEchoMs, 18)]).toEqual([false, false]);
});
