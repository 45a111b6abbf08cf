/**
 * Finds programs of this host: QEMU's emulators, qemu-img and the like. Owns where they are looked for and what to say
 * when there is none. Reads the file system only; must never run what it finds.
 */
import { accessSync, constants, readFileSync, realpathSync, statSync } from 'node:fs';
import { basename, delimiter, isAbsolute, join } from 'node:path';
import { SlipwayError } from '../../../src-shared/contract/errors.ts';

/** Moves the search for QEMU's programs to one directory, before PATH: for a QEMU built from source. */
export const qemuDirectoryVariable = 'SLIPWAY_QEMU_DIR';

/** What to install, by the family of the distribution. */
export interface Packages {
  readonly debian: string;
  readonly fedora: string;
  readonly arch: string;
  readonly suse: string;
  readonly alpine: string;
  readonly brew: string;
}

export interface HostTool {
  /** Absolute, with links followed: the same program has one path. */
  readonly path: string;
  /** In words that can be shown: where it was found. */
  readonly note: string;
}

export interface HostToolSearch {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly knownDirectories: readonly string[];
}

/**
 * Where programs are that a desktop session's PATH often lacks: Homebrew on both kinds of Mac, MacPorts, and
 * /usr/libexec, where Red Hat keeps `qemu-kvm`.
 */
export const systemSearch: HostToolSearch = {
  environment: process.env,
  knownDirectories: [
    '/usr/local/bin',
    '/usr/bin',
    '/opt/homebrew/bin',
    '/opt/local/bin',
    '/home/linuxbrew/.linuxbrew/bin',
    '/run/current-system/sw/bin',
    '/usr/libexec',
  ],
};

/** The first of `names` that is there and can be executed: override, PATH, known places. Null when there is none. */
export function findHostTool(names: readonly string[], search: HostToolSearch = systemSearch): HostTool | null {
  const override = search.environment[qemuDirectoryVariable];
  const fromPath = (search.environment.PATH ?? '').split(delimiter).filter(isAbsolute);
  const places = [
    ...(override ? [{ directory: override, note: `Found in $${qemuDirectoryVariable}.` }] : []),
    ...fromPath.map((directory) => ({ directory, note: 'Found in PATH.' })),
    ...search.knownDirectories.map((directory) => ({ directory, note: `Found in ${directory}.` })),
  ];
  for (const name of names) {
    for (const { directory, note } of places) {
      const path = executableAt(join(directory, name));
      if (path !== null) return { path, note };
    }
  }
  return null;
}

/**
 * A program given by path.
 *
 * @throws SlipwayError `file_missing`, `file_not_regular` or `file_unreadable` (not executable), with the field.
 */
export function requireExecutable(path: string, field: string): HostTool {
  let facts: ReturnType<typeof statSync>;
  try {
    facts = statSync(path);
  } catch (error) {
    throw new SlipwayError('file_missing', `${path} does not exist.`, { raw: String(error), field });
  }
  if (!facts.isFile()) {
    throw new SlipwayError(
      'file_not_regular',
      `${path} is not a program but ${facts.isDirectory() ? 'a folder' : 'a special file'}.`,
      {
        hint: facts.isDirectory() ? 'Choose the program inside it, for example qemu-system-x86_64.' : undefined,
        field,
      },
    );
  }
  const executable = executableAt(path);
  if (executable === null) {
    throw new SlipwayError('file_unreadable', `${path} may not be executed.`, {
      hint: `Make it executable: chmod +x ${path}`,
      field,
    });
  }
  return { path: executable, note: 'The program you chose.' };
}

/** A missing tool as an error that says what to install on this very system. */
export function missingTool(
  code: 'tool_missing' | 'engine_missing',
  name: string,
  packages: Packages,
  system: HostSystem = thisSystem(),
): SlipwayError {
  return new SlipwayError(code, `${name} is not installed.`, {
    cause: `It is neither in PATH nor in the usual places.`,
    hint: `${installLine(packages, system)} If it is somewhere else, set ${qemuDirectoryVariable} to its directory.`,
  });
}

export interface HostSystem {
  readonly platform: string;
  /** `ID` and `ID_LIKE` of os-release(5), in one line. */
  readonly ids: string;
}

/** What to type to install the packages; null on a system whose package manager is not known. Pure. */
export function installCommand(packages: Packages, { platform, ids }: HostSystem): string | null {
  const family = ids.toLowerCase().split(/\s+/);
  const is = (...names: string[]) => names.some((name) => family.includes(name));
  if (platform === 'darwin') return `brew install ${packages.brew}`;
  if (is('debian', 'ubuntu')) return `sudo apt install ${packages.debian}`;
  if (is('fedora', 'rhel', 'centos')) return `sudo dnf install ${packages.fedora}`;
  if (is('arch', 'archlinux')) return `sudo pacman -S ${packages.arch}`;
  if (is('suse', 'opensuse')) return `sudo zypper install ${packages.suse}`;
  if (is('alpine')) return `doas apk add ${packages.alpine}`;
  return null;
}

/** The same as a sentence. Pure. */
export function installLine(packages: Packages, system: HostSystem): string {
  const command = installCommand(packages, system);
  if (command !== null) return `Install it: ${command}.`;
  return `Install it with your package manager; the package is called ${packages.debian} on Debian and ${packages.fedora} on Fedora.`;
}

/** os-release(5): `KEY=value`, shell quoting allowed. Unknown where there is no such file. */
export function thisSystem(): HostSystem {
  const read = (path: string): string | null => {
    try {
      return readFileSync(path, 'utf8');
    } catch {
      return null;
    }
  };
  const text = process.platform === 'linux' ? (read('/etc/os-release') ?? read('/usr/lib/os-release') ?? '') : '';
  const ids = [...text.matchAll(/^ID(?:_LIKE)?=(.*)$/gm)].map((match) => (match[1] ?? '').replaceAll(/["']/g, ''));
  return { platform: process.platform, ids: ids.join(' ') };
}

function executableAt(path: string): string | null {
  try {
    if (!statSync(path).isFile()) return null;
    accessSync(path, constants.X_OK);
    const real = realpathSync(path);
    // A dispatcher such as firejail decides by the name of the link what it is; following that would lose it.
    return basename(real) === basename(path) || basename(real).startsWith('qemu') ? real : path;
  } catch {
    return null;
  }
}
