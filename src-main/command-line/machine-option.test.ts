import { describe, expect, it } from 'vitest';
import { takeMachine } from './machine-option.ts';

describe('--machine', () => {
  it.each<[string[], boolean, string[]]>([
    [['list'], false, ['list']],
    [['--machine', 'json', 'list'], true, ['list']],
    [['list', '--machine=json'], true, ['list']],
    [['start', 'x', '--machine', 'json'], true, ['start', 'x']],
    // ffx's QMP console has the same name.
    [['console', '--machine'], false, ['console', '--machine']],
    [['console', '--machine', 'demo'], false, ['console', '--machine', 'demo']],
    [['console', 'demo', '--machine'], false, ['console', 'demo', '--machine']],
    [['console', 'demo', '--machine', 'json'], true, ['console', 'demo']],
    [['console', '--machine=json'], true, ['console']],
    [['--machine', 'json', 'console', 'demo', '--machine'], true, ['console', 'demo', '--machine']],
    // An instance may be called like a command.
    [['show', 'console', '--machine', 'json'], true, ['show', 'console']],
  ])('%j', (argv, machine, rest) => {
    expect(takeMachine(argv)).toEqual({ machine, rest, problem: null });
  });

  it.each([[['list', '--machine']], [['list', '--machine', 'xml']], [['console', '--machine=']]])(
    '%j: one format and no other',
    (argv) => {
      expect(takeMachine(argv).problem).toContain('json');
    },
  );
});
