// The AppImage, made by electron-builder from the unpacked app. It begins with a program that is not on the npm
// registry and not in Debian: the type-2 runtime, which mounts the rest of the file. electron-builder fetches it with
// its other tools from its release host; where that cannot be reached they have to be given.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { root, run } from './checkout.mjs';

const releases = 'https://github.com/electron-userland/electron-builder-binaries/releases';
/** electron-builder.yml chooses the tools' version; this is where it looks for them in a given folder. */
export const toolPlaces = ['mksquashfs', 'desktop-file-validate', 'runtimes/runtime-x64', 'lib/x64'];
const answerMs = 5000;

/** Resolves to why it cannot be made here, or undefined. */
export async function appImageObstacle({ environment = process.env, reach = reachReleases } = {}) {
  if (process.arch !== 'x64') return `it is made on and for x64 only, and this is ${process.arch}`;
  const folder = environment.APPIMAGE_TOOLS_PATH;
  if (folder) {
    const missing = toolPlaces.filter((place) => !existsSync(join(folder, place)));
    return missing.length === 0 ? undefined : `APPIMAGE_TOOLS_PATH=${folder} lacks ${missing.join(', ')}`;
  }
  const problem = await reach();
  if (problem === undefined) return undefined;
  return (
    `the AppImage runtime (runtime-x64, the program every AppImage begins with) is neither on the npm registry nor in ` +
    `Debian, and its release host cannot be reached (${problem}). Unpack appimage@1.0.3 from ${releases} ` +
    `and set APPIMAGE_TOOLS_PATH to that folder (${toolPlaces.join(', ')})`
  );
}

async function reachReleases() {
  // Node's fetch uses no proxies, electron-builder does: with one, only trying tells.
  if (process.env.HTTPS_PROXY || process.env.https_proxy) return undefined;
  try {
    const answer = await fetch(releases, { method: 'HEAD', signal: AbortSignal.timeout(answerMs) });
    return answer.ok ? undefined : `it answers ${answer.status}`;
  } catch (error) {
    return error.cause?.message ?? error.message;
  }
}

/** Resolves to {path} or {missing}: what is missing, in words. */
export async function packageAppImage({ unpacked, output, build }) {
  const obstacle = await appImageObstacle();
  if (obstacle !== undefined) return { missing: obstacle };
  const name = `${build.archive}.AppImage`;
  const { code, text } = await run(
    process.execPath,
    [
      'node_modules/electron-builder/cli.js',
      ...['--linux', 'AppImage', '--prepackaged', unpacked, '--config=electron-builder.yml'],
      ...[`--config.electronVersion=${build.electron}`, `--config.linux.artifactName=${name}`, '--publish=never'],
    ],
    { output: 'capture', cwd: root },
  );
  const path = join(output, name);
  if (code !== 0 || !existsSync(path))
    return { missing: `electron-builder failed:\n${text.trim().split('\n').slice(-15).join('\n')}` };
  return { path };
}
