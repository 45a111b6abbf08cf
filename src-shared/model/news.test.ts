import { describe, expect, it } from 'vitest';
import { instanceViewOf } from '../testing/instance-view.ts';
import type { InstanceView, Status } from './instance.ts';
import { newsOf } from './news.ts';

const all = { notifyReady: true, notifyCrashed: true, notifyPanic: true };
const none = { notifyReady: false, notifyCrashed: false, notifyPanic: false };

const view = (status: Partial<Status>, ports: InstanceView['ports'] = []) =>
  instanceViewOf('Dev', { phase: 'running', boot: 1, pid: 1, processLives: true, ...status }, { id: 'dev', ports });

const running = view({});
const ready = view({ ready: true });
const failed = view({ phase: 'failed', crashed: true, failure: { code: 'engine_exited', message: 'QEMU ended.' } });
const panicked = view({ ready: true, panic: { line: 'Kernel panic - not syncing: x', offset: 10 } });

describe('news', () => {
  it('a guest is ready, with where it listens', () => {
    const port = {
      name: 'ssh',
      protocol: 'tcp',
      guest: 22,
      host: 2222,
      bind: '127.0.0.1',
      state: 'mapped',
      failure: null,
    } as const;
    expect(newsOf(running, view({ ready: true }, [port]), all)).toEqual({
      id: 'dev',
      kind: 'ready',
      title: 'Dev is ready',
      body: 'ssh 127.0.0.1:2222',
    });
  });

  it('a crash and a panic, in their own words', () => {
    expect(newsOf(ready, failed, all)).toMatchObject({ kind: 'crashed', title: 'Dev crashed', body: 'QEMU ended.' });
    expect(newsOf(ready, panicked, all)).toMatchObject({ kind: 'panic', body: 'Kernel panic - not syncing: x' });
  });

  it('a guest that keeps resetting is told once, with what it said last or how often', () => {
    const looping = view({ resetLoop: 3 });
    expect(newsOf(running, looping, all)).toMatchObject({
      kind: 'panic',
      title: 'Dev keeps resetting',
      body: '3 resets in a row.',
    });
    expect(newsOf(looping, view({ resetLoop: 4 }), all)).toBeNull();
    expect(newsOf(panicked, looping, all)).toBeNull();
    expect(newsOf(panicked, { ...panicked, status: { ...panicked.status, boot: 2 } }, all)).not.toBeNull();
  });

  it('is told once', () => {
    expect(newsOf(ready, ready, all)).toBeNull();
    expect(newsOf(failed, failed, all)).toBeNull();
    expect(newsOf(panicked, panicked, all)).toBeNull();
  });

  it('is no news at the first look, and none that a person does not want', () => {
    expect(newsOf(null, failed, all)).toBeNull();
    for (const after of [ready, failed, panicked]) expect(newsOf(running, after, none)).toBeNull();
  });

  it('a stop is none', () => {
    expect(newsOf(ready, view({ phase: 'stopped' }), all)).toBeNull();
  });
});
