import { expect, it } from 'vitest';
import { instanceViewOf } from '../testing/instance-view.ts';
import { type Status, statusWord } from './instance.ts';

const panic = { line: 'Kernel panic - not syncing: x', offset: 0 };

it.each<[string, Partial<Status>]>([
  ['panicked', { phase: 'running', ready: true, panic }],
  ['panicked', { phase: 'running', paused: 'other', panic }],
  ['panicked', { phase: 'stopped', panic }],
  ['panicked', { phase: 'failed', panic }],
  ['reset loop', { phase: 'running', ready: true, panic, resetLoop: 5 }],
  ['reset loop', { phase: 'stopped', resetLoop: 5 }],
  ['not answering', { phase: 'running', ready: true, answers: false }],
  ['stopping', { phase: 'stopping', panic }],
  ['ready', { phase: 'running', ready: true }],
  ['stopped', { phase: 'stopped' }],
])('%s: %j', (word, status) => {
  expect(statusWord(instanceViewOf('a', status).status)).toBe(word);
});
