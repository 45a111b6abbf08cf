/** Ties one terminal surface to one console of an instance for as long as its tab is there. */
import { type RefObject, useEffect, useRef, useState } from 'react';
import { useStore } from 'zustand';
import type { Phase } from '../../../src-shared/lifecycle.ts';
import { ConsoleViewer, type ViewerState } from '../../api/console-viewer.ts';
import { useApplication } from '../../state/context.tsx';
import { openLink } from '../../state/links.ts';
import { consoleKey } from '../settings/shortcuts.ts';
import { useDark } from '../settings/theme.ts';
import type { ConsoleTab } from './console-targets.ts';
import { TerminalSurface } from './terminal-surface.ts';

export interface ConsoleHandle {
  readonly element: RefObject<HTMLDivElement | null>;
  readonly surface: TerminalSurface | null;
  readonly viewer: ViewerState;
  readonly atEnd: boolean;
  readonly found: { readonly index: number; readonly count: number };
  readonly reopen: () => void;
}

export interface ConsoleKeys {
  search(): void;
  copy(): void;
}

const alive: ReadonlySet<Phase> = new Set(['starting', 'running']);

export function useConsole(
  instance: { id: string; phase: Phase; boot: number },
  tab: ConsoleTab,
  visible: boolean,
  keys: ConsoleKeys,
): ConsoleHandle {
  const application = useApplication();
  const element = useRef<HTMLDivElement>(null);
  const [surface, setSurface] = useState<TerminalSurface | null>(null);
  const [viewer, setViewer] = useState<ViewerState>({ state: 'opening' });
  const [atEnd, setAtEnd] = useState(true);
  const [found, setFound] = useState({ index: -1, count: 0 });
  const [attempt, setAttempt] = useState(0);
  const typing = useRef<(bytes: Uint8Array) => void>(() => {});
  const currentKeys = useRef(keys);
  currentKeys.current = keys;
  const fontSize = useStore(application.stores.settings, (settings) => settings.fontSize);
  const epoch = useStore(application.stores.connection, (state) => state.epoch);
  const dark = useDark();
  const look = useRef({ fontSize, dark });
  look.current = { fontSize, dark };

  useEffect(() => {
    const host = element.current;
    if (host === null) return;
    const made = new TerminalSurface({
      ...look.current,
      label: tab.label,
      typed: (bytes) => typing.current(bytes),
      linkOpened: (url) => openLink(application, url),
      scrolled: setAtEnd,
      found: (index, count) => setFound({ index, count }),
      keyTaken: (event) => consoleKey(event, currentKeys.current),
    });
    made.mount(host);
    made.fit();
    const observer = new ResizeObserver(() => made.fit());
    observer.observe(host);
    setSurface(made);
    return () => {
      observer.disconnect();
      made.dispose();
    };
  }, [application, tab.label]);

  useEffect(() => surface?.setFontSize(fontSize), [surface, fontSize]);
  useEffect(() => surface?.setDark(dark), [surface, dark]);
  useEffect(() => surface?.show(visible), [surface, visible]);

  // A connection, an owner or an attempt is a dependency because each of them makes the viewer anew.
  // biome-ignore lint/correctness/useExhaustiveDependencies: see above
  useEffect(() => {
    if (surface === null || epoch === 0) return;
    const made = new ConsoleViewer(application.session, surface, (state) => {
      setViewer(state);
      surface.setReadOnly(state.state !== 'open' || !state.writable);
    });
    typing.current = (bytes) => made.type(bytes);
    void made.open({ id: instance.id, console: tab.console, boot: tab.boot });
    return () => {
      typing.current = () => {};
      made.close();
    };
  }, [application, surface, instance.id, tab.console, tab.boot, epoch, attempt]);

  // What could not be opened is there once the engine is. One that has ended stays: the next boot goes on in it.
  const gone = viewer.state === 'failed';
  const occasion = `${instance.boot}|${instance.phase}`;
  const lastOccasion = useRef(occasion);
  useEffect(() => {
    const changed = lastOccasion.current !== occasion;
    lastOccasion.current = occasion;
    if (changed && gone && tab.boot === null && alive.has(instance.phase)) setAttempt((n) => n + 1);
  }, [occasion, gone, tab.boot, instance.phase]);

  return { element, surface, viewer, atEnd, found, reopen: () => setAttempt((n) => n + 1) };
}
