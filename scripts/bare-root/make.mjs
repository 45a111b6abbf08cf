// Makes bare Debian roots: debootstrap once, kept as an archive by suite and day, unpacked for each run.

import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statfsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { findOnPath, isRoot, run, Stop, sharedCacheDirectory, withLock } from '../checkout.mjs';
import { enter, hasMountsBelow, isolation } from './enter.mjs';
import { furnish, hostMirrors } from './host.mjs';

export const suites = ['bookworm', 'trixie', 'sid'];

const dayMs = 24 * 60 * 60_000;
const cache = () => join(sharedCacheDirectory(), 'bare-roots');
/** More than this of downloaded packages is yesterday's versions. */
const archiveLimit = 3 * 1024 ** 3;

/** A root with everything that the tests need, and what they write. */
const neededBytes = 8 * 1024 ** 3;

/** Why no root can be made here, or undefined. */
export function obstacle() {
  if (process.platform !== 'linux') return 'a Debian root needs Linux';
  if (!isRoot()) return 'a Debian root is made by root';
  for (const program of ['unshare', 'setpriv', 'tar']) if (!findOnPath(program)) return `there is no ${program}`;
  if (!findOnPath('debootstrap') && !findOnPath('apt-get'))
    return 'there is neither debootstrap nor an apt to install it';
  return undefined;
}

async function must(what, command, options = {}) {
  const { code, text } = await run(command[0], command.slice(1), { output: 'capture', cwd: '/', ...options });
  if (code !== 0) throw new Stop(`${what} failed:\n${text.trim().split('\n').slice(-12).join('\n')}`);
  return text;
}

async function ensureDebootstrap(say) {
  if (findOnPath('debootstrap')) return;
  say('Installing debootstrap ...');
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  await must('apt-get update', ['apt-get', '-q', 'update'], { env });
  await must(
    'installing debootstrap',
    ['apt-get', '-qy', 'install', '--no-install-recommends', 'debootstrap', 'debian-archive-keyring'],
    { env },
  );
}

/** A stable suite changes little between days, and set-up asks apt for today's lists in any case; sid changes a lot. */
function maximalAge(suite) {
  return suite === 'sid' ? dayMs : 7 * dayMs;
}

/** The newest archive that is young enough, by the day in its name. */
export function youngArchive(names, suite, now) {
  const dated = names.filter((name) => new RegExp(`^${suite}-\\d{4}-\\d\\d-\\d\\d\\.tar$`).test(name)).sort();
  const newest = dated.at(-1);
  if (newest === undefined) return undefined;
  const age = now.getTime() - Date.parse(newest.slice(suite.length + 1, -'.tar'.length));
  return age >= 0 && age < maximalAge(suite) ? newest : undefined;
}

async function pristineArchive(suite, say) {
  const now = new Date();
  const known = () => youngArchive(existsSync(cache()) ? readdirSync(cache()) : [], suite, now);
  return withLock(join(cache(), `${suite}.lock`), async () => {
    const young = known();
    if (young !== undefined) return join(cache(), young);
    await ensureDebootstrap(say);
    say(`Making a bare Debian ${suite} (debootstrap) ...`);
    const work = join(cache(), `${suite}.work`);
    remove(work);
    mkdirSync(work, { recursive: true });
    const root = join(work, 'root');
    const bootstrap = ['debootstrap', '--variant=minbase', '--include=git', suite, root, hostMirrors().archive];
    try {
      await must('debootstrap', [...isolation, ...bootstrap], { timeoutMs: 15 * 60_000 });
      for (const name of readdirSync(join(root, 'var/cache/apt/archives')))
        if (name.endsWith('.deb')) rmSync(join(root, 'var/cache/apt/archives', name));
      const made = join(work, 'root.tar');
      await must('packing the root', [
        'tar',
        '-C',
        root,
        '--numeric-owner',
        '--one-file-system',
        '--exclude=./dev/*',
        '-cf',
        made,
        '.',
      ]);
      for (const name of readdirSync(cache())) if (name.startsWith(`${suite}-20`)) rmSync(join(cache(), name));
      const name = `${suite}-${now.toISOString().slice(0, 10)}.tar`;
      renameSync(made, join(cache(), name));
      return join(cache(), name);
    } finally {
      remove(work);
    }
  });
}

/**
 * A fresh root of that suite, furnished from this machine, with a plain user. Whoever takes it calls `removeRoot`.
 * `debianNode` installs the suite's own Node instead of taking this one along.
 */
export async function takeRoot(suite, { say, debianNode = false }) {
  const reason = obstacle();
  if (reason) throw new Stop(`No bare root: ${reason}.`);
  // Everybody inside must be able to read what is put there, however private this user's files are.
  process.umask(0o022);
  mkdirSync(cache(), { recursive: true });
  removeLeftOvers(say);
  const { bavail, bsize } = statfsSync(cache());
  if (bavail * bsize < neededBytes) throw new Stop(`No bare root: less than ${neededBytes / 1024 ** 3} GiB are free.`);
  const archive = await pristineArchive(suite, say);
  const root = join(cache(), `run-${process.pid}-${suite}-${nextNumber++}`);
  mkdirSync(root);
  try {
    await must('unpacking the root', ['tar', '-C', root, '--numeric-owner', '-xpf', archive]).catch((error) => {
      // Made anew next time.
      rmSync(archive, { force: true });
      throw error;
    });
    await furnish(root, { suite, debianNode });
    await linkArchives(archivesOf(suite), join(root, 'var/cache/apt/archives'));
    // The first entry also proves that the kernel lets us.
    const install = debianNode ? 'apt-get -q update && apt-get -qy install --no-install-recommends nodejs npm &&' : '';
    const prepare = `${install} useradd --create-home --shell /bin/bash tester && node --version && npm --version`;
    const { code, text } = await enter(root, ['sh', '-c', prepare], {
      cwd: '/',
      output: 'capture',
      env: { DEBIAN_FRONTEND: 'noninteractive' },
    });
    if (code !== 0) throw new Stop(`The bare root cannot be entered:\n${text.trim()}`);
    say(`Bare Debian ${suite} with Node ${text.trim().split('\n').slice(-2).join(' and npm ')}`);
    return root;
  } catch (error) {
    remove(root);
    throw error;
  }
}

let nextNumber = 1;

export async function removeRoot(root, suite) {
  await linkArchives(join(root, 'var/cache/apt/archives'), archivesOf(suite));
  if (sizeOf(archivesOf(suite)) > archiveLimit) rmSync(archivesOf(suite), { recursive: true });
  remove(root);
}

function archivesOf(suite) {
  return join(cache(), `packages-${suite}`);
}

/** Downloaded packages as links: no copy, and two runs never share apt's lock. */
async function linkArchives(from, to) {
  mkdirSync(to, { recursive: true });
  if (!existsSync(from) || !readdirSync(from).some((name) => name.endsWith('.deb'))) return;
  await must('sharing packages', ['sh', '-c', 'cp -ln "$1"/*.deb "$2"/', 'sh', from, to]);
}

function sizeOf(directory) {
  return readdirSync(directory).reduce((sum, name) => sum + statSync(join(directory, name)).size, 0);
}

function remove(directory) {
  if (hasMountsBelow(directory)) throw new Stop(`Something is mounted below ${directory}; it is left alone.`);
  rmSync(directory, { recursive: true, force: true });
}

/** Roots of runs that were killed. One that cannot be removed is in nobody's way. */
function removeLeftOvers(say) {
  for (const name of readdirSync(cache())) {
    const pid = Number(/^run-(\d+)-/.exec(name)?.[1]);
    if (!(pid > 0) || existsSync(`/proc/${pid}`)) continue;
    try {
      remove(join(cache(), name));
    } catch (error) {
      say(`An old bare root stays behind: ${error.message}`);
    }
  }
}
