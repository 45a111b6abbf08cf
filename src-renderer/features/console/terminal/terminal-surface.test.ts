import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { settingsSchema } from '../../../../src-shared/model/settings.ts';
import { lookOf } from './terminal-look.ts';
import { TerminalSurface } from './terminal-surface.ts';

beforeEach(() => {
  // A terminal parses without a page; only the column beside it is made with it.
  vi.stubGlobal('document', { createElement: () => ({ setAttribute() {}, remove() {} }) });
});
afterEach(() => vi.unstubAllGlobals());

function surface() {
  const told = { scrolled: [] as boolean[], filled: [] as boolean[], printed: 0, found: 0 };
  const nothing = () => undefined;
  const made = new TerminalSurface({
    look: lookOf(settingsSchema.parse({}), true, 'monospace'),
    label: 'serial',
    typed: nothing,
    pasted: nothing,
    selected: nothing,
    linkOpened: nothing,
    keyTaken: () => false,
    scrolled: (atEnd) => told.scrolled.push(atEnd),
    filled: (hasText) => told.filled.push(hasText),
    printed: () => {
      told.printed += 1;
    },
    found: () => {
      told.found += 1;
    },
  });
  const write = (text: string) => new Promise<void>((resolve) => made.write(Buffer.from(text), resolve));
  return { made, told, write };
}

describe('what a terminal tells while a guest floods it', () => {
  it('nothing for each line: the page must not keep a thing for each of them', async () => {
    const { told, write } = surface();
    for (let part = 0; part < 20; part++) await write('one more line of a kernel\r\n'.repeat(500));
    expect(told).toEqual({ scrolled: [], filled: [true], printed: 0, found: 0 });
  });

  it('that its end went out of sight, once, and that it is back', async () => {
    const { made, told, write } = surface();
    await write('line\r\n'.repeat(100));
    made.toTop();
    await write('line\r\n'.repeat(100));
    expect(told.scrolled).toEqual([false]);
    made.toEnd();
    await write('line\r\n'.repeat(100));
    expect(told.scrolled).toEqual([false, true]);
  });
});
