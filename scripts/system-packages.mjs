// Which programs and libraries of the operating system Slipway needs, for what, and how to get them.
// To need one more, add a row with its reason; nothing else has to change.

import { existsSync } from 'node:fs';
import { findOnPath, isRoot, run, Stop } from './checkout.mjs';

// 'serve' is the app in a browser, 'start' the app in a window, 'test' everything.
const always = ['serve', 'start', 'test'];
const start = ['start', 'test'];
const test = ['test'];

/**
 * `program` is looked up on PATH (any of several names), `sharedObject` and `file` on disk. Probed rather than asked of
 * dpkg, so that a QEMU built by hand or another distribution's package counts as present.
 */
const needs = [
  { package: 'qemu-system-x86', program: ['qemu-system-x86_64'], purposes: always, reason: 'runs the guests' },
  { package: 'qemu-utils', program: ['qemu-img'], purposes: always, reason: 'makes and inspects disk overlays' },
  {
    package: 'openssh-client',
    program: ['ssh', 'ssh-keygen'],
    purposes: always,
    reason: 'keys for a guest, and a way in',
  },
  {
    package: 'ovmf',
    file: ['/usr/share/OVMF/OVMF_CODE.fd', '/usr/share/OVMF/OVMF_CODE_4M.fd', '/usr/share/edk2/x64/OVMF_CODE.4m.fd'],
    purposes: always,
    reason: 'UEFI firmware for guests that boot from it',
  },
  // Electron's shared libraries: what `ldd electron` lists beyond libc on a Debian without a desktop.
  { package: 'libgtk-3-0', sharedObject: 'libgtk-3.so.0', purposes: start, reason: 'the window' },
  { package: 'libnss3', sharedObject: 'libnss3.so', purposes: start, reason: 'Electron: certificates' },
  {
    package: 'libasound2',
    sharedObject: 'libasound.so.2',
    purposes: start,
    reason: 'Electron: linked, though we are silent',
  },
  { package: 'libgbm1', sharedObject: 'libgbm.so.1', purposes: start, reason: 'Electron: graphics buffers' },
  {
    package: 'libatk-bridge2.0-0',
    sharedObject: 'libatk-bridge-2.0.so.0',
    purposes: start,
    reason: 'Electron: screen readers',
  },
  { package: 'libcups2', sharedObject: 'libcups.so.2', purposes: start, reason: 'Electron: linked for printing' },
  { package: 'xvfb', program: ['Xvfb', 'xvfb-run'], purposes: test, reason: 'a display for Electron in tests' },
  { package: 'xauth', program: ['xauth'], purposes: test, reason: 'xvfb-run needs it' },
  {
    package: 'chromium',
    program: [['chromium', 'chromium-browser', 'google-chrome']],
    purposes: test,
    reason: 'the same page in a browser',
  },
  {
    package: 'gdb',
    program: [['gdb', 'gdb-multiarch']],
    purposes: test,
    reason: 'attaches to a guest, as a person would',
  },
  { package: 'gcc', program: ['gcc'], purposes: test, reason: 'rebuilds the demo guest to compare it' },
  { package: 'binutils', program: ['ld', 'objcopy'], purposes: test, reason: 'rebuilds the demo guest to compare it' },
  { package: 'cpio', program: ['cpio'], purposes: test, reason: 'checks our own archives of the Linux guest' },
  { package: 'iproute2', program: ['ip'], purposes: test, reason: 'a tap interface in a network namespace' },
  {
    package: 'qemu-system-arm',
    program: ['qemu-system-aarch64'],
    purposes: test,
    reason: 'guests of the second architecture we know',
  },
  {
    package: 'qemu-system-misc',
    program: ['qemu-system-riscv64'],
    purposes: test,
    reason: 'guests of the third architecture we know',
  },
  {
    package: 'qemu-efi-aarch64',
    file: [
      '/usr/share/AAVMF/AAVMF_CODE.fd',
      '/usr/share/edk2/aarch64/QEMU_EFI-pflash.raw',
      '/usr/share/edk2/aarch64/QEMU_CODE.fd',
    ],
    purposes: test,
    reason: 'UEFI firmware for Arm guests',
  },
  { package: 'make', program: ['make'], purposes: test, reason: 'reads the Makefiles that we read, to compare' },
  { package: 'zstd', program: ['zstd'], purposes: test, reason: 'compresses what our decoder unpacks' },
  { package: 'lz4', program: ['lz4'], purposes: test, reason: 'compresses what our decoder unpacks' },
  {
    package: 'android-sdk-libsparse-utils',
    program: ['simg2img'],
    purposes: test,
    reason: 'expands the sparse images that we expand, to compare',
    // Not every distribution has it; the one test that wants it says so.
    optional: true,
  },
];

/** Names that newer systems gave them (time_t grew; RISC-V got a package of its own): taken where apt knows them. */
const renamed = {
  'qemu-system-misc': 'qemu-system-riscv',
  'libgtk-3-0': 'libgtk-3-0t64',
  libasound2: 'libasound2t64',
  'libatk-bridge2.0-0': 'libatk-bridge2.0-0t64',
  libcups2: 'libcups2t64',
};

const libraryDirectories = [
  `/usr/lib/${{ x64: 'x86_64', arm64: 'aarch64' }[process.arch] ?? process.arch}-linux-gnu`,
  '/usr/lib64',
  '/usr/lib',
  '/lib64',
  '/usr/local/lib',
];

function isPresent(need) {
  if (need.program) return need.program.every((names) => [names].flat().some((name) => findOnPath(name)));
  if (need.file) return need.file.some((path) => existsSync(path));
  // Where libraries lie is known for Linux only; elsewhere Electron brings its own.
  if (process.platform !== 'linux') return true;
  return libraryDirectories.some((directory) => existsSync(`${directory}/${need.sharedObject}`));
}

export function missingPackages(purpose, probe = isPresent) {
  return needs.filter((need) => need.purposes.includes(purpose) && !probe(need));
}

/** What to do about missing packages: install them here, say the one command that does, or name what is missing. */
export function planInstall(missing, { apt, superuser }) {
  if (missing.length === 0) return { action: 'nothing' };
  const why = missing.map((need) => `  ${need.package}: ${need.reason}`).join('\n');
  if (!apt) {
    const names = missing
      .map((need) => need.program?.flat().join(' or ') ?? need.sharedObject ?? need.package)
      .join(', ');
    return {
      action: 'tell',
      message: `Missing on this machine: ${names}\n${why}\nInstall them with your system's package manager, then run this again.`,
    };
  }
  const command = `apt-get install -y --no-install-recommends ${missing.map((need) => need.package).join(' ')}`;
  if (superuser) return { action: 'install', why, packages: missing.map((need) => need.package) };
  // On a machine that has just been installed apt may not know any package yet.
  const line = `sudo apt-get update && sudo ${command}`;
  return { action: 'tell', message: `Missing on this machine:\n${why}\nRun this, then try again:\n  ${line}` };
}

export async function ensureSystemPackages({ purpose, say }) {
  const missing = missingPackages(purpose);
  const required = missing.filter((need) => !need.optional);
  const apt = findOnPath('apt-get') !== undefined;
  const superuser = isRoot();
  // What cannot be had everywhere stops nobody: it comes along, or where it costs nobody a question.
  if (required.length === 0 && !(missing.length > 0 && apt && superuser)) return;
  // Before the names are looked up in the lists.
  if (apt && superuser && required.length > 0) await aptGet(['update']);
  const plan = planInstall(apt ? withTodaysNames(missing, await knownPackages()) : missing, { apt, superuser });
  if (plan.action === 'nothing') return;
  if (plan.action === 'tell') throw new Stop(plan.message);
  say(`Installing system packages (apt-get install):\n${plan.why}`);
  if (required.length === 0) await aptGet(['update']);
  await aptGet(['install', '-y', '--no-install-recommends', ...plan.packages]);
  const still = missingPackages(purpose).filter((need) => !need.optional);
  if (still.length > 0) throw new Stop(`Installed, yet still missing: ${still.map((need) => need.package).join(', ')}`);
}

async function knownPackages() {
  return new Set((await run('apt-cache', ['pkgnames'], { output: 'capture' })).text.split('\n'));
}

/** Each need under the newest name that apt knows; without the optional ones that it does not know at all. */
export function withTodaysNames(missing, known) {
  return missing
    .map((need) => (known.has(renamed[need.package]) ? { ...need, package: renamed[need.package] } : need))
    .filter((need) => !need.optional || known.has(need.package));
}

async function aptGet(args) {
  // stderr: a caller's stdout may be data. A lock held by unattended-upgrades is waited for instead of failing.
  const { code, text } = await run('apt-get', ['-q', '-o', 'DPkg::Lock::Timeout=300', ...args], {
    output: 'capture',
    env: { DEBIAN_FRONTEND: 'noninteractive' },
  });
  if (code !== 0) throw new Stop(`apt-get ${args.join(' ')} failed:\n${text.trim().split('\n').slice(-15).join('\n')}`);
}
