/** A module of the product's sources as one file that Node can import: benches measure what ships, not a transpiler. */
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

export const root = fileURLToPath(new URL('../..', import.meta.url));

/** As the app's own build does, for CommonJS packages that call require. */
const requireBanner =
  "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);";

/** `contents`: a module's text, with paths from the checkout. */
export async function bundleTo(outfile, contents) {
  await build({
    stdin: { contents, resolveDir: root },
    bundle: true,
    platform: 'node',
    format: 'esm',
    outfile,
    logLevel: 'error',
    banner: { js: requireBanner },
  });
}

/** Resolves to the module. */
export async function importBundled(contents, directory) {
  const outfile = join(directory, 'bundle.mjs');
  await bundleTo(outfile, contents);
  return import(pathToFileURL(outfile).href);
}

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

export function numberAfter(name, otherwise) {
  const at = process.argv.indexOf(name);
  return at < 0 ? otherwise : Number(process.argv[at + 1]);
}
