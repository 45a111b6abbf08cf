// How large the rooms are: figures to look at, and two hard limits (a small preload, no `any`).

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { listFiles, root } from './checkout.mjs';

const folders = ['src-shared', 'src-main/core', 'src-main', 'src-renderer', 'e2e', 'scripts'];
const preload = { path: 'src-main/shell/preload.ts', maxLines: 80 };

const isCode = (path) => /\.(tsx?|mjs)$/.test(path);
const isTest = (path) => /\.test\.(tsx?|mjs)$/.test(path);

export function figures(lineCounts) {
  const sorted = [...lineCounts].sort((a, b) => a - b);
  const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
  return { files: sorted.length, median: at(0.5), p95: at(0.95), max: sorted.at(-1) };
}

/** How often a source says `any` as a type (words in text and comments are not types). */
export function countAny(ts, path, source) {
  let count = 0;
  const visit = (node) => {
    if (node.kind === ts.SyntaxKind.AnyKeyword) count += 1;
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(path, source, ts.ScriptTarget.Latest, false));
  return count;
}

/** Resolves to {text, errors}. */
export async function measureBudget() {
  const { default: ts } = await import('typescript');
  const files = listFiles(['src-shared', 'src-main', 'src-renderer', 'e2e', 'scripts'], isCode).map(({ path }) => {
    const source = readFileSync(join(root, path), 'utf8');
    return { path, source, lines: source.split('\n').length - 1 };
  });
  const rows = folders.flatMap((folder) => {
    // A file counts for the innermost folder of the table only.
    const own = files.filter(
      ({ path }) => !isTest(path) && folders.find((name) => path.startsWith(`${name}/`)) === folder,
    );
    if (own.length === 0) return [];
    const { files: count, median, p95, max } = figures(own.map(({ lines }) => lines));
    const longest = own.find(({ lines }) => lines === max).path;
    return [
      `${folder.padEnd(14)} ${[count, median, p95, max].map((figure) => String(figure).padStart(6)).join(' ')}  ${longest}`,
    ];
  });
  const errors = files.flatMap(({ path, source, lines }) => [
    ...(path === preload.path && lines > preload.maxLines
      ? [`${path} has ${lines} lines; the limit is ${preload.maxLines}`]
      : []),
    ...(path.startsWith('src-') && countAny(ts, path, source) > 0 ? [`${path} uses the type any`] : []),
  ]);
  return { text: ['lines per file   files median    p95    max  longest', ...rows].join('\n'), errors };
}
