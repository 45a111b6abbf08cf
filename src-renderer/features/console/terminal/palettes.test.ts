import { describe, expect, it } from 'vitest';
import { contrast } from './contrast.ts';
import { palettes } from './palettes.ts';

const colourNames = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white'];
const readable = 4.5;

it('contrast is that of WCAG', () => {
  expect(contrast('#000000', '#ffffff')).toBeCloseTo(21);
  expect(contrast('#777777', '#ffffff')).toBeCloseTo(4.48, 2);
  expect(contrast('#123456', '#123456')).toBe(1);
});

const all = Object.entries(palettes).flatMap(([name, both]) =>
  Object.entries(both).map(([theme, palette]) => [`${name}, ${theme}`, palette] as const),
);

describe.each(all)('palette %s', (name, { background, foreground, cursor, selection, colours, match, activeMatch }) => {
  it('has sixteen colours', () => {
    expect(colours).toHaveLength(16);
    for (const colour of colours) expect(colour).toMatch(/^#[0-9a-f]{6}$/);
  });

  it('text is read on its ground, selected and found too', () => {
    const least = name.startsWith('high-contrast') ? 7 : readable;
    expect(contrast(foreground, background)).toBeGreaterThanOrEqual(least);
    for (const ground of [selection, match, activeMatch])
      expect(contrast(foreground, ground), ground).toBeGreaterThanOrEqual(readable);
    expect(contrast(cursor, background)).toBeGreaterThanOrEqual(3);
  });

  it('every colour is read on the ground, but black on dark', () => {
    const dark = contrast(background, '#ffffff') > contrast(background, '#000000');
    colours.forEach((colour, index) => {
      if (dark && index === 0) return;
      const what = `${index > 7 ? 'bright ' : ''}${colourNames[index % 8]}`;
      expect(contrast(colour, background), what).toBeGreaterThanOrEqual(readable);
    });
  });
});
