/** Makes the home usable: its directories exist, are the user's alone (0700), and can be written. */
import { access, chmod, constants, mkdir, readdir, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { SlipwayError } from '../../../src-shared/contract/errors.ts';
import { isErrno } from '../kit/errno.ts';
import { type Paths, pathsOf } from './paths.ts';

/** Throws `home_unusable` with the system's own words. */
export async function prepareHome(home: string, environment: NodeJS.ProcessEnv = process.env): Promise<Paths> {
  try {
    if (!environment[adoptionVariable]) await refuseAnothersHome(home);
    await mkdir(home, { recursive: true, mode: 0o700 });
    const paths = pathsOf(await realpath(home));
    await makePrivate(paths);
    await access(paths.home, constants.W_OK | constants.X_OK);
    for (const directory of [paths.instances, paths.trash, paths.cache, paths.ssh]) {
      await mkdir(directory, { recursive: true, mode: 0o700 });
    }
    return paths;
  } catch (error) {
    if (error instanceof SlipwayError) throw error;
    throw new SlipwayError('home_unusable', `Slipway cannot use its home ${home}.`, {
      cause: 'It keeps instances, logs and sockets there and needs to create and write files in it.',
      hint: 'Give it a writable directory on a local disk with SLIPWAY_HOME, or repair the permissions of this one.',
      raw: String(error),
    });
  }
}

/** Set by a root who means it. */
const adoptionVariable = 'SLIPWAY_ADOPT_HOME';

/**
 * Root could use anybody's home, and would run what its Specs name and leave files in it that its user cannot touch.
 * Asked before anything is made: what does not exist yet would become root's in a directory of that user.
 */
async function refuseAnothersHome(home: string): Promise<void> {
  if (process.getuid?.() !== 0) return;
  const { path, uid } = await nearest(home);
  if (uid === 0) return;
  throw new SlipwayError('home_unusable', `Root does not use the home of another user: ${home}`, {
    cause: `${path} belongs to the user with the number ${uid}. Root would run what that home names, with all rights.`,
    hint: `Run Slipway as that user, or give root a home of its own with SLIPWAY_HOME. If you mean it: ${adoptionVariable}=1`,
  });
}

/** The directory, or the next one above it that exists. */
async function nearest(path: string): Promise<{ readonly path: string; readonly uid: number }> {
  try {
    return { path, uid: (await stat(path)).uid };
  } catch (error) {
    const above = dirname(path);
    if (!isErrno(error, 'ENOENT') || above === path) throw error;
    return nearest(above);
  }
}

/** A home is made the user's alone; a directory that serves others is not turned into one (`SLIPWAY_HOME=/tmp`). */
async function makePrivate(paths: Paths): Promise<void> {
  const { mode, uid } = await stat(paths.home);
  const user = process.getuid?.();
  if (user !== undefined && user !== 0 && uid !== user) {
    throw new SlipwayError('home_unusable', `The directory ${paths.home} belongs to another user.`, {
      cause: 'Sockets and keys of guests are kept there, and must be yours alone.',
      hint: 'Give Slipway a directory of your own with SLIPWAY_HOME.',
    });
  }
  if ((mode & 0o077) === 0) return;
  const names = await readdir(paths.home);
  if (names.length > 0 && !names.includes(basename(paths.instances))) {
    throw new SlipwayError(
      'home_unusable',
      `The directory ${paths.home} has other things in it and is open to others.`,
      {
        cause: "Slipway makes its home the user's alone (mode 0700), and would lock others out of what is there.",
        hint: `Give it a directory of its own: SLIPWAY_HOME=${join(paths.home, 'slipway')}`,
      },
    );
  }
  await chmod(paths.home, 0o700);
}
