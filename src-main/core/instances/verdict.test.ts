import { describe, expect, it } from 'vitest';
import { decide, type Evidence, type QmpEvidence } from './verdict.ts';

const base: Evidence = {
  recorded: true,
  outcomeRecorded: false,
  process: 'ours',
  startedMsAgo: 60_000,
  qmp: { state: 'absent' },
  pausedByUs: false,
  startPaused: false,
};

const greeted = (runState: string, uuidMatches = true): QmpEvidence => ({ state: 'greeted', uuidMatches, runState });

/** DESIGN §6, row by row. */
const rows: [string, Partial<Evidence>, ReturnType<typeof decide>][] = [
  ['never launched', { recorded: false, process: 'none' }, { kind: 'stopped' }],
  ['no process, no socket', { process: 'none', qmp: { state: 'absent' } }, { kind: 'stopped' }],
  ['no process, a left-over socket', { process: 'none', qmp: { state: 'refused' } }, { kind: 'crashed' }],
  [
    'no process, a left-over socket, but its end was seen',
    { process: 'none', qmp: { state: 'refused' }, outcomeRecorded: true },
    { kind: 'stopped' },
  ],
  ['ours, prelaunch', { qmp: greeted('prelaunch') }, { kind: 'interrupted' }],
  [
    'ours, prelaunch because it was asked for',
    { qmp: greeted('prelaunch'), startPaused: true },
    { kind: 'attach', paused: 'other' },
  ],
  ['ours, running', { qmp: greeted('running') }, { kind: 'attach', paused: null }],
  ['ours, paused by somebody', { qmp: greeted('paused') }, { kind: 'attach', paused: 'other' }],
  ['ours, paused, our marker', { qmp: greeted('paused'), pausedByUs: true }, { kind: 'attach', paused: 'slipway' }],
  ['ours, stopped by the debugger', { qmp: greeted('debug') }, { kind: 'attach', paused: 'other' }],
  ['ours, refused, just started', { qmp: { state: 'refused' }, startedMsAgo: 100 }, { kind: 'wait' }],
  ['ours, no socket yet, just started', { qmp: { state: 'absent' }, startedMsAgo: 100 }, { kind: 'wait' }],
  ['ours, connects and does not greet', { qmp: { state: 'silent' } }, { kind: 'elsewhere' }],
];

describe('verdict', () => {
  it.each(rows)('%s', (_, evidence, verdict) => {
    expect(decide({ ...base, ...evidence })).toEqual(verdict);
  });

  it.each(['refused', 'absent'] as const)('ours, %s for longer than a start takes: broken', (state) => {
    expect(decide({ ...base, qmp: { state } }).kind).toBe('broken');
  });

  it('another QEMU on our socket: broken, never attached to', () => {
    expect(decide({ ...base, qmp: greeted('running', false) }).kind).toBe('broken');
  });

  it.each(['absent', 'refused'] as const)('another program has the pid, socket %s: stopped or crashed', (state) => {
    expect(['stopped', 'crashed']).toContain(decide({ ...base, process: 'other', qmp: { state } }).kind);
  });
});
