import { describe, expect, it } from 'vitest';
import { consoleAction, globalKey, isKeptFromTerminal, tabKey } from './shortcuts.ts';

const key = (part: Partial<KeyboardEvent>): KeyboardEvent =>
  ({
    key: '',
    code: '',
    type: 'keydown',
    ctrlKey: false,
    shiftKey: false,
    altKey: false,
    metaKey: false,
    preventDefault() {},
    ...part,
  }) as KeyboardEvent;

describe('keys', () => {
  it('leave a terminal everything but the few that are ours', () => {
    for (const part of [
      { key: 'n', code: 'KeyN', ctrlKey: true },
      { key: 'c', code: 'KeyC', ctrlKey: true },
      { key: 'v', code: 'KeyV', ctrlKey: true },
      { key: 'Escape', code: 'Escape' },
      { key: '1', code: 'Digit1' },
      { key: 'b', code: 'KeyB', altKey: true },
      { key: 'Tab', code: 'Tab', ctrlKey: true },
    ])
      expect(isKeptFromTerminal(key(part))).toBe(false);
    expect(isKeptFromTerminal(key({ code: 'KeyV', ctrlKey: true, shiftKey: true }))).toBe(true);
    expect(isKeptFromTerminal(key({ key: 'F6' }))).toBe(true);
    expect(isKeptFromTerminal(key({ code: 'KeyZ', ctrlKey: true, shiftKey: true }))).toBe(false);
    const wanted = { KeyF: 'search', KeyC: 'copy', KeyD: 'splitRight', BracketRight: 'nextTab', Digit0: 'usualSize' };
    for (const [code, action] of Object.entries(wanted)) {
      expect(consoleAction(key({ code, ctrlKey: true, shiftKey: true }))).toBe(action);
      expect(isKeptFromTerminal(key({ code, ctrlKey: true, shiftKey: true }))).toBe(true);
      expect(consoleAction(key({ code, ctrlKey: true }))).toBeUndefined();
    }
  });

  it('choose tabs with Alt or Ctrl, not with both', () => {
    expect(tabKey(key({ code: 'Digit2', altKey: true }))).toBe('timeline');
    expect(tabKey(key({ code: 'Digit5', ctrlKey: true }))).toBe('details');
    expect(tabKey(key({ code: 'Digit1', ctrlKey: true, altKey: true }))).toBeUndefined();
    expect(tabKey(key({ code: 'Digit6', altKey: true }))).toBe('show');
    expect(tabKey(key({ code: 'Digit7', altKey: true }))).toBeUndefined();
    expect(globalKey(key({ code: 'KeyS', ctrlKey: true, shiftKey: true }))).toBe('stop');
  });
});
