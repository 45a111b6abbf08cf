// The Debian package: lays the unpacked app out as a Debian system has it and lets dpkg-deb wrap it up.
// No maintainer scripts: nothing runs as root when it is installed or removed, and nothing of a user's is touched.

import { chmodSync, cpSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findOnPath, listFiles, root, run, Stop } from './checkout.mjs';

const appDirectory = 'usr/lib/slipway';
const id = 'dev.slipway.Slipway';

/** What the Electron binary is linked with, by Debian's names; Debian 13 renamed those with two. */
const libraries = [
  ...['libc6', 'libgcc-s1', 'libnss3', 'libnspr4', 'libdbus-1-3', 'libdrm2', 'libgbm1', 'libudev1', 'libexpat1'],
  ...['libx11-6', 'libxcb1', 'libxcomposite1', 'libxdamage1', 'libxext6', 'libxfixes3', 'libxrandr2'],
  ...['libxkbcommon0', 'libpango-1.0-0', 'libcairo2'],
  ...['libglib2.0-0', 'libgtk-3-0', 'libatk1.0-0', 'libatk-bridge2.0-0', 'libatspi2.0-0', 'libcups2', 'libasound2'].map(
    (name) => `${name}t64 | ${name}`,
  ),
];

/** Installed along unless somebody says no: without them the window opens, but little boots. */
const recommended = [
  ...['qemu-system-x86', 'qemu-utils', 'ovmf', 'openssh-client', 'xdg-utils'],
  // For the `slipway` command.
  'nodejs (>= 18.20)',
];
const suggested = ['qemu-system-arm', 'qemu-system-misc', 'qemu-system-gui', 'qemu-efi-aarch64', 'swtpm', 'gdb'];

export const debArchitecture = { x64: 'amd64', arm64: 'arm64' };

/** A development build sorts before the release it comes before, so that the release replaces it. */
export function debVersion({ version, development }) {
  return development ? `${version}~development` : version;
}

export function debName(build) {
  return `slipway_${debVersion(build)}_${debArchitecture[process.arch] ?? process.arch}.deb`;
}

export function controlFile(build, installedKiB) {
  const about = build.development
    ? ` .\n This is a development build: its Electron ${build.electron} is not an official one.\n`
    : '';
  return `Package: slipway
Version: ${debVersion(build)}
Architecture: ${debArchitecture[process.arch] ?? process.arch}
Maintainer: The Slipway authors <slipway@localhost>
Installed-Size: ${installedKiB}
Depends: ${libraries.join(', ')}
Recommends: ${recommended.join(', ')}
Suggests: ${suggested.join(', ')}
Section: devel
Priority: optional
Description: boot images in QEMU and watch them
 Slipway boots kernels, disk images and firmware in QEMU: a live boot log from
 the first byte, the serial console, the QEMU monitor and QMP in terminals, port
 mappings, and the exact command line with the reason for every argument.
 Guests outlive it: removing this package stops none and deletes none.
${about}`;
}

/** Makes `<output>/slipway_….deb` of `unpacked`; resolves to its path. @throws Stop without dpkg-deb. */
export async function packageDeb({ unpacked, output, build }) {
  if (findOnPath('dpkg-deb') === undefined) throw new Stop('dpkg-deb is not on this system (Debian package dpkg).');
  const tree = join(output, 'deb');
  rmSync(tree, { recursive: true, force: true });
  layOut(unpacked, tree);
  const bytes = listFiles([tree.slice(root.length + 1)]).reduce((sum, { size }) => sum + size, 0);
  mkdirSync(join(tree, 'DEBIAN'));
  writeFileSync(join(tree, 'DEBIAN', 'control'), controlFile(build, Math.ceil(bytes / 1024)));
  // Whatever the umask of whoever builds: everybody may read it, nobody but root may write.
  await must('chmod', ['-R', 'u=rwX,go=rX', tree]);
  // Chromium's own sandbox helper, for systems that give plain users no namespaces.
  chmodSync(join(tree, appDirectory, 'chrome-sandbox'), 0o4755);
  const target = join(output, debName(build));
  // xz makes it a quarter smaller and takes minutes: for what is downloaded by many.
  const compression = build.development ? ['-Zgzip', '-z1'] : ['-Zxz'];
  await must('dpkg-deb', ['--root-owner-group', ...compression, '--build', tree, target]);
  rmSync(tree, { recursive: true, force: true });
  return target;
}

function layOut(unpacked, tree) {
  const at = (...path) => {
    const target = join(tree, ...path);
    mkdirSync(join(target, '..'), { recursive: true });
    return target;
  };
  cpSync(unpacked, at(appDirectory), { recursive: true, verbatimSymlinks: true });
  // These have places of their own on a Debian system.
  rmSync(join(tree, appDirectory, 'share'), { recursive: true, force: true });
  symlinkSync('../lib/slipway/bin/slipway', at('usr/bin/slipway'));

  const linux = join(root, 'assets', 'linux');
  const entry = readFileSync(join(linux, `${id}.desktop`), 'utf8');
  // The command of that name is the command line.
  writeFileSync(
    at('usr/share/applications', `${id}.desktop`),
    entry.replace(/^Exec=slipway/m, `Exec=/${appDirectory}/slipway`),
  );
  cpSync(join(linux, `${id}.metainfo.xml`), at('usr/share/metainfo', `${id}.metainfo.xml`));
  for (const { path } of listFiles(['assets/icons'])) {
    const [, size] = /(\d+x\d+)\.png$/.exec(path) ?? [];
    const place = size === undefined ? `scalable/apps/${id}.svg` : `${size}/apps/${id}.png`;
    cpSync(join(root, path), at('usr/share/icons/hicolor', place));
  }
  const documentation = at('usr/share/doc/slipway/copyright');
  writeFileSync(
    documentation,
    [
      readFileSync(join(root, 'LICENSE'), 'utf8').trim(),
      `What is bundled: /${appDirectory}/THIRD-PARTY-NOTICES.txt; Electron and Chromium: LICENSE.electron.txt and`,
      'LICENSES.chromium.html beside it.\n',
    ].join('\n\n'),
  );
}

async function must(command, args) {
  const { code, text } = await run(command, args, { output: 'capture' });
  if (code !== 0) throw new Stop(`${command} failed:\n${text.trim()}`);
}
