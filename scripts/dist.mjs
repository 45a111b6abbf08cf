// `npm run dist`: the packaged application in dist/.
//   --dir      only the unpacked folder (dist/linux-unpacked), what the packaged smoke test needs
//   --release  refuse anything but an official Electron
// Without an official Electron the result is a development build: its name and its resources/build-info.json say so.

import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensureBuilt } from './build.mjs';
import { isEntry, root, run, runScript, Stop } from './checkout.mjs';
import { findElectron } from './electron-runtime.mjs';
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
  return unpacked;
}

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

if (isEntry(import.meta)) {
  await runScript(async (args) => {
    if (process.platform !== 'linux') throw new Stop('Slipway is packaged on Linux, for Linux.');
    await ensureNodeModules();
    const electron = await findElectron({ purpose: 'package', say: sayOnStderr });
    if (electron.kind === 'none') throw new Stop(electron.notice);
    if (args.includes('--release') && electron.kind !== 'official') {
      throw new Stop(`A release needs the official Electron. ${electron.notice}`);
    }
    sayOnStderr(electron.notice);
    await ensureBuilt();
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    const build = describeBuild({ version, electron, commit: await currentCommit() });
    const unpacked = await pack(electron);
    writeFileSync(join(unpacked, 'resources', 'build-info.json'), `${JSON.stringify(build, null, 2)}\n`);
    console.log(args.includes('--dir') ? unpacked : await archive(build.archive));
  });
}
