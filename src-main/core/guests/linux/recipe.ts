/**
 * The Linux guest: a Debian kernel and a small initrd with BusyBox and an ssh server, built once from the host's own
 * Debian sources and then kept in a cache folder.
 *
 * It owns what it writes below the cache folder. It must never need root, change the host's package state, or let
 * anybody see a guest that was not finished: a build happens in a folder of its own and appears by one rename.
 */
import { copyFile, mkdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type * as z from 'zod';
import { SlipwayError, toFailure } from '../../../../src-shared/contract/errors.ts';
import { limits } from '../../../../src-shared/limits.ts';
import { writeJsonAtomically } from '../../kit/atomic-file.ts';
import { isErrno } from '../../kit/errno.ts';
import type { DebianPackage } from './debian-control.ts';
import {
  type Apt,
  downloadPackages,
  openApt,
  packageClosure,
  showPackages,
  unpackPackage,
  updateOwnLists,
} from './debian-packages.ts';
import {
  guestNames,
  type LinuxGuest,
  makeBuildDirectory,
  type manifestSchema,
  publish,
  readCached,
} from './guest-cache.ts';
import { guestPackages } from './guest-files.ts';
import { arePackagesMissing, findObstacle, noSuchPackages } from './host-support.ts';
import { assembleGuest } from './initrd.ts';
import { SharedWork } from './shared-work.ts';

export type { LinuxGuest } from './guest-cache.ts';

export interface LinuxGuestProgress {
  /** What is going on, for a person: `downloading 12 packages`. */
  readonly step: string;
  readonly done: number;
  readonly total: number;
  /** What `done` and `total` count. */
  readonly unit: 'bytes' | 'steps';
}

export interface PrepareLinuxGuestOptions {
  readonly cacheDirectory: string;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: LinuxGuestProgress) => void) | undefined;
}

export type LinuxGuestAvailability =
  | { readonly available: true; readonly cached: boolean }
  | { readonly available: false; readonly reason: string; readonly hint: string };

const builds = new SharedWork<LinuxGuest, LinuxGuestProgress>();

/**
 * The Linux guest from the cache, or built into it (32 MB of downloads, about 300 MB while it is built, 17 MB kept;
 * some ten seconds). Callers at the same time share one build; it stops when the last of them has cancelled.
 *
 * @throws SlipwayError `guest_unavailable`, `download_failed`, `disk_full`, `cancelled`, `internal`.
 */
export async function prepareLinuxGuest(options: PrepareLinuxGuestOptions): Promise<LinuxGuest> {
  const { cacheDirectory, signal, onProgress } = options;
  if (signal?.aborted) throw new SlipwayError('cancelled', 'Preparing the Linux guest was cancelled.');
  const cached = await readCached(cacheDirectory);
  if (cached !== undefined) return cached;
  return await builds.join(cacheDirectory, { signal, onProgress }, (shared) => build(cacheDirectory, shared));
}

/**
 * Whether the guest is in the cache or can be built here, looking only at this machine: nothing is downloaded, so a
 * missing network shows only when it is built. Takes milliseconds when cached, about a second otherwise.
 */
export async function linuxGuestAvailability(options: {
  readonly cacheDirectory: string;
  readonly signal?: AbortSignal | undefined;
}): Promise<LinuxGuestAvailability> {
  if ((await readCached(options.cacheDirectory)) !== undefined) return { available: true, cached: true };
  const obstacle = await findObstacle(options.signal);
  if (obstacle !== undefined) return { available: false, ...obstacle };
  if (await arePackagesMissing(options.signal)) return { available: false, ...noSuchPackages() };
  return { available: true, cached: false };
}

interface BuildContext {
  readonly signal: AbortSignal;
  readonly report: (progress: LinuxGuestProgress) => void;
}

/** Builds into a folder of its own inside the cache, on the same file system, so that publishing is one rename. */
async function build(cacheDirectory: string, context: BuildContext): Promise<LinuxGuest> {
  const obstacle = await findObstacle(context.signal);
  if (obstacle !== undefined) throw new SlipwayError('guest_unavailable', obstacle.reason, { hint: obstacle.hint });
  let work: string | undefined;
  try {
    await mkdir(cacheDirectory, { recursive: true, mode: 0o700 });
    work = await makeBuildDirectory(cacheDirectory);
    const packages = await fetchPackages(work, context);
    const finished = await finish(work, packages, context);
    return await publish(cacheDirectory, finished);
  } catch (error) {
    if (error instanceof SlipwayError) throw error;
    const full = isErrno(error, 'ENOSPC', 'EDQUOT');
    const raw = toFailure(error).raw ?? String(error);
    throw full
      ? new SlipwayError('disk_full', 'There is no room left to build the Linux guest.', { raw })
      : new SlipwayError('internal', 'The Linux guest could not be built.', { raw });
  } finally {
    if (work !== undefined) await rm(work, { recursive: true, force: true });
  }
}

async function fetchPackages(work: string, context: BuildContext): Promise<DebianPackage[]> {
  const { signal, report } = context;
  report({ step: 'reading package lists', done: 0, total: 1, unit: 'steps' });
  const host = await openApt(join(work, 'apt'), signal);
  const wanted = await resolvePackages(host);
  if (wanted !== undefined) {
    try {
      return await download(host, wanted, context);
    } catch (error) {
      // Old lists name files that a security update has since replaced. Only then is it worth fetching new ones.
      if (!(error instanceof SlipwayError) || error.code !== 'download_failed') throw error;
    }
  }
  report({ step: 'fetching package lists', done: 0, total: 1, unit: 'steps' });
  const { apt, said } = await updateOwnLists(host);
  const current = await resolvePackages(apt);
  if (current !== undefined) return await download(apt, current, context);
  // Nothing at all is known: the network failed. Something is known: these are not Debian's sources.
  const { reason, hint } = noSuchPackages();
  if ((await showPackages(apt, ['busybox', 'libc6'])).some(({ sha256 }) => sha256 !== undefined)) {
    throw new SlipwayError('guest_unavailable', reason, { hint, raw: said });
  }
  throw new SlipwayError('download_failed', 'The package lists could not be fetched.', {
    hint: 'Check the network connection and proxy settings, then try again.',
    raw: said,
  });
}

/** Everything the guest is made of, or undefined when these lists do not have it. */
async function resolvePackages(apt: Apt): Promise<DebianPackage[] | undefined> {
  // The kernel's name leads to the parts of its build: one package in one release, image and modules apart in another.
  // What else it depends on is for installing it (initramfs-tools, kmod); the guest needs none of that.
  const kernel = await packageClosure(apt, [guestPackages.kernel], ({ parts }) => parts);
  const known = new Set(kernel.map(({ name }) => name));
  const isWhole = kernel.length > 1 && kernel.every(({ parts }) => parts.every((name) => known.has(name)));
  const user = await packageClosure(apt, guestPackages.user);
  const hasAll = guestPackages.user.every((name) => user.some((found) => found.name === name));
  return isWhole && hasAll ? [...kernel.filter(({ name }) => name !== guestPackages.kernel), ...user] : undefined;
}

async function download(apt: Apt, packages: DebianPackage[], { report }: BuildContext): Promise<DebianPackage[]> {
  const step = `downloading ${packages.length} packages`;
  const total = packages.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  report({ step, done: 0, total, unit: 'bytes' });
  let reportedAt = 0;
  const files = await downloadPackages(apt, packages, (fraction) => {
    if (performance.now() - reportedAt < limits.progressIntervalMs) return;
    reportedAt = performance.now();
    report({ step, done: Math.round(fraction * total), total, unit: 'bytes' });
  });
  report({ step, done: total, total, unit: 'bytes' });
  for (const [index, file] of files.entries()) {
    report({ step: 'unpacking', done: index, total: files.length, unit: 'steps' });
    await unpackPackage(apt, file);
  }
  return packages;
}

/** Puts the finished guest into a folder of its own below `work` and returns that folder. */
async function finish(work: string, packages: readonly DebianPackage[], context: BuildContext): Promise<string> {
  context.report({ step: 'assembling the initrd', done: 0, total: 1, unit: 'steps' });
  const parts = await assembleGuest(join(work, 'apt', 'root'), context.signal);
  const directory = join(work, 'guest');
  await mkdir(directory);
  await copyFile(parts.kernelPath, join(directory, guestNames.kernel));
  await writeFile(join(directory, guestNames.initrd), parts.initrd, { flush: true });
  await writeJsonAtomically(join(directory, guestNames.manifest), {
    version: parts.kernelVersion,
    kernelBytes: (await stat(join(directory, guestNames.kernel))).size,
    initrdBytes: parts.initrd.length,
    packages: packages.map(({ name, version, sha256 }) => ({ name, version, sha256: sha256 ?? '' })),
  } satisfies z.input<typeof manifestSchema>);
  if (context.signal.aborted) throw new SlipwayError('cancelled', 'Preparing the Linux guest was cancelled.');
  return directory;
}
