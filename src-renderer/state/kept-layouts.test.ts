import { expect, it } from 'vitest';
import { forgetLayouts, layoutKey } from './kept-layouts.ts';

it('what is kept of instances that are no more goes, and nothing else', () => {
  const kept = new Map(
    [layoutKey('a'), layoutKey('gone'), 'slipway-window-layout:gone:serial:', 'theme'].map((key) => [key, 'x']),
  );
  const storage = {
    get length() {
      return kept.size;
    },
    key: (index: number) => [...kept.keys()][index] ?? null,
    removeItem: (key: string) => void kept.delete(key),
  };
  forgetLayouts(storage, new Set(['a', 'b']));
  expect([...kept.keys()]).toEqual([layoutKey('a'), 'theme']);
});
