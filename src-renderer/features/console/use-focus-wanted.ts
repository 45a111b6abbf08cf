/** Gives a terminal the keys when its tab was asked for, or when a launch was. */
import { useEffect } from 'react';
import { useStore } from 'zustand';
import { useApplication } from '../../state/context.tsx';
import { focusedPane } from './layout/layout.ts';
import type { TerminalSurface } from './terminal/terminal-surface.ts';
import { useWorkspace } from './workspace-context.ts';

/** After the dialog that asked for it has given the focus back. */
const focusDelayMs = 60;

/** To a terminal from which a dialog took them, and which is not where the dialog would put them. */
export function giveKeysBack(surface: TerminalSurface): void {
  setTimeout(() => surface.focus(), focusDelayMs);
}

export function useFocusWanted(tab: string, surface: TerminalSurface | null, visible: boolean): void {
  const { stores } = useApplication();
  const { focusWanted, layout } = useWorkspace();
  const inFront = visible && focusedPane(layout).active === tab;
  const afterLaunch = useStore(stores.view, (state) => state.focusConsole);
  useEffect(() => {
    if (!afterLaunch || !inFront || surface === null) return;
    stores.view.setState({ focusConsole: false });
    setTimeout(() => {
      // Not away from where someone types by then.
      if (!(document.activeElement instanceof HTMLInputElement)) surface.focus();
    }, focusDelayMs);
  }, [afterLaunch, inFront, surface, stores]);
  useEffect(() => {
    if (focusWanted?.tab === tab && visible) surface?.focus();
  }, [focusWanted, tab, visible, surface]);
}
