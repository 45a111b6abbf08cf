/**
 * settings/ owns preferences and the table of keys. A terminal gets every key except the few that are named here,
 * because a guest may want any of them; that is why most of ours need Ctrl+Shift, and none is a bare Ctrl+letter.
 */
import type { ConsoleAction } from '../../state/console-actions.ts';
import { type InstanceTab, instanceTabs } from '../../state/tabs.ts';
import { shortcutStrings as strings } from '../../strings/shortcuts.ts';

export interface Shortcut {
  readonly keys: string;
  readonly what: string;
}

export interface ShortcutSection {
  readonly title: string;
  readonly shortcuts: readonly Shortcut[];
}

export const consoleShortcuts: readonly (Shortcut & { readonly action: ConsoleAction })[] = [
  { action: 'search', keys: 'Ctrl+Shift+F', what: strings.search },
  { action: 'copy', keys: 'Ctrl+Shift+C', what: strings.copy },
  { action: 'clear', keys: 'Ctrl+Shift+K', what: strings.clear },
  { action: 'splitRight', keys: 'Ctrl+Shift+D', what: strings.splitRight },
  { action: 'splitDown', keys: 'Ctrl+Shift+E', what: strings.splitDown },
  { action: 'nextPane', keys: 'Ctrl+Shift+O', what: strings.nextPane },
  { action: 'moveTab', keys: 'Ctrl+Shift+U', what: strings.moveTab },
  { action: 'previousTab', keys: 'Ctrl+Shift+[', what: strings.previousTab },
  { action: 'nextTab', keys: 'Ctrl+Shift+]', what: strings.nextTab },
  { action: 'detach', keys: 'Ctrl+Shift+X', what: strings.detach },
  { action: 'larger', keys: 'Ctrl+Shift++', what: strings.larger },
  { action: 'smaller', keys: 'Ctrl+Shift+-', what: strings.smaller },
  { action: 'usualSize', keys: 'Ctrl+Shift+0', what: strings.usualSize },
];

/** Everything there is, for the sheet; what each key does is decided below and by whoever owns the list. */
export const shortcutSections: readonly ShortcutSection[] = [
  {
    title: strings.sections.everywhere,
    shortcuts: [
      { keys: 'Ctrl+Shift+P', what: strings.palette },
      { keys: 'F6', what: strings.cycle },
      { keys: 'Alt+1 … 6', what: strings.tabs },
      { keys: 'Ctrl+Shift+L', what: strings.launch },
      { keys: 'Ctrl+Shift+S', what: strings.stop },
    ],
  },
  {
    title: strings.sections.console,
    shortcuts: [
      ...consoleShortcuts.slice(0, 2),
      { keys: 'Ctrl+Shift+V', what: strings.paste },
      ...consoleShortcuts.slice(2),
    ],
  },
  {
    title: strings.sections.list,
    shortcuts: [
      { keys: '↑ ↓ or J K', what: strings.move },
      { keys: 'Page Up/Down, Home, End', what: strings.far },
      { keys: 'Shift+↑ ↓', what: strings.range },
      { keys: 'Space', what: strings.toggle },
      { keys: 'Ctrl+A', what: strings.all },
      { keys: 'Esc', what: strings.none },
      { keys: '← →', what: strings.fold },
      { keys: 'F2', what: strings.rename },
      { keys: 'Menu or Shift+F10', what: strings.menu },
      { keys: 'Delete', what: strings.delete },
    ],
  },
  {
    title: strings.sections.page,
    shortcuts: [
      { keys: 'N', what: strings.newInstance },
      { keys: '/', what: strings.find },
      { keys: '?', what: strings.sheet },
      { keys: 'Ctrl+Enter', what: strings.submit },
    ],
  },
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

const consoleKeys: Readonly<Record<string, ConsoleAction>> = {
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
};

/**
 * What a key asks of the consoles. Ctrl+Shift and a letter or a sign: on a serial line that is the same byte as without
 * Shift, or none, so nothing is taken from a guest.
 */
export function consoleAction(event: KeyboardEvent): ConsoleAction | undefined {
  if (!event.ctrlKey || !event.shiftKey || event.altKey || event.metaKey) return undefined;
  return Object.hasOwn(consoleKeys, event.code) ? consoleKeys[event.code] : undefined;
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
