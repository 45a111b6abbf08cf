import { describe, expect, it } from 'vitest';
import { allowedActions, nextPhase, phases } from './lifecycle.ts';

describe('lifecycle', () => {
  it('goes the way of a launch, a run and a stop', () => {
    const way = (['launched', 'staged', 'attached', 'stopRequested', 'ended'] as const).reduce(
      (path, event) => {
        const next = nextPhase(path.at(-1) ?? 'stopped', event);
        return next === null ? path : [...path, next];
      },
      ['stopped'] as (typeof phases)[number][],
    );
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
