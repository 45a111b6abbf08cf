/**
 * What the page knows of instances. Filled by replies and events, each of which carries the whole state of a thing, so
 * applying one twice or late does no harm. Selectors are plain functions of the state.
 */
import { createStore } from 'zustand/vanilla';
import type { SlipwayEvent } from '../../src-shared/contract/events.ts';
import { type Action, allowedActions } from '../../src-shared/lifecycle.ts';
import type { ConsoleName } from '../../src-shared/model/console.ts';
import type { InstanceDetails, InstanceView } from '../../src-shared/model/instance.ts';
import { byName } from './list-rows.ts';
import { type InstanceTab, instanceTabs } from './tabs.ts';

export interface InstancesState {
  /** False until the first list arrived: an empty list and an unknown one look different. */
  readonly loaded: boolean;
  readonly views: readonly InstanceView[];
  readonly details: Readonly<Record<string, InstanceDetails>>;
}

export const createInstancesStore = () =>
  createStore<InstancesState>(() => ({ loaded: false, views: [], details: {} }));

export function withList(state: InstancesState, views: readonly InstanceView[]): InstancesState {
  const known = new Set(views.map((view) => view.id));
  return {
    loaded: true,
    views: [...views].sort(byName),
    details: Object.fromEntries(Object.entries(state.details).filter(([id]) => known.has(id))),
  };
}

/** The same state where nothing about it is new, and the same views but one otherwise: what did not change is not redrawn. */
export function withView(state: InstancesState, view: InstanceView): InstancesState {
  const index = state.views.findIndex((other) => other.id === view.id);
  const before = state.views[index];
  if (before !== undefined && isSameView(before, view)) return state;
  if (before?.name === view.name) return { ...state, views: state.views.with(index, view) };
  const others = state.views.filter((other) => other.id !== view.id);
  return { ...state, views: [...others, view].sort(byName) };
}

/** Both came over the wire through one schema, so the order of their fields is the same. */
const isSameView = (a: InstanceView, b: InstanceView): boolean => JSON.stringify(a) === JSON.stringify(b);

export function withDetails(state: InstancesState, details: InstanceDetails): InstancesState {
  // The view inside may be older than the last event; lists and headers keep to the events.
  return { ...state, details: { ...state.details, [details.view.id]: details } };
}

export function without(state: InstancesState, id: string): InstancesState {
  const { [id]: _, ...details } = state.details;
  return { ...state, views: state.views.filter((view) => view.id !== id), details };
}

export function withEvent(state: InstancesState, event: SlipwayEvent): InstancesState {
  switch (event.type) {
    case 'instanceChanged':
      return withView(state, event.view);
    case 'instanceRemoved':
      return without(state, event.id);
    default:
      return state;
  }
}

const indexes = new WeakMap<readonly InstanceView[], ReadonlyMap<string, InstanceView>>();

/** Every row of a list asks at every change, so looking one up must not look through all. */
export function viewOf({ views }: Pick<InstancesState, 'views'>, id: string | null): InstanceView | undefined {
  if (id === null) return undefined;
  let index = indexes.get(views);
  if (index === undefined) {
    index = new Map(views.map((view) => [view.id, view]));
    indexes.set(views, index);
  }
  return index.get(id);
}

/** The headings there are, in order. */
export function groupsOf({ views }: Pick<InstancesState, 'views'>): string[] {
  return [...new Set(views.map(({ group }) => group))].filter((group) => group !== '').sort();
}

/** What ffx started can be stopped; everything else would change what is ffx's. */
export function actionsOf(view: InstanceView): ReadonlySet<Action> {
  const { phase, paused, processLives } = view.status;
  const allowed = allowedActions({ phase, paused: paused !== null, processLives });
  if (view.origin === 'ffx') return new Set([...allowed].filter((action) => action === 'stop'));
  return allowed;
}

/** The views an instance has. What ffx started was not timed here. */
export function tabsOf({ guestKind, origin }: Pick<InstanceView, 'guestKind' | 'origin'>): readonly InstanceTab[] {
  return instanceTabs.filter((tab) => {
    if (tab === 'show') return guestKind === 'fuchsia';
    return tab !== 'timeline' || origin === 'slipway';
  });
}

/** The console that is to be in front after a launch; null leaves what is. */
export function frontConsole(guest: { readonly kind: string; readonly console?: string }): ConsoleName | null {
  if (guest.kind !== 'fuchsia') return null;
  if (guest.console === 'monitor') return 'monitor';
  return guest.console === 'console' ? 'serial' : null;
}

/** `demo`, then `demo-2`, `demo-3` …: the first that no instance has, however its letters are cased. */
export function freeName(base: string, views: readonly Pick<InstanceView, 'name'>[]): string {
  const taken = new Set(views.map((view) => view.name.toLowerCase()));
  if (!taken.has(base.toLowerCase())) return base;
  let number = 2;
  while (taken.has(`${base}-${number}`.toLowerCase())) number += 1;
  return `${base}-${number}`;
}

/** What of a view makes its details worth asking for again; progress alone does not. */
export function detailsKey(view: InstanceView): string {
  const { phase, paused, ready, boot, failure, since } = view.status;
  const conditions = view.status.conditions.map((c) => `${c.name}${c.state}`).join();
  const ports = view.ports.map((port) => `${port.name}${port.host}${port.state}`).join();
  return [view.name, view.group, phase, paused, ready, boot, failure?.message, since, conditions, ports].join('|');
}
