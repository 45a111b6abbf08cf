import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const page = join(import.meta.dirname, '..');
const tokens = readFileSync(join(import.meta.dirname, 'tokens.css'), 'utf8');

/** The declarations of every block whose selector list has `selector`, outside of media queries. */
function blockOf(selector: string): Map<string, string> {
  const plain = tokens.replaceAll(/\/\*.*?\*\//gs, '').replaceAll(/@media[^{]*\{(?:[^{}]*\{[^{}]*\})*[^{}]*\}/g, '');
  const found = new Map<string, string>();
  for (const [, selectors = '', body = ''] of plain.matchAll(/([^{}]+)\{([^{}]*)\}/g))
    if (selectors.split(',').some((one) => one.trim() === selector))
      for (const [, name = '', value = ''] of body.matchAll(/--([\w-]+):\s*([^;]+);/g)) found.set(name, value.trim());
  return found;
}

const themes = { light: blockOf('[data-theme="light"]'), dark: blockOf('[data-theme="dark"]') };
type Theme = keyof typeof themes;
const bothThemes: readonly Theme[] = ['light', 'dark'];

/** What each colour is for decides what it must be told apart from. */
const surfaces = [
  'surface-back',
  'surface',
  'surface-raised',
  'surface-hover',
  'surface-chosen',
  'failed-back',
  'warning-back',
  'terminal-back',
];
const states = ['running', 'starting', 'failed', 'paused', 'elsewhere', 'stopped'];
const texts = ['text', 'text-2', 'text-3', 'accent', ...states];
/** Edges by which a control is recognised; controls stand on these grounds, not in chosen or pointed-at rows. */
const edges = ['line-control'];
const grounds = ['surface-back', 'surface', 'surface-raised', 'failed-back', 'warning-back'];
/** Only divide; nothing is known by them alone. */
const decoration = ['line', 'line-strong', 'failed-line', 'scrim', 'dialog-shadow'];
const solids = ['accent-solid', 'accent-solid-hover'];
const onSolids = ['on-accent'];

function luminance(theme: Theme, name: string): number {
  const hex = /^#([0-9a-f]{6})$/.exec(themes[theme].get(name) ?? '')?.[1];
  if (hex === undefined) throw new Error(`--${name} of ${theme} is not a plain colour`);
  const [red = 0, green = 0, blue = 0] = [0, 2, 4].map((at) => {
    const share = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(theme: Theme, one: string, other: string): number {
  const [high = 0, low = 0] = [luminance(theme, one), luminance(theme, other)].sort((a, b) => b - a);
  return (high + 0.05) / (low + 0.05);
}

/** The pairs below `least`, as words. */
function below(least: number, front: readonly string[], back: readonly string[]): string[] {
  return bothThemes.flatMap((theme) =>
    front.flatMap((one) =>
      back
        .filter((other) => contrast(theme, one, other) < least)
        .map((other) => `${theme}: --${one} on --${other} is ${contrast(theme, one, other).toFixed(2)}`),
    ),
  );
}

const styleSheets = readdirSync(page, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.css'))
  .map((name) => ({ name, text: readFileSync(join(page, name), 'utf8').replaceAll(/\/\*.*?\*\//gs, '') }));

describe('the colours', () => {
  it('are the same set in both themes, each with a purpose', () => {
    const known = [...surfaces, ...texts, ...edges, 'focus', ...decoration, ...solids, ...onSolids].sort();
    for (const theme of bothThemes) expect([...themes[theme].keys()].sort(), theme).toEqual(known);
  });

  it('let every text be read on every surface (4.5 : 1)', () => {
    expect(below(4.5, texts, surfaces)).toEqual([]);
    expect(below(4.5, onSolids, solids)).toEqual([]);
  });

  it('let controls, focus and states be seen on every surface (3 : 1)', () => {
    expect(below(3, ['focus', 'accent', ...states], surfaces)).toEqual([]);
    expect(below(3, [...edges, ...solids], grounds)).toEqual([]);
  });

  it('are written nowhere else', () => {
    const stray = styleSheets
      .filter(({ name }) => !name.endsWith('tokens.css'))
      .flatMap(({ name, text }) =>
        [...text.matchAll(/#[0-9a-f]{3,8}\b(?=[^{}]*;)|\b(?:rgb|hsl|oklch)a?\([^)]*\)/gi)].map(
          ([colour]) => `${name}: ${colour}`,
        ),
      );
    expect(stray).toEqual([]);
  });
});

describe('a class', () => {
  it('of one feature is not styled by another', () => {
    const owners = new Map<string, Set<string>>();
    for (const { name, text } of styleSheets)
      for (const [, selector = ''] of text.matchAll(/([^{}]+)\{/g))
        for (const one of selector.split(',')) {
          const first = /^\s*\.([\w-]+)/.exec(one)?.[1];
          const folder = /^features\/[^/]+/.exec(name.replaceAll('\\', '/'))?.[0];
          if (first !== undefined && folder !== undefined)
            owners.set(first, (owners.get(first) ?? new Set()).add(folder));
        }
    expect([...owners].filter(([, folders]) => folders.size > 1).map(([name]) => name)).toEqual([]);
  });
});

describe('the tokens', () => {
  it('that a style sheet uses exist', () => {
    const code = readdirSync(page, { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.tsx?$/.test(name))
      .map((name) => readFileSync(join(page, name), 'utf8'));
    const defined = new Set([
      ...styleSheets.flatMap(({ text }) => [...text.matchAll(/--[\w-]+(?=\s*:)/g)].map(([name]) => name)),
      // Set by a component, in its style.
      ...code.flatMap((text) => [...text.matchAll(/['"](--[\w-]+)['"]/g)].map(([, name]) => name)),
    ]);
    const missing = styleSheets.flatMap(({ name, text }) =>
      [...text.matchAll(/var\((--[\w-]+)([,)])/g)]
        // Set by a library, with a fallback here.
        .filter(([, used = '', then]) => !defined.has(used) && then !== ',')
        .map(([, used]) => `${name}: ${used}`),
    );
    expect(missing).toEqual([]);
  });

  it('for sizes are denser where compact was chosen', () => {
    const comfortable = blockOf('[data-density="comfortable"]');
    const compact = blockOf('[data-density="compact"]');
    expect([...compact.keys()]).toEqual([...comfortable.keys()]);
    for (const [name, value] of compact)
      expect(Number.parseInt(value, 10), `--${name}`).toBeLessThan(Number.parseInt(comfortable.get(name) ?? '', 10));
  });

  it('for time are nothing where motion is not wanted', () => {
    const still = /@media \(prefers-reduced-motion: reduce\) \{([^@]*)\}/.exec(tokens)?.[1] ?? '';
    for (const [name, value] of blockOf(':root')) if (value.endsWith('ms')) expect(still).toContain(`--${name}: 0ms`);
  });
});
