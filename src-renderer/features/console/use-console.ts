/** Ties one terminal to one console of an instance for as long as its tab is there. */
import { useEffect, useRef, useState } from 'react';
import { useStore } from 'zustand';
import type { Phase } from '../../../src-shared/lifecycle.ts';
import { isTerminalReply } from '../../../src-shared/terminal-reply.ts';
import { ConsoleViewer, type ViewerState } from '../../api/console-viewer.ts';
import { unawaited } from '../../api/unawaited.ts';
import { useApplication } from '../../state/context.tsx';
import type { TabContent } from './layout/layout.ts';
import type { TerminalSurface } from './terminal/terminal-surface.ts';

export type ConsoleContent = Extract<TabContent, { kind: 'console' }>;

export interface ConsoleHandle {
  readonly state: ViewerState;
  readonly writable: boolean;
  /** Keys that went nowhere since the last that did not. */
  readonly refused: 'none' | 'keys' | { readonly lostBytes: number };
  readonly viewer: () => ConsoleViewer | null;
  readonly type: (bytes: Uint8Array) => void;
  readonly reopen: () => void;
}

const alive: ReadonlySet<Phase> = new Set(['starting', 'running']);
/** How long it is said that keys went nowhere. */
const refusedMs = 4000;

export function useConsole(
  instance: { id: string; phase: Phase; boot: number },
  { console, boot }: ConsoleContent,
  surface: TerminalSurface | null,
): ConsoleHandle {
  const application = useApplication();
  const [state, setState] = useState<ViewerState>({ state: 'opening' });
  const [refused, setRefused] = useState<ConsoleHandle['refused']>('none');
  const [attempt, setAttempt] = useState(0);
  const viewer = useRef<ConsoleViewer | null>(null);
  const epoch = useStore(application.stores.connection, ({ epoch }) => epoch);
  const connected = useStore(application.stores.connection, ({ connection }) => connection.state === 'connected');

  // A connection, an owner or an attempt is a dependency because each of them makes the viewer anew.
  // biome-ignore lint/correctness/useExhaustiveDependencies: see above
  useEffect(() => {
    if (surface === null || epoch === 0) return;
    const made = new ConsoleViewer(application.session, surface, {
      changed: setState,
      typedLost: (bytes) => setRefused({ lostBytes: bytes }),
    });
    viewer.current = made;
    unawaited(made.open({ id: instance.id, console, boot }));
    return () => {
      viewer.current = null;
      made.close();
    };
  }, [application, surface, instance.id, console, boot, epoch, attempt]);

  useEffect(() => {
    if (refused === 'none') return;
    const timer = setTimeout(() => setRefused('none'), refusedMs);
    return () => clearTimeout(timer);
  }, [refused]);

  // What could not be opened is there once the engine is. One that has ended stays: the next boot goes on in it.
  const gone = state.state === 'failed';
  const occasion = `${instance.boot}|${instance.phase}`;
  const lastOccasion = useRef(occasion);
  useEffect(() => {
    const changed = lastOccasion.current !== occasion;
    lastOccasion.current = occasion;
    if (changed && gone && boot === null && alive.has(instance.phase)) setAttempt((n) => n + 1);
  }, [occasion, gone, boot, instance.phase]);

  return {
    state,
    writable: connected && state.state === 'open' && state.writable,
    refused,
    viewer: () => viewer.current,
    type: (bytes) => {
      const outcome = viewer.current?.type(bytes) ?? 'refused';
      // What a terminal answers by itself is nobody's key.
      if (outcome === 'refused' && !isTerminalReply(bytes)) setRefused('keys');
    },
    reopen: () => setAttempt((n) => n + 1),
  };
}
