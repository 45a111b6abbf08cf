/**
 * Puts the guest's initrd together from an unpacked package tree, and adds a person's key to a finished one.
 *
 * Must never put a key into the base initrd: it is cached and the same for everyone.
 */
import { readdir, readFile, realpath } from 'node:fs/promises';
import { basename, join, relative } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { SlipwayError } from '../../../../src-shared/contract/errors.ts';
import { writeFileAtomically } from '../../kit/atomic-file.ts';
import { isErrno } from '../../kit/errno.ts';
import { readRegularBytes } from '../../kit/regular-file.ts';
import { runTool } from '../../process/run-tool.ts';
import { type CpioEntry, writeCpio } from './cpio.ts';
import { neededLibraries, programInterpreter } from './elf.ts';
import { bootModules, guestFiles, optionalModules } from './guest-files.ts';
import { type KernelModule, loadOrder, moduleName, modulesAlias, modulesDep, readModule } from './kernel-modules.ts';

const gzipAsync = promisify(gzip);

/** Programs of the unpacked packages that go into the guest, beside BusyBox. */
const programs = ['dropbear', 'dropbearkey', 'dbclient'];

export interface GuestParts {
  /** The kernel's own version, as `uname -r` prints it. */
  readonly kernelVersion: string;
  readonly kernelPath: string;
  /** The finished base initrd, gzip-compressed. */
  readonly initrd: Uint8Array;
}

/**
 * Builds the base initrd from packages unpacked under `root`.
 *
 * @throws SlipwayError `guest_unavailable` when something is not where Debian has it, `cancelled`.
 */
export async function assembleGuest(root: string, signal?: AbortSignal): Promise<GuestParts> {
  const files = await fileIndex(root);
  const kernel = findKernel(files);
  if (kernel === undefined) throw notThere('a kernel image');
  const { path: kernelPath, version: kernelVersion } = kernel;
  const busybox = await programEntry(root, files, 'busybox');
  const applets = await runTool(join(root, pathOfProgram(files, 'busybox')), ['--list'], { signal });
  const entries: CpioEntry[] = [
    ...guestFiles(),
    busybox,
    ...applets.stdout
      .split('\n')
      .filter((applet) => /^[a-z0-9_.[-]+$/.test(applet) && applet !== 'busybox')
      .map((applet): CpioEntry => ({ kind: 'symlink', path: `bin/${applet}`, target: 'busybox' })),
    ...(await programsWithLibraries(root, files)),
    ...(await moduleEntries(root, files, kernelVersion, signal)),
  ];
  const initrd = await gzipAsync(writeCpio(entries));
  return { kernelVersion, kernelPath: join(root, kernelPath), initrd };
}

const kernelPlaces = [/^boot\/vmlinuz-([^/]+)$/, /^(?:usr\/)?lib\/modules\/([^/]+)\/vmlinuz$/];

/** The kernel's image among the packages' files, and its version as `uname -r` prints it. */
export function findKernel(files: readonly string[]): { readonly path: string; readonly version: string } | undefined {
  for (const path of files) {
    const version = kernelPlaces.map((place) => place.exec(path)?.[1]).find((found) => found !== undefined);
    if (version !== undefined) return { path, version };
  }
  return undefined;
}

/**
 * Writes `destination` (mode 0600, atomically): the base initrd with `publicKey` as root's `authorized_keys`. The kernel
 * unpacks the archives of an initrd one after the other; the second must start at a multiple of four bytes.
 *
 * @param publicKey one or more lines in `authorized_keys` format.
 * @throws SlipwayError `invalid_input` for what is no public key, `file_missing`, `disk_full`.
 */
export async function appendAuthorizedKey(baseInitrd: string, publicKey: string, destination: string): Promise<void> {
  const lines = publicKey.split(/\r?\n/).filter((line) => line.trim() !== '');
  if (lines.length === 0 || !lines.every((line) => /^(?:#|(?:ssh|ecdsa|sk)-\S+ [A-Za-z0-9+/=]+(?: |$))/.test(line))) {
    throw new SlipwayError('invalid_input', 'This is not an ssh public key.', { raw: publicKey });
  }
  try {
    const base = await readRegularBytes(baseInitrd, { what: 'initrd', mostBytes: largestInitrdBytes });
    const padding = new Uint8Array((4 - (base.length % 4)) % 4);
    await writeFileAtomically(destination, Buffer.concat([base, padding, authorizedKeyArchive(lines)]), 0o600);
  } catch (error) {
    const raw = String(error);
    if (isErrno(error, 'ENOSPC', 'EDQUOT'))
      throw new SlipwayError('disk_full', 'There is no room for the initrd.', { raw });
    throw error;
  }
}

/** QEMU loads all of it into the guest's memory, below 4 GiB. */
const largestInitrdBytes = 1024 * 1024 * 1024;

function authorizedKeyArchive(lines: readonly string[]): Uint8Array {
  return writeCpio([
    { kind: 'directory', path: 'root', mode: 0o700 },
    { kind: 'directory', path: 'root/.ssh', mode: 0o700 },
    { kind: 'file', path: 'root/.ssh/authorized_keys', mode: 0o600, data: `${lines.join('\n')}\n` },
  ]);
}

/**
 * All files below `root`, relative, sorted: the same packages give the same bytes. Links that lead out of `root` are
 * left out, because following an absolute one would read the host's file of that name.
 */
async function fileIndex(root: string): Promise<string[]> {
  const realRoot = await realpath(root);
  const found: string[] = [];
  for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    const target = entry.isSymbolicLink() ? await realpath(path).catch(() => '') : join(realRoot, relative(root, path));
    if (!entry.isDirectory() && target.startsWith(`${realRoot}/`)) found.push(relative(root, path));
  }
  return found.sort();
}

// Newer Debian has everything under /usr, older has /bin and /lib beside it: look by name, not by place.
function pathOfProgram(files: readonly string[], name: string): string {
  const path = files.find((file) => new RegExp(`^(?:usr/)?s?bin/${name}$`).test(file));
  if (path === undefined) throw notThere(name);
  return path;
}

async function programEntry(root: string, files: readonly string[], name: string): Promise<CpioEntry> {
  const data = await readFile(join(root, pathOfProgram(files, name)));
  return { kind: 'file', path: `bin/${name}`, data, mode: 0o755 };
}

/** The programs, the libraries they ask for (and those ask for), and the loader at the place the programs name. */
async function programsWithLibraries(root: string, files: readonly string[]): Promise<CpioEntry[]> {
  const entries = await Promise.all(programs.map((name) => programEntry(root, files, name)));
  const libraries = new Map<string, CpioEntry>();
  const queue = entries.flatMap((entry) => (entry.kind === 'file' ? [entry.data] : []));
  for (let file = queue.shift(); file !== undefined; file = queue.shift()) {
    if (typeof file === 'string') continue;
    const interpreter = programInterpreter(file)?.replace(/^\//, '');
    for (const name of [...neededLibraries(file), ...(interpreter === undefined ? [] : [basename(interpreter)])]) {
      if (libraries.has(name)) continue;
      const path = files.find((candidate) => basename(candidate) === name && /^(?:usr\/)?lib/.test(candidate));
      if (path === undefined) throw notThere(name);
      const data = await readFile(join(root, path));
      // The loader is named by its full path; everything else it finds in /lib64 and /lib.
      const isLoader = interpreter !== undefined && basename(interpreter) === name;
      libraries.set(name, { kind: 'file', path: isLoader ? interpreter : `lib/${name}`, data, mode: 0o755 });
      queue.push(data);
    }
  }
  return [...entries, ...libraries.values()];
}

async function moduleEntries(
  root: string,
  files: readonly string[],
  kernelVersion: string,
  signal: AbortSignal | undefined,
): Promise<CpioEntry[]> {
  const pathByName = new Map(
    files
      .filter((file) => /(?:^|\/)lib\/modules\/.*\.ko(?:\.\w+)?$/.test(file))
      .map((file) => [moduleName(basename(file)), file]),
  );
  const read = new Map<string, { module: KernelModule; data: Uint8Array }>();
  // Read the wanted ones, then what those depend on, until nothing new comes up.
  let wave = [...bootModules, ...optionalModules].map(moduleName);
  while (wave.length > 0) {
    for (const name of wave) {
      const path = pathByName.get(name);
      if (path === undefined || read.has(name)) continue;
      const data = await readModuleFile(root, files, path, signal);
      read.set(name, { module: readModule(basename(path), data), data });
    }
    wave = [...read.values()]
      .flatMap(({ module }) => module.depends)
      .filter((name) => pathByName.has(name) && !read.has(name));
  }

  const find = (name: string): KernelModule | undefined => read.get(name)?.module;
  const all = loadOrder([...read.keys()], find);
  const folder = `lib/modules/${kernelVersion}`;
  const fileName = (name: string): string => `${name}.ko`;
  const text = (path: string, data: string): CpioEntry => ({ kind: 'file', path, data });
  return [
    { kind: 'directory', path: folder },
    ...all.map(({ name }): CpioEntry => {
      const data = read.get(name)?.data ?? new Uint8Array();
      return { kind: 'file', path: `${folder}/${fileName(name)}`, data };
    }),
    text(`${folder}/modules.dep`, modulesDep(all, fileName)),
    text(`${folder}/modules.alias`, modulesAlias(all)),
    text(
      'etc/slipway/modules',
      loadOrder(bootModules, find)
        .map(({ name }) => `${fileName(name)}\n`)
        .join(''),
    ),
  ];
}

/** The module's plain bytes. The guest's insmod could unpack xz itself, but on an emulated processor that takes seconds. */
async function readModuleFile(
  root: string,
  files: readonly string[],
  path: string,
  signal: AbortSignal | undefined,
): Promise<Uint8Array> {
  const file = join(root, path);
  const [command, ...args] = path.endsWith('.xz')
    ? [join(root, pathOfProgram(files, 'busybox')), 'unxz', '-k', file]
    : path.endsWith('.zst')
      ? ['zstd', '-q', '-d', file]
      : path.endsWith('.gz')
        ? ['gzip', '-k', '-d', file]
        : [];
  if (command === undefined) return await readFile(file);
  const result = await runTool(command, args, { signal });
  if (result.code !== 0) throw notThere(`a readable ${basename(path)}`, result.stderr);
  return await readFile(file.replace(/\.\w+$/, ''));
}

function notThere(what: string, raw?: string): SlipwayError {
  return new SlipwayError('guest_unavailable', `The Debian packages do not have ${what} where it was expected.`, {
    hint: 'This release of Debian may be newer than this version of Slipway. Boot a kernel of your own instead.',
    ...(raw === undefined ? {} : { raw }),
  });
}
