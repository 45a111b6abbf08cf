import { expect, test } from 'vitest';
import { findDebris, mentions, unreferenced } from './debris.mjs';

test('a name counts as a word of its own only', () => {
  expect(mentions('![x](docs/console.png)', 'console.png')).toBe(true);
  expect(mentions('docs/old-console.png docs/console.png2 x.console.png', 'console.png')).toBe(false);
  expect(mentions('old-console.png and console.png.', 'console.png')).toBe(true);
});

test('what nothing refers to is found; what only speaks of itself, too', () => {
  const texts = [
    { path: 'README.md', text: '![a](docs/a.png)' },
    { path: 'docs/notes.md', text: '# docs/notes.md' },
  ];
  expect(unreferenced(['docs/a.png', 'docs/b.png', 'docs/notes.md'], texts)).toEqual(['docs/b.png', 'docs/notes.md']);
});

test('icons by their size, and nothing else that lies beside them', () => {
  const icons = ['assets/icons/16x16.png', 'assets/icons/16x32.png', 'assets/icons/old.png'];
  expect(unreferenced(icons, [])).toEqual(['assets/icons/16x32.png', 'assets/icons/old.png']);
});

test('this checkout has none', () => {
  expect(findDebris()).toEqual([]);
});
