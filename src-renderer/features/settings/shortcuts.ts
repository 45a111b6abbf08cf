/**
 * settings/ owns preferences and the table of keys. A terminal gets every key except the few that are named here,
 * because a guest may want any of them; that is why most of ours need Ctrl+Shift, and none is a bare Ctrl+letter.
 */
import { type InstanceTab, instanceTabs } from '../../state/tabs.ts';

export interface Shortcut {
  readonly keys: string;
  readonly what: string;
  readonly inTerminal: boolean;
}

export const shortcuts: readonly Shortcut[] = [
  { keys: 'F6', what: 'Between the list and the console', inTerminal: true },
  { keys: 'Alt+1 … 6', what: 'Console, Timeline, Ports, Command, Details, Show', inTerminal: true },
  { keys: 'Ctrl+Shift+L', what: 'Launch the selected instance', inTerminal: true },
  { keys: 'Ctrl+Shift+S', what: 'Stop it; again to force', inTerminal: true },
  { keys: 'Ctrl+Shift+F', what: 'Search in the console', inTerminal: true },
  { keys: 'Ctrl+Shift+C', what: 'Copy the selection', inTerminal: true },
  { keys: 'Ctrl+Shift+V', what: 'Paste', inTerminal: true },
  { keys: 'N', what: 'New instance (Ctrl+N in the window)', inTerminal: false },
  { keys: '/', what: 'Search instances (or Ctrl+K)', inTerminal: false },
  { keys: '?', what: 'This list', inTerminal: false },
];

/** Ctrl+1 is the browser's own in a browser; Alt+1 works everywhere. */
export function tabKey(event: KeyboardEvent): InstanceTab | undefined {
  if (event.altKey === event.ctrlKey || event.shiftKey || event.metaKey) return undefined;
  const digit = /^Digit([1-6])$/.exec(event.code)?.[1];
  return digit === undefined ? undefined : instanceTabs[Number(digit) - 1];
}

export type GlobalKey = 'cycle' | 'launch' | 'stop' | InstanceTab;

/** Keys that act wherever the focus is, terminals included. */
export function globalKey(event: KeyboardEvent): GlobalKey | undefined {
  if (event.key === 'F6') return 'cycle';
  if (event.ctrlKey && event.shiftKey && !event.altKey && !event.metaKey) {
    if (event.code === 'KeyL') return 'launch';
    if (event.code === 'KeyS') return 'stop';
  }
  return tabKey(event);
}

/**
 * Says whether a terminal must leave a key alone, and does what the console's own keys ask for. Ctrl+Shift+V is left to
 * the browser: its own paste event works without permission to read the clipboard.
 */
export function consoleKey(event: KeyboardEvent, keys: { search(): void; copy(): void }): boolean {
  if (globalKey(event) !== undefined) return true;
  if (!event.ctrlKey || !event.shiftKey || event.altKey || event.metaKey) return false;
  const act = { KeyF: keys.search, KeyC: keys.copy }[event.code];
  if (act !== undefined) {
    event.preventDefault();
    if (event.type === 'keydown') act();
    return true;
  }
  return event.code === 'KeyV';
}

/** Whether a bare letter is text being typed and not a command. */
export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || target.closest('input, textarea, select, .xterm') !== null;
}
