/**
 * The folder that finished Linux guests are kept in: which one is current, whether it is whole, and how a new one gets
 * there. A guest is believed only with its manifest and when its files have the sizes written there.
 */
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { SlipwayError } from '../../../../src-shared/contract/errors.ts';
import { readJson } from '../../kit/atomic-file.ts';
import { isErrno } from '../../kit/errno.ts';
import { writeCpio } from './cpio.ts';
import { bootModules, guestFiles, guestPackages, optionalModules } from './guest-files.ts';

export interface LinuxGuest {
  /** Absolute path of the kernel image, for `-kernel`. */
  readonly kernel: string;
  /** Absolute path of the initrd without any key; see `appendAuthorizedKey`. */
  readonly baseInitrd: string;
  /** The kernel's version as `uname -r` prints it in the guest. */
  readonly version: string;
}

/** Counted up when something in the recipe changes that is not in the guest's files, which are counted in by themselves. */
const recipeRevision = 1;
export const guestNames = {
  kernel: 'vmlinuz',
  initrd: 'initrd.gz',
  manifest: 'guest.json',
  buildPrefix: 'build-',
  guestPrefix: 'debian-',
} as const;

/** Kept beside the guest: what it is made of, so that its sources can be found, and how large its files must be. */
export const manifestSchema = z.strictObject({
  version: z.string(),
  kernelBytes: z.number(),
  initrdBytes: z.number(),
  packages: z.array(z.strictObject({ name: z.string(), version: z.string(), sha256: z.string() })),
});

/** The finished guest's folder: another recipe is another folder, so a newer Slipway never boots an older one's guest. */
function guestDirectory(cacheDirectory: string): string {
  const recipe = createHash('sha256')
    .update(writeCpio(guestFiles()))
    .update(JSON.stringify([recipeRevision, guestPackages, bootModules, optionalModules]))
    .digest('hex');
  return join(cacheDirectory, `${guestNames.guestPrefix}${recipe.slice(0, 16)}`);
}

/** The current recipe's guest if it is there and whole; a few milliseconds. */
export async function readCached(cacheDirectory: string): Promise<LinuxGuest | undefined> {
  const directory = guestDirectory(cacheDirectory);
  const manifest = await readJson(join(directory, guestNames.manifest), manifestSchema);
  if (manifest.state !== 'ok') return undefined;
  const kernel = join(directory, guestNames.kernel);
  const baseInitrd = join(directory, guestNames.initrd);
  const { version, kernelBytes, initrdBytes } = manifest.value;
  const isWhole = (await sizeOf(kernel)) === kernelBytes && (await sizeOf(baseInitrd)) === initrdBytes;
  return isWhole ? { kernel, baseInitrd, version } : undefined;
}

async function sizeOf(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR')) return undefined;
    throw error;
  }
}

/** Moves a finished guest's folder to where `readCached` finds it, and removes those of older recipes. */
export async function publish(cacheDirectory: string, directory: string): Promise<LinuxGuest> {
  const destination = guestDirectory(cacheDirectory);
  // Another process may have finished the same guest in the meantime; then its one is used and ours is thrown away.
  let guest = await readCached(cacheDirectory);
  if (guest !== undefined) return guest;
  await rm(destination, { recursive: true, force: true }); // damaged: it was looked at and not believed
  try {
    await rename(directory, destination);
  } catch (error) {
    if (!isErrno(error, 'ENOTEMPTY', 'EEXIST')) throw error;
  }
  guest = await readCached(cacheDirectory);
  if (guest === undefined) throw new SlipwayError('internal', `The Linux guest in ${destination} is not whole.`);
  await removeOlderRecipes(cacheDirectory, destination);
  return guest;
}

/** Guests of other recipes, 18 MB each; a QEMU that was started from one has read it long ago. */
async function removeOlderRecipes(cacheDirectory: string, current: string): Promise<void> {
  for (const name of await readdir(cacheDirectory)) {
    const path = join(cacheDirectory, name);
    if (name.startsWith(guestNames.guestPrefix) && path !== current) await rm(path, { recursive: true, force: true });
  }
}

/** A new folder for one build, on the cache's own file system, so that publishing is a rename. */
export async function makeBuildDirectory(cacheDirectory: string): Promise<string> {
  await removeAbandonedBuilds(cacheDirectory);
  return await mkdtemp(join(cacheDirectory, `${guestNames.buildPrefix}${process.pid}-`));
}

/** Folders of builds whose process has ended. A reused process id only means that one is removed later. */
async function removeAbandonedBuilds(cacheDirectory: string): Promise<void> {
  for (const name of await readdir(cacheDirectory)) {
    const pid = new RegExp(`^${guestNames.buildPrefix}(\\d+)-`).exec(name)?.[1];
    if (pid === undefined || isAlive(Number(pid))) continue;
    await rm(join(cacheDirectory, name), { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return isErrno(error, 'EPERM');
  }
}
