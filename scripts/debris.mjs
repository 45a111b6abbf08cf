// Files in docs/ and assets/ that nothing refers to: pictures of yesterday, what an editor or a script left behind.

import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { listFiles, root } from './checkout.mjs';

const watched = ['docs', 'assets'];
const readers = ['.ci', 'docs', 'assets', 'src-shared', 'src-main', 'src-renderer', 'e2e', 'scripts'];
const isText = (path) => !/\.(png|elf|svg|lock)$/.test(path) && !path.includes('package-lock');

/** What is taken by its folder or by a computed name: nobody can be asked to write each name down. */
const takenByPattern = [
  // scripts/icons.mjs draws them, electron-builder takes the folder.
  /^assets\/icons\/(\d+)x\1\.png$/,
  // Goes into the package as it lies there.
  /^assets\/linux\//,
  // Found by looking.
  /(^|\/)README\.md$/,
  // vitest finds them.
  /\.test\.ts$/,
];

/** True if a text has the name as a word of its own: `console.png` is not in `old-console.png`. */
export function mentions(text, name) {
  for (let at = text.indexOf(name); at !== -1; at = text.indexOf(name, at + 1)) {
    if (!/[\w.-]/.test(text[at - 1] ?? '') && !/[\w-]/.test(text[at + name.length] ?? '')) return true;
  }
  return false;
}

/** `texts` is {path, text} of everything that may refer to a file. A file does not refer to itself. */
export function unreferenced(paths, texts) {
  return paths.filter(
    (path) =>
      !takenByPattern.some((pattern) => pattern.test(path)) &&
      !texts.some((file) => file.path !== path && mentions(file.text, basename(path))),
  );
}

export function findDebris() {
  const beside = readdirSync(root, { withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = [...beside.map(({ name }) => name), ...listFiles(readers).map(({ path }) => path)];
  const texts = paths.filter(isText).map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }));
  return unreferenced(
    listFiles(watched).map(({ path }) => path),
    texts,
  );
}
