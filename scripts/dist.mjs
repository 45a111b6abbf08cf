// `npm run dist`: the packaged application in dist/: unpacked, as tar.gz, as a Debian package and as an AppImage.
//   --dir      only the unpacked folder (dist/linux-unpacked), what the packaged smoke test needs
//   --deb      only that and the Debian package
//   --release  refuse anything but an official Electron, and fail when one of them cannot be made
// Without an official Electron the result is a development build: its name and its resources/build-info.json say so.

import { chmodSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensureBuilt } from './build.mjs';
import { licenceProblems, writeNotices } from './bundled-packages.mjs';
import { isEntry, root, run, runScript, Stop } from './checkout.mjs';
import { findElectron } from './electron-runtime.mjs';
import { describeBundled } from './licences.mjs';
import { packageAppImage } from './package-appimage.mjs';
import { packageDeb } from './package-deb.mjs';
import { ensureNodeModules, sayOnStderr } from './setup.mjs';

const output = join(root, 'dist');

export function describeBuild({ version, electron, commit }) {
  const development = electron.kind !== 'official';
  return {
    version,
    electron: electron.version,
    electronSource: electron.kind,
    development,
    commit,
    archive: `slipway-${version}-linux-${process.arch}${development ? '-development' : ''}`,
  };
}

/** @throws Stop when `electron` must not be packaged: never into a release, whatever it is packaged as. */
export function refuseUnofficial(electron, { release }) {
  if (electron.kind === 'none') throw new Stop(electron.notice);
  if (release && electron.kind !== 'official') {
    throw new Stop(`A release needs the official Electron. ${electron.notice}`);
  }
}

export function parseArguments(args) {
  const unknown = args.find((argument) => !['--dir', '--deb', '--release'].includes(argument));
  if (unknown) throw new Stop(`unknown option ${unknown}; usage: npm run dist -- [--dir | --deb] [--release]`);
  const only = args.includes('--dir') ? [] : args.includes('--deb') ? ['deb'] : ['tar.gz', 'deb', 'AppImage'];
  return { release: args.includes('--release'), targets: only };
}

async function currentCommit() {
  const { code, text } = await run('git', ['rev-parse', 'HEAD'], { output: 'capture' });
  return code === 0 ? text.trim() : undefined;
}

async function pack(electron) {
  const unpacked = join(output, 'linux-unpacked');
  rmSync(unpacked, { recursive: true, force: true });
  const { code, text } = await run(
    process.execPath,
    [
      'node_modules/electron-builder/cli.js',
      '--linux',
      'dir',
      '--config=electron-builder.yml',
      `--config.electronVersion=${electron.version}`,
      `--config.electronDist=${electron.distDirectory}`,
      '--publish=never',
    ],
    { output: 'capture' },
  );
  if (code !== 0) throw new Stop(`electron-builder failed:\n${text.trim()}`);
  // Electron's own start page, unreachable beside app.asar, and the pinned copy's marker.
  for (const name of ['resources/default_app.asar', 'slipway-copy.json']) rmSync(join(unpacked, name), { force: true });
  // The command line shares what QEMU opens with the app.
  symlinkSync('../resources/assets', join(unpacked, 'cli', 'assets'));
  // What the checkout's package.json says of out/.
  writeFileSync(join(unpacked, 'cli', 'package.json'), '{ "private": true, "type": "module" }\n');
  chmodSync(join(unpacked, 'bin', 'slipway'), 0o755);
  return unpacked;
}

async function describeContents(unpacked, build) {
  writeFileSync(join(unpacked, 'resources', 'build-info.json'), `${JSON.stringify(build, null, 2)}\n`);
  const packages = await describeBundled();
  const problems = licenceProblems(packages);
  if (problems.length > 0) throw new Stop(`This must not be given to others:\n  ${problems.join('\n  ')}`);
  writeFileSync(join(unpacked, 'THIRD-PARTY-NOTICES.txt'), writeNotices(packages));
}

/** Each resolves to {path} or {missing}: why not, in words. What cannot be made keeps nothing else from being made. */
const packagers = {
  'tar.gz': async ({ build }) => ({ path: await archive(build.archive) }),
  deb: async (input) => ({ path: await packageDeb(input) }),
  AppImage: packageAppImage,
};

async function archive(name) {
  const target = join(output, `${name}.tar.gz`);
  // No trace of who packed it: sorted, and nobody's user id.
  const args = ['--sort=name', '--owner=0', '--group=0', '--numeric-owner', `--transform=s,^linux-unpacked,${name},`];
  const { code, text } = await run('tar', ['-czf', target, '-C', output, ...args, 'linux-unpacked'], {
    output: 'capture',
  });
  if (code !== 0) throw new Stop(`tar failed: ${text}`);
  return target;
}

async function packageAs(target, input) {
  try {
    return await packagers[target](input);
  } catch (error) {
    if (!(error instanceof Stop)) throw error;
    return { missing: error.message };
  }
}

if (isEntry(import.meta)) {
  await runScript(async (args) => {
    if (process.platform !== 'linux') throw new Stop('Slipway is packaged on Linux, for Linux.');
    const { release, targets } = parseArguments(args);
    await ensureNodeModules();
    const electron = await findElectron({ purpose: 'package', say: sayOnStderr });
    refuseUnofficial(electron, { release });
    sayOnStderr(electron.notice);
    await ensureBuilt();
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    const build = describeBuild({ version, electron, commit: await currentCommit() });
    const unpacked = await pack(electron);
    await describeContents(unpacked, build);
    if (targets.length === 0) console.log(unpacked);
    let incomplete = false;
    for (const target of targets) {
      const { path, missing } = await packageAs(target, { unpacked, output, build });
      if (path !== undefined) console.log(path);
      else {
        incomplete = true;
        console.error(`No ${target}: ${missing}.`);
      }
    }
    return incomplete && (release || targets.length === 1) ? 1 : 0;
  });
}
