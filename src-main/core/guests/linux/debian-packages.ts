/**
 * Gets packages from the host's own Debian sources: look up, download, unpack. Needs no root and changes nothing of the
 * host's package state; apt checks the signatures.
 *
 * Must never install anything, and must never write outside the folder it is given.
 */
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SlipwayError } from '../../../../src-shared/contract/errors.ts';
import { runTool, type ToolResult } from '../../process/run-tool.ts';
import { type DebianPackage, parsePackageRecords } from './debian-control.ts';

export interface Apt {
  /** `host`: the package lists the host has. `own`: lists of our own, just fetched with `updateOwnLists`. */
  readonly lists: 'host' | 'own';
  readonly directory: string;
  readonly signal: AbortSignal | undefined;
}

// The host's hooks clean its own cache or tell its desktop about new lists; neither is our business, and as a plain
// user they fail. Container images switch apt's index cache off; without it each lookup parses all lists anew (0.8 s).
const aptConfiguration = `#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
#clear DPkg::Pre-Install-Pkgs;
Dir::Cache::pkgcache "pkgcache.bin";
Dir::Cache::srcpkgcache "srcpkgcache.bin";
Acquire::Languages "none";
Acquire::Retries "2";
Acquire::http::Timeout "20";
Acquire::https::Timeout "20";
`;

/** A lookup that reads only local files takes a second or two, even on a slow machine. */
const lookupTimeoutMs = 60_000;

/** Prepares `directory` (created) for apt's own files. */
export async function openApt(directory: string, signal?: AbortSignal): Promise<Apt> {
  for (const part of ['state/lists/partial', 'cache/archives/partial', 'packages-host', 'packages-own', 'root']) {
    await mkdir(join(directory, part), { recursive: true });
  }
  await writeFile(join(directory, 'apt.conf'), aptConfiguration);
  return { lists: 'host', directory, signal };
}

/**
 * Fetches package lists into our own folder, for a host that has none or old ones. A source that cannot be reached is
 * not an error here: whether the packages are known afterwards decides.
 */
export async function updateOwnLists(apt: Apt): Promise<{ apt: Apt; said: string }> {
  const own: Apt = { ...apt, lists: 'own' };
  const result = await runApt(own, 'apt-get', ['update']);
  return { apt: own, said: saidBy(result) };
}

/** The newest record of each known package in the sources' order of preference; unknown names are left out. */
export async function showPackages(apt: Apt, names: readonly string[]): Promise<DebianPackage[]> {
  if (names.length === 0) return [];
  // Exit code 100 means that some name is unknown; the records of the others are printed all the same.
  const result = await runApt(apt, 'apt-cache', ['show', '--no-all-versions', ...names], {
    timeoutMs: lookupTimeoutMs,
  });
  const wanted = new Set(names);
  return parsePackageRecords(result.stdout).filter(({ name }) => wanted.has(name));
}

/**
 * The named packages and all they depend on (or only what `follow` names), each once. Unknown names are left out.
 */
export async function packageClosure(
  apt: Apt,
  names: readonly string[],
  follow: (found: DebianPackage) => readonly string[] = ({ depends }) => depends,
): Promise<DebianPackage[]> {
  const found = new Map<string, DebianPackage>();
  const asked = new Set<string>();
  let wave = [...names];
  while (wave.length > 0) {
    for (const name of wave) asked.add(name);
    for (const record of await showPackages(apt, wave)) found.set(record.name, record);
    wave = [...new Set([...found.values()].flatMap(follow))].filter((name) => !asked.has(name));
  }
  return [...found.values()];
}

/**
 * Downloads the packages and checks them (apt compares each with the signed lists).
 *
 * @param onFraction told the finished share, 0 to 1, about twice a second.
 * @returns paths of the archive files.
 * @throws SlipwayError `download_failed`, `disk_full`, `cancelled`.
 */
export async function downloadPackages(
  apt: Apt,
  packages: readonly DebianPackage[],
  onFraction: (fraction: number) => void,
): Promise<string[]> {
  // Apart for each set of lists: what a failed first attempt left must not be unpacked beside newer versions.
  const directory = join(apt.directory, `packages-${apt.lists}`);
  const wanted = packages.map(({ name, version }) => `${name}=${version}`);
  const result = await runApt(apt, 'apt-get', ['-o', 'APT::Status-Fd=1', 'download', ...wanted], {
    cwd: directory,
    onOutput: ({ text }) => {
      const percent = [...text.matchAll(/^dlstatus:[^:]*:([\d.]+):/gm)].at(-1)?.[1];
      if (percent !== undefined) onFraction(Math.min(1, Number(percent) / 100));
    },
  });
  const files = (await readdir(directory)).filter((file) => file.endsWith('.deb'));
  if (result.code !== 0 || files.length < packages.length) {
    throw failureOf(
      result,
      new SlipwayError('download_failed', 'The packages for the Linux guest could not be downloaded.', {
        hint: 'Check the network connection and proxy settings, then try again.',
        raw: saidBy(result),
      }),
    );
  }
  return files.map((file) => join(directory, file));
}

/** Unpacks one archive file over `<directory>/root`. @throws SlipwayError `internal`, `disk_full`, `cancelled`. */
export async function unpackPackage(apt: Apt, file: string): Promise<void> {
  const result = await runTool('dpkg-deb', ['--extract', file, join(apt.directory, 'root')], { signal: apt.signal });
  if (result.code !== 0) {
    throw failureOf(result, new SlipwayError('internal', `${file} could not be unpacked.`, { raw: saidBy(result) }));
  }
}

/** What a tool printed, as raw text for a failure. */
export function saidBy(result: ToolResult): string {
  const lines = `${result.stderr}\n${result.stdout}`.split('\n');
  return lines.filter((line) => line.trim() !== '' && !line.startsWith('dlstatus:')).join('\n');
}

function failureOf(result: ToolResult, otherwise: SlipwayError): SlipwayError {
  if (!/No space left on device|not have enough free space/.test(saidBy(result))) return otherwise;
  return new SlipwayError('disk_full', 'There is no room left to build the Linux guest.', {
    hint: 'About 300 MB are needed while it is built, and 30 MB afterwards.',
    raw: saidBy(result),
  });
}

async function runApt(
  apt: Apt,
  command: 'apt-get' | 'apt-cache',
  args: readonly string[],
  options: Parameters<typeof runTool>[2] = {},
): Promise<ToolResult> {
  const settings = [
    `Dir::Cache=${join(apt.directory, 'cache')}`,
    `Dir::Cache::archives=${join(apt.directory, 'cache', 'archives')}`,
  ];
  if (apt.lists === 'own') settings.push(`Dir::State::lists=${join(apt.directory, 'state', 'lists')}`);
  // As root apt hands downloads to the user _apt, who may not enter a private home. Signatures are checked regardless.
  if (process.getuid?.() === 0) settings.push('APT::Sandbox::User=root');
  const flags = ['-q', '-c', join(apt.directory, 'apt.conf'), ...settings.flatMap((setting) => ['-o', setting])];
  return await runTool(command, [...flags, ...args], {
    ...options,
    signal: apt.signal,
    // The messages are shown as raw text and searched for causes: keep them in one language.
    env: { LC_ALL: 'C.UTF-8', DEBIAN_FRONTEND: 'noninteractive' },
  });
}
