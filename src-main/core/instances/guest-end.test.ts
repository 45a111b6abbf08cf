import { describe, expect, it } from 'vitest';
import { describeEnd, type EndFacts } from './guest-end.ts';

const line = '[    1.0] Kernel panic - not syncing: x';

function ended(end: Partial<EndFacts['end']>, more: Partial<EndFacts> = {}) {
  return describeEnd({
    end: { process: { code: 0, signal: null }, farewell: null, stopRequested: false, ...end },
    socketsRemoved: true,
    processRecorded: true,
    engineLog: '',
    serialLines: ['last'],
    endedAt: '2026-01-01T00:00:00.000Z',
    ...more,
  });
}

describe('how a boot ended', () => {
  it('the guest’s own power-off is its own, also when a stop was asked for', () => {
    const farewell = { guest: true, reason: 'guest-shutdown' };
    expect(ended({ farewell, stopRequested: true })).toMatchObject({
      how: 'guest',
      text: 'the guest powered itself off',
    });
    expect(ended({ farewell: { guest: false, reason: 'host-qmp-quit' }, stopRequested: true })).toMatchObject({
      how: 'stopped',
      text: 'stopped',
    });
  });

  it.each([
    ['stopped', { stopRequested: true }],
    ['guest', { farewell: { guest: true, reason: 'guest-reset' } }],
  ])('%s: what it died of is its text, and is kept with its last lines', (how, end) => {
    const death = { panic: { line, offset: 7 }, resetLoop: null };
    expect(ended(end, { death })).toMatchObject({ how, text: `panicked: ${line}`, ...death, lastLines: ['last'] });
  });

  it('a loop is told with its count and its last words', () => {
    const death = { panic: { line, offset: 7 }, resetLoop: 5 };
    expect(ended({ stopRequested: true }, { death }).text).toBe(`kept resetting, 5 times in a row; panicked: ${line}`);
  });
});
