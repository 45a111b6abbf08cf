// Makes a bare clone ready: Node packages, an Electron, system packages. Quick and silent when nothing is missing.
//   node scripts/setup.mjs [--for=serve|start|test] [--quiet]

import { join } from 'node:path';
import { isEntry, notesDirectory, readJson, root, run, runScript, Stop, withLock } from './checkout.mjs';
import { findElectron } from './electron-runtime.mjs';
import { ensureSystemPackages } from './system-packages.mjs';

const oldestNode = [20, 18];

/** Progress goes to stderr everywhere: stdout may belong to somebody's pipe. */
export function sayOnStderr(text) {
  console.error(text);
}

export function requireNode(version = process.versions.node) {
  const [major, minor] = version.split('.').map(Number);
  if (major > oldestNode[0] || (major === oldestNode[0] && minor >= oldestNode[1])) return;
  throw new Stop(`Slipway needs Node ${oldestNode.join('.')} or newer; this is ${version} (${process.execPath}).`);
}

/**
 * Compared by content, not by time: git and npm both touch these files without changing what they say. npm writes the
 * inner lock file last, so an installation that was cut short counts as none.
 */
export function installationMatches(wanted, installed) {
  if (!wanted?.packages || !installed?.packages) return false;
  return Object.entries(wanted.packages).every(([path, entry]) => {
    if (path === '') return true;
    const present = installed.packages[path];
    if (present === undefined) return entry.optional === true || entry.devOptional === true;
    return present.version === entry.version && present.integrity === entry.integrity;
  });
}

function nodeModulesAreCurrent() {
  const wanted = readJson(join(root, 'package-lock.json'));
  return installationMatches(wanted, readJson(join(root, 'node_modules', '.package-lock.json')));
}

export async function ensureNodeModules({ say = sayOnStderr } = {}) {
  requireNode();
  if (nodeModulesAreCurrent()) return;
  await withLock(join(notesDirectory, 'npm-ci.lock'), async () => {
    if (nodeModulesAreCurrent()) return;
    say('Installing Node packages (npm ci) ...');
    // Everything is bundled, so everything is a devDependency: a NODE_ENV=production shell must not leave them out.
    const { code, text } = await run('npm', ['ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error'], {
      output: 'capture',
    });
    if (code !== 0) throw new Stop(`npm ci failed:\n${text.trim().split('\n').slice(-20).join('\n')}`);
  });
}

/**
 * purpose: 'serve' (no window), 'start' (a window if an Electron can be had) or 'test'.
 * Resolves to the Electron that was found; kind 'none' is no failure of the set-up.
 */
export async function setUp({ purpose, quiet = false }) {
  const say = sayOnStderr;
  await ensureNodeModules({ say });
  const electron = purpose === 'serve' ? undefined : await findElectron({ purpose, say });
  if (electron && (!quiet || electron.kind === 'none')) say(electron.notice);
  // Without an Electron nobody needs its libraries.
  const windowless = purpose === 'start' && electron?.kind === 'none';
  await ensureSystemPackages({ purpose: windowless ? 'serve' : purpose, say });
  return electron;
}

if (isEntry(import.meta)) {
  await runScript(async (args) => {
    const purpose = args.find((argument) => argument.startsWith('--for='))?.slice('--for='.length) ?? 'start';
    if (!['serve', 'start', 'test'].includes(purpose))
      throw new Stop('usage: node scripts/setup.mjs [--for=serve|start|test] [--quiet]');
    await setUp({ purpose, quiet: args.includes('--quiet') });
  });
}
