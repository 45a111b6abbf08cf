/**
 * state/ owns what the page remembers: small vanilla stores, changed by replies, events and the person. It must never
 * decide what is true of an instance; that is told by the core.
 */
import { createStore } from 'zustand/vanilla';
import type { Failure } from '../../src-shared/contract/errors.ts';
import type { ConsoleName } from '../../src-shared/model/console.ts';
import type { HostDescription } from '../../src-shared/model/host.ts';
import { type Settings, settingsSchema } from '../../src-shared/model/settings.ts';
import type { FileReference } from '../../src-shared/model/spec.ts';
import type { Connection } from '../api/session.ts';
import type { ConsoleAction } from './console-actions.ts';
import { createInstancesStore } from './instances.ts';
import { createListStore } from './list.ts';
import type { InstanceTab } from './tabs.ts';

export type GuestKind = 'demo' | 'linux' | 'kernel' | 'disk' | 'firmware' | 'fuchsia';

export type OpenDialog =
  | {
      readonly kind: 'launch';
      /** Straight to this guest's form; left out: the gallery of sources. */
      readonly guest?: GuestKind;
      /** A QEMU command line or a script: straight to where it is read. */
      readonly pasted?: string;
      readonly dropped?: FileReference;
    }
  | {
      readonly kind: 'edit';
      readonly id: string;
      /** Dotted path into the draft of the field to go to. */
      readonly field?: string;
    }
  | { readonly kind: 'saveTemplate'; readonly id: string }
  | { readonly kind: 'delete'; readonly id: string }
  | { readonly kind: 'deleteMany'; readonly ids: readonly string[] }
  | { readonly kind: 'group'; readonly ids: readonly string[] }
  | { readonly kind: 'duplicate'; readonly id: string }
  | { readonly kind: 'screenshot'; readonly id: string }
  | { readonly kind: 'palette' }
  | { readonly kind: 'shortcuts' };

/** What the right side shows: the selected instance, or a page. The gallery is for whoever works on the look. */
export type PageName = 'instances' | 'doctor' | 'settings' | 'gallery';

export interface ViewState {
  readonly selected: string | null;
  readonly page: PageName;
  readonly tab: InstanceTab;
  readonly filter: string;
  readonly dialog: OpenDialog | null;
  /** A launch was asked for: whoever shows its console lets the person type there. */
  readonly focusConsole: boolean;
  /** What was asked of the consoles from elsewhere; the workspace takes it. */
  readonly consoleAction: ConsoleAction | null;
  /** A boot whose transcript was asked for from elsewhere; the console pane takes it. */
  readonly bootToShow: number | null;
  /** A console that is to be in front of an instance's others; its console pane takes it. */
  readonly consoleToShow: { readonly id: string; readonly console: ConsoleName } | null;
}

export interface ConnectionState {
  readonly connection: Connection;
  /** Grows with every new owner or connection: whatever was open is to be opened again. */
  readonly epoch: number;
}

export interface Notice {
  readonly id: number;
  readonly tone: 'plain' | 'failure';
  readonly text: string;
  readonly failure: Failure | null;
  readonly action: { readonly label: string; run(): void } | null;
}

export const createStores = () => ({
  connection: createStore<ConnectionState>(() => ({ connection: { state: 'connecting' }, epoch: 0 })),
  host: createStore<{ readonly host: HostDescription | null }>(() => ({ host: null })),
  settings: createStore<Settings>(() => settingsSchema.parse({})),
  instances: createInstancesStore(),
  list: createListStore(),
  view: createStore<ViewState>(() => ({
    selected: null,
    page: 'instances',
    tab: 'console',
    filter: '',
    dialog: null,
    focusConsole: false,
    consoleAction: null,
    bootToShow: null,
    consoleToShow: null,
  })),
  notices: createStore<{ readonly notices: readonly Notice[] }>(() => ({ notices: [] })),
  /** Calls under way per instance, so that a button cannot be pressed twice into the same moment. */
  busy: createStore<{ readonly calls: Readonly<Record<string, string>> }>(() => ({ calls: {} })),
});
export type Stores = ReturnType<typeof createStores>;
