import { describe, expect, it, vi } from 'vitest';
import { consoleKey, globalKey, tabKey } from './shortcuts.ts';

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
    const keys = { search: vi.fn(), copy: vi.fn() };
    for (const part of [
      { key: 'n', code: 'KeyN', ctrlKey: true },
      { key: 'c', code: 'KeyC', ctrlKey: true },
      { key: 'v', code: 'KeyV', ctrlKey: true },
      { key: 'Escape', code: 'Escape' },
      { key: '1', code: 'Digit1' },
      { key: 'b', code: 'KeyB', altKey: true },
      { key: 'Tab', code: 'Tab', ctrlKey: true },
    ])
      expect(consoleKey(key(part), keys)).toBe(false);
    expect(consoleKey(key({ code: 'KeyF', ctrlKey: true, shiftKey: true }), keys)).toBe(true);
    expect(consoleKey(key({ code: 'KeyC', ctrlKey: true, shiftKey: true }), keys)).toBe(true);
    expect(consoleKey(key({ code: 'KeyV', ctrlKey: true, shiftKey: true }), keys)).toBe(true);
    expect(consoleKey(key({ key: 'F6' }), keys)).toBe(true);
    expect(keys.search).toHaveBeenCalledTimes(1);
    expect(keys.copy).toHaveBeenCalledTimes(1);
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
