// Turns the sources into out/: main and command line (esbuild), page (vite), read-only inputs (copied).
//   node scripts/build.mjs [--force]
// `ensureBuilt` is what the other scripts call: it costs some stat calls when nothing changed.

import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { packagesOf } from './bundled-packages.mjs';
import { isEntry, listFiles, readJson, root, run, runScript, Stop, withLock, writeAtomically } from './checkout.mjs';

const out = join(root, 'out');
const everyBuild = [
  ...['package.json', 'package-lock.json', 'tsconfig.base.json'],
  ...['scripts/build.mjs', 'scripts/bundled-packages.mjs'],
];

const targets = {
  main: { sources: ['src-main', 'src-shared', ...everyBuild], build: buildMain },
  renderer: { sources: ['src-renderer', 'src-shared', ...everyBuild], build: buildRenderer },
  assets: { sources: ['assets', 'scripts/build.mjs'], build: copyAssets },
};

/** Only what the app reads at run time; the guests' sources stay behind. */
const runtimeAssets = [
  /^assets\/[\w-]+-guest\/[^/]+\.elf$/,
  /^assets\/flag-templates\//,
  /^assets\/icons\/.*\.(png|svg)$/,
];

/** Rebuilds what is out of date. Safe to call from several processes at once. Resolves to the names that were built. */
export async function ensureBuilt({ renderer = true, quiet = false, force = false } = {}) {
  const wanted = renderer ? ['main', 'assets', 'renderer'] : ['main', 'assets'];
  const stale = () => wanted.filter((name) => force || !isCurrent(name));
  if (stale().length === 0) return [];
  return withLock(join(out, '.lock'), async () => {
    const names = stale();
    if (names.length === 0) return [];
    if (!quiet) console.error(`Building ${names.join(', ')} ...`);
    // In a process of its own: the bundlers keep threads and helpers that a command line should not live with.
    const { code, text } = await run(process.execPath, [import.meta.filename, '--targets', ...names], {
      output: 'capture',
    });
    if (code !== 0) throw new Stop(`The build failed:\n${text.trim()}`);
    return names;
  });
}

function digestOf(name) {
  const hash = createHash('sha256').update(process.versions.node);
  for (const { path, mtimeMs, size } of listFiles(targets[name].sources, isSource))
    hash.update(`${path} ${mtimeMs} ${size}\n`);
  return hash.digest('hex');
}

function isSource(path) {
  return !/\.test\.tsx?$/.test(path);
}

function stampPath(name) {
  return join(out, `.built-${name}.json`);
}

function isCurrent(name) {
  return readJson(stampPath(name))?.digest === digestOf(name) && existsSync(join(out, name));
}

/** Folders of the npm packages of which something is in what was built last (`ensureBuilt` first), sorted. */
export function bundledPackages() {
  return [...new Set(Object.keys(targets).flatMap((name) => readJson(stampPath(name))?.packages ?? []))].sort();
}

async function buildTarget(name) {
  // Taken before the build: a file saved while it runs makes the next check rebuild.
  const digest = digestOf(name);
  const work = join(out, `.work-${name}`);
  rmSync(work, { recursive: true, force: true });
  mkdirSync(work, { recursive: true });
  const modules = (await targets[name].build(work)) ?? [];
  publish(work, join(out, name));
  rmSync(work, { recursive: true, force: true });
  writeAtomically(stampPath(name), JSON.stringify({ digest, packages: packagesOf(modules) }));
}

/**
 * Moves file by file, so that an app that runs from there never sees a half-written or missing one; index.html comes
 * last because it names the others.
 */
function publish(work, target) {
  const namesBelow = (directory) =>
    listFiles([relative(root, directory)]).map(({ path }) => relative(directory, join(root, path)));
  const fresh = namesBelow(work).sort((a, b) => Number(a === 'index.html') - Number(b === 'index.html'));
  for (const name of fresh) {
    mkdirSync(dirname(join(target, name)), { recursive: true });
    renameSync(join(work, name), join(target, name));
  }
  for (const name of namesBelow(target))
    if (!fresh.includes(name) && !mayBeNeeded(join(target, name))) rmSync(join(target, name));
}

/** An app that was started before this build still loads the parts of its own build when it comes to them. */
function mayBeNeeded(path) {
  return /^(cli-)?parts$/.test(basename(dirname(path))) && Date.now() - statSync(path).mtimeMs < 24 * 3600_000;
}

/** Lets bundled CommonJS packages (ws, xterm's headless build) call `require` for Node's own modules inside an ES module. */
const requireBanner =
  "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);";

const olderNode = join(root, 'src-main', 'command-line', 'older-node');

/** An import of something that a built-in module does not have cannot be caught at run time: it is looked up here. */
const olderZlib = {
  name: 'older-zlib',
  setup(build) {
    build.onResolve({ filter: /^node:zlib$/ }, ({ importer }) =>
      importer.startsWith(olderNode) ? { path: 'node:zlib', external: true } : { path: join(olderNode, 'zlib.ts') },
    );
  },
};

/** Builds, and resolves to the modules of which something is in the result. */
async function buildMain(outdir) {
  const { build } = await import('esbuild');
  const common = {
    absWorkingDir: root,
    bundle: true,
    metafile: true,
    outdir,
    sourcemap: true,
    logLevel: 'warning',
    external: ['electron'],
  };
  const node = {
    ...common,
    format: 'esm',
    platform: 'node',
    // Electron 33 and Debian's Node are both 20.
    target: 'node20',
    banner: { js: requireBanner },
    // Optional native accelerators of ws: absent on purpose.
    define: { 'process.env.WS_NO_BUFFER_UTIL': '"1"', 'process.env.WS_NO_UTF_8_VALIDATE': '"1"' },
  };
  // What is imported when it is needed is a file of its own.
  const split = (parts) => ({ splitting: true, chunkNames: `${parts}/[name]-[hash]` });
  const results = await Promise.all([
    build({ ...node, ...split('parts'), entryPoints: ['src-main/main.ts'] }),
    // Debian 12's own Node, which the installed command runs on, is 18.
    build({
      ...node,
      ...split('cli-parts'),
      entryPoints: ['src-main/cli.ts'],
      target: 'node18.20',
      inject: [join(olderNode, 'globals.ts')],
      plugins: [olderZlib],
    }),
    // Run as text in a thread, which can only be CommonJS, and lies in no archive's way.
    build({
      ...node,
      banner: {},
      sourcemap: false,
      entryPoints: ['src-main/core/heavy-jobs.ts'],
      format: 'cjs',
      target: 'node18.20',
      outExtension: { '.js': '.cjs' },
    }),
    // A sandboxed preload must be one CommonJS file and has no Node: for the platform "browser" an import of one of
    // Node's modules is a build error here instead of a dead page later.
    build({
      ...common,
      entryPoints: ['src-main/shell/preload.ts'],
      format: 'cjs',
      platform: 'browser',
      target: 'chrome130',
      outExtension: { '.js': '.cjs' },
    }),
  ]);
  return results.flatMap(({ metafile }) =>
    Object.values(metafile.outputs).flatMap(({ inputs }) =>
      Object.entries(inputs).flatMap(([path, { bytesInOutput }]) => (bytesInOutput > 0 ? [path] : [])),
    ),
  );
}

async function buildRenderer(outDir) {
  const { build } = await import('vite');
  const { output } = await build({
    configFile: join(root, 'src-renderer', 'vite.config.ts'),
    logLevel: 'warn',
    build: { outDir, emptyOutDir: true },
  });
  return output.flatMap((chunk) => (chunk.type === 'chunk' ? chunk.moduleIds : chunk.originalFileNames));
}

async function copyAssets(outdir) {
  for (const { path } of listFiles(['assets'], (file) =>
    runtimeAssets.some((pattern) => pattern.test(relative(root, file))),
  )) {
    const target = join(outdir, relative('assets', path));
    mkdirSync(dirname(target), { recursive: true });
    copyFileSync(join(root, path), target);
  }
}

/** The bundlers' messages name file and line; their stacks only tell about themselves. */
function showBundlerError(error) {
  throw Array.isArray(error.errors) ? new Stop(error.message) : error;
}

if (isEntry(import.meta)) {
  await runScript(async (args) => {
    const [flag, ...names] = args;
    // `--targets` is ensureBuilt calling itself in a child process, with the lock held.
    if (flag === '--targets') await Promise.all(names.map(buildTarget)).catch(showBundlerError);
    else await ensureBuilt({ force: args.includes('--force') });
  });
}
