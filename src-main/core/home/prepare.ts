/** Makes the home usable: its directories exist, are the user's alone (0700), and can be written. */
import { access, chmod, constants, mkdir, realpath } from 'node:fs/promises';
import { SlipwayError } from '../../../src-shared/contract/errors.ts';
import { type Paths, pathsOf } from './paths.ts';

/** Throws `home_unusable` with the system's own words. */
export async function prepareHome(home: string): Promise<Paths> {
  try {
    await mkdir(home, { recursive: true, mode: 0o700 });
    const paths = pathsOf(await realpath(home));
    await chmod(paths.home, 0o700);
    await access(paths.home, constants.W_OK | constants.X_OK);
    for (const directory of [paths.instances, paths.trash, paths.cache, paths.ssh]) {
      await mkdir(directory, { recursive: true, mode: 0o700 });
    }
    return paths;
  } catch (error) {
    throw new SlipwayError('home_unusable', `Slipway cannot use its home ${home}.`, {
      cause: 'It keeps instances, logs and sockets there and needs to create and write files in it.',
      hint: 'Give it a writable directory on a local disk with SLIPWAY_HOME, or repair the permissions of this one.',
      raw: String(error),
    });
  }
}
