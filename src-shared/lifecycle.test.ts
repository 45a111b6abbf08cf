import { describe, expect, it } from 'vitest';
import { allowedActions, nextPhase, type Phase, phases } from './lifecycle.ts';

describe('lifecycle', () => {
  it('goes the way of a launch, a run and a stop', () => {
    const way: Phase[] = ['stopped'];
    for (const event of ['launched', 'staged', 'attached', 'stopRequested', 'ended'] as const) {
      way.push(nextPhase(way.at(-1) ?? 'stopped', event) ?? 'failed');
    }
    expect(way).toEqual(['stopped', 'staging', 'starting', 'running', 'stopping', 'stopped']);
  });

  it('never launches what is not at rest', () => {
    const launchable = phases.filter((phase) => nextPhase(phase, 'launched') !== null);
    expect(launchable).toEqual(['stopped', 'failed']);
  });

  it('ends from every phase that can have a process', () => {
    for (const phase of ['starting', 'running', 'stopping', 'elsewhere'] as const) {
      expect(nextPhase(phase, 'ended'), phase).toBe('stopped');
    }
  });

  it('calls a process that dies while it is being stopped stopped, not crashed', () => {
    expect(nextPhase('stopping', 'crashed')).toBe('stopped');
  });

  it('offers pause or resume, never both', () => {
    expect(allowedActions({ phase: 'running', paused: false, processLives: true })).toEqual(
      new Set(['stop', 'restart', 'reset', 'pause']),
    );
    expect(allowedActions({ phase: 'running', paused: true, processLives: true }).has('resume')).toBe(true);
  });

  it('only stops a failed instance whose process lives', () => {
    expect(allowedActions({ phase: 'failed', paused: false, processLives: true })).toEqual(new Set(['stop']));
  });
});
