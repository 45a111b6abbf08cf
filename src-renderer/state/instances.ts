/**
 * What the page knows of instances. Filled by replies and events, each of which carries the whole state of a thing, so
 * applying one twice or late does no harm. Selectors are plain functions of the state.
 */
import { createStore } from 'zustand/vanilla';
import type { SlipwayEvent } from '../../src-shared/contract/events.ts';
import { type Action, allowedActions } from '../../src-shared/lifecycle.ts';
import type { ConsoleName } from '../../src-shared/model/console.ts';
import type { InstanceDetails, InstanceView } from '../../src-shared/model/instance.ts';
import { type InstanceTab, instanceTabs } from './tabs.ts';

export interface InstancesState {
  /** False until the first list arrived: an empty list and an unknown one look different. */
  readonly loaded: boolean;
  readonly views: readonly InstanceView[];
  readonly details: Readonly<Record<string, InstanceDetails>>;
}

export const createInstancesStore = () =>
  createStore<InstancesState>(() => ({ loaded: false, views: [], details: {} }));

const byName = (a: InstanceView, b: InstanceView): number =>
  a.name.localeCompare(b.name, undefined, { numeric: true }) || a.id.localeCompare(b.id);

export function withList(state: InstancesState, views: readonly InstanceView[]): InstancesState {
  const known = new Set(views.map((view) => view.id));
  return {
    loaded: true,
    views: [...views].sort(byName),
    details: Object.fromEntries(Object.entries(state.details).filter(([id]) => known.has(id))),
  };
}

export function withView(state: InstancesState, view: InstanceView): InstancesState {
  const others = state.views.filter((other) => other.id !== view.id);
  return { ...state, views: [...others, view].sort(byName) };
}

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

export function viewOf(state: InstancesState, id: string | null): InstanceView | undefined {
  return id === null ? undefined : state.views.find((view) => view.id === id);
}

/** Instances whose name, kind, architecture or state contains every word of the filter. */
export function matching(views: readonly InstanceView[], filter: string, word: (view: InstanceView) => string) {
  const wanted = filter.toLowerCase().split(/\s+/).filter(Boolean);
  if (wanted.length === 0) return views;
  return views.filter((view) => {
    const text =
      `${view.name} ${view.origin === 'ffx' ? 'ffx ' : ''}${view.guestKind} ${view.architecture} ${word(view)}`.toLowerCase();
    return wanted.every((part) => text.includes(part));
  });
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
  return [view.name, phase, paused, ready, boot, failure?.message, since, conditions, ports].join('|');
}
