/**
 * Whether this host can build the Linux guest, in words for a person. Looks only at this machine: nothing is downloaded.
 */
import { SlipwayError } from '../../../../src-shared/contract/errors.ts';
import { runTool } from '../../process/run-tool.ts';
import { parsePackageRecords } from './debian-control.ts';
import { guestPackages } from './guest-files.ts';

/** A reason why nothing can be built here, told without asking apt what it has. */
export interface Obstacle {
  readonly reason: string;
  readonly hint: string;
}

const ownKernelHint =
  'Boot a kernel and initrd of your own instead, or build the guest on a Debian 12 or newer amd64 machine.';

/** What stands in the way before apt is asked for packages: platform, tools, sources. Tens of milliseconds. */
export async function findObstacle(signal: AbortSignal | undefined): Promise<Obstacle | undefined> {
  if (process.platform !== 'linux')
    return { reason: 'The Linux guest is built from Debian packages, which needs a Linux host.', hint: ownKernelHint };
  if (process.arch !== 'x64')
    return { reason: `The Linux guest is for amd64 hosts; this one is ${process.arch}.`, hint: ownKernelHint };
  for (const tool of ['apt-get', 'apt-cache', 'dpkg-deb']) {
    if (!(await isInstalled(tool, signal)))
      return {
        reason: `The Linux guest is built from Debian packages, and ${tool} is not installed.`,
        hint: ownKernelHint,
      };
  }
  // What an update would fetch, without fetching it: nothing at all means that apt has no sources.
  const lookOnly = ['-o', 'Debug::NoLocking=1', '--print-uris', 'update'];
  const sources = await runTool('apt-get', lookOnly, { signal });
  if (!sources.stdout.startsWith("'")) {
    return {
      reason: 'apt has no package sources on this machine.',
      hint: 'Add the Debian sources for this release to /etc/apt/sources.list.d.',
    };
  }
  return undefined;
}

/** Without lists nothing is known yet, and building fetches them; with lists the packages must be in them. */
export async function arePackagesMissing(signal: AbortSignal | undefined): Promise<boolean> {
  const wanted = [guestPackages.kernel, ...guestPackages.user];
  const known = await runTool('apt-cache', ['show', '--no-all-versions', 'libc6', ...wanted], { signal });
  const offered = new Set(
    parsePackageRecords(known.stdout)
      .filter(({ sha256 }) => sha256 !== undefined)
      .map(({ name }) => name),
  );
  return offered.has('libc6') && !wanted.every((name) => offered.has(name));
}

/** For a host whose sources are not Debian's. */
export function noSuchPackages(): Obstacle {
  return {
    reason: `The package sources of this machine do not have ${[guestPackages.kernel, ...guestPackages.user].join(', ')}; they are in Debian's.`,
    hint: ownKernelHint,
  };
}

async function isInstalled(tool: string, signal: AbortSignal | undefined): Promise<boolean> {
  try {
    return (await runTool(tool, ['--version'], { signal })).code === 0;
  } catch (error) {
    if (error instanceof SlipwayError && error.code === 'tool_missing') return false;
    throw error;
  }
}
