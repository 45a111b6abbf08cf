// What the page's first picture costs to fetch: all scripts that index.html names and everything those import, as gzip
// sends it. Parts that come later (`ui/later.tsx`, WebGL, the gallery) are told, not limited.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { ensureBuilt } from './build.mjs';
import { root } from './checkout.mjs';

const mostKilobytes = 350;
const kilobyte = 1024;

/** Names of files that a script cannot run without. `import()` is none of them. */
export function importsOf(code) {
  return [...code.matchAll(/(?:^|[;}\s])(?:import|export)\b[^;"'`()]*?["']\.\/([\w.-]+\.js)["']/g)].map(
    (match) => match[1],
  );
}

export function scriptsOf(html) {
  return [...html.matchAll(/<script\b[^>]*\bsrc="\.\/assets\/([\w.-]+\.js)"/g)].map((match) => match[1]);
}

/** Resolves to {text, errors}. `page`: a built one. */
export async function measurePage(page = join(root, 'out', 'renderer')) {
  if (page.startsWith(root)) await ensureBuilt({ quiet: true });
  const read = (name) => readFileSync(join(page, 'assets', name), 'utf8');
  const first = new Set();
  const reach = (name) => {
    if (first.has(name)) return;
    first.add(name);
    importsOf(read(name)).forEach(reach);
  };
  scriptsOf(readFileSync(join(page, 'index.html'), 'utf8')).forEach(reach);
  const weigh = (names) => names.reduce((sum, name) => sum + gzipSync(read(name), { level: 9 }).length, 0) / kilobyte;
  const scripts = readdirSync(join(page, 'assets')).filter((name) => name.endsWith('.js'));
  const at = weigh([...first]);
  const after = weigh(scripts.filter((name) => !first.has(name)));
  return {
    text: `page, gzip      ${at.toFixed(0)} KiB for the first picture (limit ${mostKilobytes}), ${after.toFixed(0)} KiB later`,
    errors: [
      ...(first.size === 0 ? ['index.html names no script'] : []),
      ...(at > mostKilobytes
        ? [
            `the page's first picture takes ${at.toFixed(0)} KiB of script; the limit is ${mostKilobytes}: make a part come later`,
          ]
        : []),
    ],
  };
}
