import { expect, it, vi } from 'vitest';
import type { Status } from '../../src-shared/model/instance.ts';
import { instanceViewOf } from '../../src-shared/testing/instance-view.ts';
import { runningGuests, trayMenu } from './tray-menu.ts';

const view = (name: string, phase: Status['phase'], processLives: boolean) =>
  instanceViewOf(name, { phase, processLives, ready: true });

it('lists the guests that run, each with a way to it and an end to it', () => {
  const actions = { show: vi.fn(), stop: vi.fn(), quit: vi.fn() };
  const guests = runningGuests([view('a', 'running', true), view('b', 'stopped', false)]);
  const items = trayMenu(guests, actions);
  expect(items.map(({ label }) => label).filter(Boolean)).toEqual(['Open Slipway', 'a: ready', 'Quit Slipway']);
  const entry = items.find(({ label }) => label === 'a: ready');
  const submenu = Array.isArray(entry?.submenu) ? entry.submenu : [];
  for (const item of [...items, ...submenu]) (item.click as (() => void) | undefined)?.();
  expect(actions.show.mock.calls).toEqual([[null], ['a']]);
  expect(actions.stop.mock.calls).toEqual([['a']]);
  expect(actions.quit).toHaveBeenCalledOnce();
});

it('says when nothing runs', () => {
  const items = trayMenu([], { show() {}, stop() {}, quit() {} });
  expect(items.map(({ label }) => label)).toContain('No guest is running');
});
