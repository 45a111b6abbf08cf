// Runs commands inside a bare root. Nothing of a run outlives it: mounts and processes belong to namespaces that end
// with their first process, and that one ends with this process, however it ends.

import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { sharedCacheDirectory } from '../checkout.mjs';
import { askNpm, environmentInside } from './host.mjs';

const init = join(import.meta.dirname, 'init.sh');

/** Namespaces of one's own, and the wish to end with the parent, which survives exec. */
export const isolation = [
  ...['setpriv', '--pdeathsig', 'KILL'],
  ...['unshare', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc'],
];

export const superuser = { name: 'root', home: '/root', prefix: [] };
export const plainUser = {
  name: 'tester',
  home: '/home/tester',
  prefix: ['setpriv', '--reuid=tester', '--regid=tester', '--init-groups'],
};

/** What the host has already fetched: host directory to directory inside. npm's cache and Electron are safe to share. */
function binds() {
  const npm = askNpm('cache') || join(homedir(), '.npm');
  const electron = join(sharedCacheDirectory(), 'electron');
  const official = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'electron');
  for (const directory of [npm, electron]) mkdirSync(directory, { recursive: true });
  return [
    [npm, 'root/.npm'],
    [electron, 'root/.cache/slipway/electron'],
    ...(existsSync(official) ? [[official, 'root/.cache/electron']] : []),
  ];
}

/**
 * Runs a command to its end; resolves to {code, text}. `output: 'inherit'` also shows it, `'capture'` only keeps it.
 * `as` is one of the users above, `cwd` a directory inside.
 */
export function enter(root, command, { as = superuser, cwd = as.home, env = {}, output = 'inherit', timeoutMs } = {}) {
  const whole = [...isolation, 'sh', init, root, ...as.prefix, ...command];
  return new Promise((resolve, reject) => {
    const child = spawn(whole[0], whole.slice(1), {
      env: {
        ...environmentInside({ home: as.home, user: as.name }),
        ...env,
        BARE_ROOT_CWD: cwd,
        BARE_ROOT_BINDS: binds()
          .map((pair) => `${pair.join('\t')}\n`)
          .join(''),
      },
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(timeoutMs === undefined ? {} : { timeout: timeoutMs, killSignal: 'SIGKILL' }),
    });
    const end = () => child.kill('SIGKILL');
    for (const signal of signals) process.once(signal, end);
    let text = '';
    for (const [stream, ours] of [
      [child.stdout, process.stdout],
      [child.stderr, process.stderr],
    ]) {
      stream.setEncoding('utf8').on('data', (data) => {
        // The last lines are what is read; hours of output are not kept.
        text = (text + data).slice(-1_000_000);
        if (output === 'inherit') ours.write(data);
      });
    }
    child.on('error', reject);
    child.on('close', (code, signal) => {
      for (const name of signals) process.removeListener(name, end);
      resolve({ code: code ?? 1, signal, text });
    });
  });
}

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/** True when a mount of this machine lies below the directory: it must not be deleted then. */
export function hasMountsBelow(directory) {
  return readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .some((line) => line.split(' ')[4]?.startsWith(directory));
}
