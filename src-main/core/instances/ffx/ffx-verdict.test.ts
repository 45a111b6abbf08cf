import { describe, expect, it } from 'vitest';
import { decideFfx, type FfxFacts } from './ffx-verdict.ts';

const staged: FfxFacts = {
  record: 'read',
  stored: 'staged',
  imagesStaged: true,
  processIsOurs: false,
  socketsLeft: false,
  stopping: false,
  endedByUs: false,
};

describe('what became of an instance of ffx', () => {
  it.each<[string, Partial<FfxFacts>, ReturnType<typeof decideFfx>]>([
    ['staged', {}, { engineState: 'staged', phase: 'stopped', fault: null }],
    [
      'never staged',
      { stored: 'configured', imagesStaged: false },
      { engineState: 'configured', phase: 'stopped', fault: null },
    ],
    [
      'running',
      { stored: 'running', processIsOurs: true, socketsLeft: true },
      { engineState: 'running', phase: 'running', fault: null },
    ],
    [
      'running though ffx did not record it',
      { processIsOurs: true, socketsLeft: true },
      { engineState: 'running', phase: 'running', fault: null },
    ],
    [
      'running with a broken record',
      { record: 'broken', stored: 'error', processIsOurs: true },
      { engineState: 'running', phase: 'running', fault: null },
    ],
    [
      'being stopped',
      { stored: 'running', processIsOurs: true, stopping: true },
      { engineState: 'running', phase: 'stopping', fault: null },
    ],
    [
      '"running" and gone in good order',
      { stored: 'running' },
      { engineState: 'staged', phase: 'stopped', fault: null },
    ],
    [
      '"running" and killed',
      { stored: 'running', socketsLeft: true },
      { engineState: 'staged', phase: 'failed', fault: 'crashed' },
    ],
    [
      '"running" and killed by our stop',
      { stored: 'running', socketsLeft: true, endedByUs: true },
      { engineState: 'staged', phase: 'stopped', fault: null },
    ],
    ['killed by ffx stop', { socketsLeft: true }, { engineState: 'staged', phase: 'stopped', fault: null }],
    [
      'failed at staging',
      { stored: 'error', imagesStaged: false },
      { engineState: 'error', phase: 'failed', fault: 'ffx-failed' },
    ],
    [
      'unreadable',
      { record: 'broken', stored: 'error' },
      { engineState: 'error', phase: 'failed', fault: 'record-broken' },
    ],
  ])('%s', (_, change, expected) => {
    expect(decideFfx({ ...staged, ...change })).toEqual(expected);
  });
});
