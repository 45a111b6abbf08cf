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
  { keys: 'Ctrl+Shift+P', what: 'Command palette: everything that can be done now', inTerminal: true },
  { keys: 'F6', what: 'Between the list and the console', inTerminal: true },
  { keys: 'Alt+1 … 6', what: 'Console, Timeline, Ports, Command, Details, Show', inTerminal: true },
  { keys: 'Ctrl+Shift+L', what: 'Launch the selected instance', inTerminal: true },
  { keys: 'Ctrl+Shift+S', what: 'Stop it; again to force', inTerminal: true },
  { keys: 'Ctrl+Shift+F', what: 'Search in the console', inTerminal: true },
  { keys: 'Ctrl+Shift+C', what: 'Copy the selection', inTerminal: true },
  { keys: 'Ctrl+Shift+V', what: 'Paste', inTerminal: true },
  { keys: 'Ctrl+Shift+K', what: 'Clear the console’s view', inTerminal: true },
  { keys: 'Ctrl+Shift+D', what: 'Split the console to the right', inTerminal: true },
  { keys: 'Ctrl+Shift+E', what: 'Split it down', inTerminal: true },
  { keys: 'Ctrl+Shift+O', what: 'To the next pane', inTerminal: true },
  { keys: 'Ctrl+Shift+U', what: 'Move the tab to the next pane', inTerminal: true },
  { keys: 'Ctrl+Shift+[', what: 'Previous tab of the pane', inTerminal: true },
  { keys: 'Ctrl+Shift+]', what: 'Next tab of the pane', inTerminal: true },
  { keys: 'Ctrl+Shift+X', what: 'Open the console in a window', inTerminal: true },
  { keys: 'Ctrl+Shift++', what: 'Larger console text', inTerminal: true },
  { keys: 'Ctrl+Shift+-', what: 'Smaller console text', inTerminal: true },
  { keys: 'Ctrl+Shift+0', what: 'Console text of the usual size', inTerminal: true },
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

export type GlobalKey = 'palette' | 'cycle' | 'launch' | 'stop' | InstanceTab;

/** Keys that act wherever the focus is, terminals included. */
export function globalKey(event: KeyboardEvent): GlobalKey | undefined {
  if (event.key === 'F6') return 'cycle';
  if (event.ctrlKey && event.shiftKey && !event.altKey && !event.metaKey) {
    if (event.code === 'KeyP') return 'palette';
    if (event.code === 'KeyL') return 'launch';
    if (event.code === 'KeyS') return 'stop';
  }
  return tabKey(event);
}

const consoleActions = {
  KeyF: 'search',
  KeyC: 'copy',
  KeyK: 'clear',
  KeyD: 'splitRight',
  KeyE: 'splitDown',
  KeyO: 'nextPane',
  KeyU: 'moveTab',
  BracketLeft: 'previousTab',
  BracketRight: 'nextTab',
  KeyX: 'detach',
  Equal: 'larger',
  NumpadAdd: 'larger',
  Minus: 'smaller',
  NumpadSubtract: 'smaller',
  Digit0: 'usualSize',
} as const;
export type ConsoleAction = (typeof consoleActions)[keyof typeof consoleActions];

/**
 * What a key asks of the consoles. Ctrl+Shift and a letter or a sign: on a serial line that is the same byte as without
 * Shift, or none, so nothing is taken from a guest.
 */
export function consoleAction(event: KeyboardEvent): ConsoleAction | undefined {
  if (!event.ctrlKey || !event.shiftKey || event.altKey || event.metaKey) return undefined;
  return Object.entries(consoleActions).find(([code]) => code === event.code)?.[1];
}

/**
 * Whether a terminal must leave a key alone. Ctrl+Shift+V is left to the browser: its own paste event works without
 * permission to read the clipboard.
 */
export function isKeptFromTerminal(event: KeyboardEvent): boolean {
  if (globalKey(event) !== undefined || consoleAction(event) !== undefined) return true;
  return event.ctrlKey && event.shiftKey && !event.altKey && !event.metaKey && event.code === 'KeyV';
}

/** Whether a bare letter is text being typed and not a command. */
export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || target.closest('input, textarea, select, .xterm') !== null;
}
