import { describe, expect, it } from 'vitest';
import { alignColumns, displayWidth } from './display-width.ts';

describe('columns in a terminal', () => {
  it.each([
    ['', 0],
    ['demo', 4],
    ['日本語', 6],
    ['ｈ', 2],
    ['한국', 4],
    ['e\u0301', 1],
    ['🚢', 2],
    ['👩‍👩‍👧', 2],
    ['🇯🇵', 2],
    ['❤️', 2],
    ['a\u200bb', 2],
    ['→é', 2],
  ])('"%s" takes %i', (text, width) => {
    expect(displayWidth(text)).toBe(width);
  });

  it('are aligned by what is seen, without blanks at the end', () => {
    const lines = alignColumns([
      ['[ready]', '船 🚢', 'demo/x86_64', 'ssh 1'],
      ['[stopped]', 'plain', 'demo/x86_64', ''],
    ]);
    expect(lines).toEqual(['[ready]    船 🚢  demo/x86_64  ssh 1', '[stopped]  plain  demo/x86_64']);
  });
});
