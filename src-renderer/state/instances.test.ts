import { describe, expect, it } from 'vitest';
import type { Status } from '../../src-shared/model/instance.ts';
import { instanceViewOf as view } from '../../src-shared/testing/instance-view.ts';
import {
  actionsOf,
  detailsKey,
  freeName,
  frontConsole,
  type InstancesState,
  tabsOf,
  viewOf,
  withEvent,
  withList,
  withView,
} from './instances.ts';

const empty: InstancesState = { loaded: false, views: [], details: {} };

describe('instances', () => {
  it('are in the order a person expects, whatever the order they came in', () => {
    const state = withView(withList(empty, [view('demo-10'), view('demo-2')]), view('arm'));
    expect(state.views.map(({ name }) => name)).toEqual(['arm', 'demo-2', 'demo-10']);
  });

  it('take the whole new state from an event, once or twice', () => {
    const event = { type: 'instanceChanged', view: view('demo', { phase: 'running' }) } as const;
    const once = withEvent(withList(empty, [view('demo')]), event);
    expect(withEvent(once, event)).toEqual(once);
    expect(viewOf(once, 'demo')?.status.phase).toBe('running');
    expect(withEvent(once, { type: 'instanceRemoved', id: 'demo', trash: 't' }).views).toEqual([]);
  });

  it('stay what they were where an event says nothing new, and the others stay at any event', () => {
    const state = withList(empty, [view('a'), view('b')]);
    expect(withView(state, view('a'))).toBe(state);
    const changed = withView(state, view('a', { phase: 'running' }));
    expect(changed.views[1]).toBe(state.views[1]);
    expect(viewOf(changed, 'a')?.status.phase).toBe('running');
  });

  it('offer what the lifecycle allows', () => {
    expect([...actionsOf(view('a'))]).toEqual(['launch', 'delete']);
    expect(actionsOf(view('a', { phase: 'running', paused: 'other' })).has('resume')).toBe(true);
    expect([...actionsOf(view('a', { phase: 'failed', processLives: true }))]).toEqual(['stop']);
  });

  it('of ffx can be stopped and nothing else', () => {
    const ffx = (status: Partial<Status>) => view('a', status, { origin: 'ffx', guestKind: 'fuchsia' });
    expect([...actionsOf(ffx({}))]).toEqual([]);
    expect([...actionsOf(ffx({ phase: 'running' }))]).toEqual(['stop']);
    expect([...actionsOf(ffx({ phase: 'failed', processLives: true }))]).toEqual(['stop']);
  });

  it('have the views that mean something for them', () => {
    expect(tabsOf(view('a'))).toEqual(['console', 'timeline', 'ports', 'command', 'details']);
    expect(tabsOf(view('a', {}, { guestKind: 'fuchsia' })).at(-1)).toBe('show');
    expect(tabsOf(view('a', {}, { guestKind: 'fuchsia', origin: 'ffx' }))).not.toContain('timeline');
  });

  it('put the console in front that was asked for', () => {
    expect(frontConsole({ kind: 'demo' })).toBeNull();
    expect(frontConsole({ kind: 'fuchsia', console: 'none' })).toBeNull();
    expect(frontConsole({ kind: 'fuchsia', console: 'console' })).toBe('serial');
    expect(frontConsole({ kind: 'fuchsia', console: 'monitor' })).toBe('monitor');
  });

  it('get a free name', () => {
    expect(freeName('demo', [])).toBe('demo');
    expect(freeName('demo', [view('Demo'), view('demo-2')])).toBe('demo-3');
  });

  it('are not asked for details again because of progress alone', () => {
    const progress = { step: 'copy', done: 1, total: 2, unit: 'bytes' } as const;
    expect(detailsKey(view('a', { progress }))).toBe(detailsKey(view('a', { progress: { ...progress, done: 2 } })));
    expect(detailsKey(view('a'))).not.toBe(detailsKey(view('a', { boot: 1 })));
  });
});
