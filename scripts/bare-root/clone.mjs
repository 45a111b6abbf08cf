// A clone of this checkout inside a bare root, owned by whoever is to work in it.

import { cpSync, existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { root as checkout, run, Stop } from '../checkout.mjs';
import { enter } from './enter.mjs';

async function git(...args) {
  const { code, text } = await run('git', args, { output: 'capture' });
  if (code !== 0) throw new Stop(`git ${args.join(' ')} failed:\n${text.trim()}`);
  return text;
}

/** Clones HEAD; resolves to the directory inside. `changes` takes along what is not committed, too. */
export async function cloneInto(bareRoot, { as, changes = false, say }) {
  const inside = `${as.home}/slipway`;
  const target = join(bareRoot, inside);
  const head = (await git('rev-parse', 'HEAD')).trim();
  await git('clone', '--quiet', '--no-hardlinks', checkout, target);
  await git('-C', target, 'checkout', '--quiet', '--detach', head);
  const changed = (await git('status', '--porcelain')).trim();
  if (changed && changes) await copyChanges(target);
  else if (changed) say('NOTICE: what is not committed here is not in the clone.');
  const { code, text } = await enter(bareRoot, ['chown', '-R', `${as.name}:${as.name}`, inside], { output: 'capture' });
  if (code !== 0) throw new Stop(`The clone cannot be given to ${as.name}: ${text}`);
  return inside;
}

async function copyChanges(target) {
  const files = async (...options) => (await git('ls-files', '-z', ...options)).split('\0').filter(Boolean);
  for (const path of await files('--cached', '--others', '--exclude-standard')) {
    if (existsSync(join(checkout, path))) cpSync(join(checkout, path), join(target, path), { verbatimSymlinks: true });
    else rmSync(join(target, path), { force: true });
  }
}
