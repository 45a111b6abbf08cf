import { describe, expect, it } from 'vitest';
import { type InstanceView, instanceViewSchema } from '../../src-shared/model/instance.ts';
import { engineState } from './engine-state.ts';
import { obvious } from './named-instance.ts';

function view(name: string, phase: InstanceView['status']['phase'], change: object = {}): InstanceView {
  const runs = phase === 'running';
  return instanceViewSchema.parse({
    id: name,
    name,
    guestKind: 'fuchsia',
    architecture: 'x86_64',
    ports: [],
    status: {
      ...{ phase, crashed: false, paused: null, ready: runs, progress: null, conditions: [], failure: null },
      ...{ lastLines: [], acceleration: null, boot: 1, pid: runs ? 7 : null, processLives: runs },
      ...{ since: '2026-01-01T00:00:00.000Z', startedAt: null, ...change },
    },
  });
}

describe('the instance that is meant without a name, by ffx’s newest rule', () => {
  it.each<[string, InstanceView[], string]>([
    ['the only one that runs', [view('a', 'stopped'), view('b', 'running'), view('c', 'failed')], 'b'],
    ['the only one there is', [view('a', 'stopped')], 'a'],
    ['what is being made counts as running', [view('a', 'staging'), view('b', 'stopped')], 'a'],
  ])('%s', (_, views, name) => {
    expect(obvious(views).name).toBe(name);
  });

  it.each<[string, InstanceView[], string, string]>([
    ['none', [], 'unknown_instance', 'There is no instance.'],
    [
      'several run',
      [view('a', 'running'), view('b', 'running'), view('c', 'stopped')],
      'invalid_input',
      'Several instances run.',
    ],
    ['several, none of them runs', [view('a', 'stopped'), view('b', 'failed')], 'invalid_input', 'none of them runs'],
  ])('%s: which one?', (_, views, code, words) => {
    let thrown: unknown;
    try {
      obvious(views);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toMatchObject({ code });
    expect(String(thrown)).toContain(words);
  });
});

describe('ffx’s word for a state', () => {
  it.each<[string, InstanceView, string]>([
    ['a process lives', view('a', 'running'), 'running'],
    ['… also one that no longer answers', view('a', 'failed', { processLives: true }), 'running'],
    ['… also one that somebody else holds', view('a', 'elsewhere'), 'running'],
    ['images are being made', view('a', 'staging'), 'configured'],
    ['never booted', view('a', 'stopped', { boot: 0 }), 'configured'],
    ['stopped', view('a', 'stopped'), 'staged'],
    ['died', view('a', 'failed', { crashed: true }), 'staged'],
    ['could not be made or read', view('a', 'failed'), 'error'],
  ])('%s', (_, instance, word) => {
    expect(engineState(instance)).toBe(word);
  });
});
