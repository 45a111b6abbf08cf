/**
 * Which kernel modules must be loaded, and in which order. Debian's kernel package has no `modules.dep` (depmod writes
 * it on installation), so what depends on what is read from the modules themselves.
 *
 * Pure: module bytes in, names and index files out.
 */
import { elfSection } from './elf.ts';

export interface KernelModule {
  /** With underscores, as the kernel calls it: `virtio_net`. */
  readonly name: string;
  /** Names of the modules that must be loaded before this one. */
  readonly depends: readonly string[];
  /** What the kernel asks modprobe for: `fs-vfat`, `virtio:d00000001v*`. */
  readonly aliases: readonly string[];
}

/** `virtio-rng.ko.xz` → `virtio_rng`: file names have either sign, the kernel's names only underscores. */
export function moduleName(fileName: string): string {
  return fileName.replace(/\.ko(?:\.(?:xz|zst|gz))?$/, '').replaceAll('-', '_');
}

/**
 * What a module says of itself in its `.modinfo` section: NUL-separated `key=value`, of which `depends` and `alias`
 * matter here. Format: https://docs.kernel.org/kbuild/modules.html and include/linux/moduleparam.h.
 *
 * @throws RangeError when `file` is not an (uncompressed) 64-bit ELF module.
 */
export function readModule(fileName: string, file: Uint8Array): KernelModule {
  const section = elfSection(file, '.modinfo');
  if (section === undefined) throw new RangeError(`${fileName} has no .modinfo section`);
  const fields = new TextDecoder().decode(section).split('\0');
  const valuesOf = (key: string): string[] =>
    fields.filter((field) => field.startsWith(`${key}=`)).map((field) => field.slice(key.length + 1));
  return {
    name: moduleName(fileName),
    depends: valuesOf('depends')
      .flatMap((list) => list.split(','))
      .filter((name) => name !== '')
      .map(moduleName),
    aliases: valuesOf('alias'),
  };
}

/**
 * The wanted modules and everything they need, each after what it depends on; wanted order is kept where it can be.
 * A name that `find` does not know is left out: it is built in to the kernel, or the kernel does not have it.
 *
 * @throws RangeError on a circle, which a loadable set of modules cannot have.
 */
export function loadOrder(wanted: readonly string[], find: (name: string) => KernelModule | undefined): KernelModule[] {
  const ordered = new Map<string, KernelModule>();
  const visit = (name: string, path: readonly string[]): void => {
    if (ordered.has(name)) return;
    if (path.includes(name)) throw new RangeError(`modules depend on each other: ${[...path, name].join(' → ')}`);
    const module = find(name);
    if (module === undefined) return;
    for (const dependency of module.depends) visit(dependency, [...path, name]);
    ordered.set(name, module);
  };
  for (const name of wanted) visit(moduleName(name), []);
  return [...ordered.values()];
}

/**
 * `modules.dep` as depmod writes it: each file, then all it needs, nearest first (modprobe loads them from the right).
 * Paths are relative to the modules folder.
 */
export function modulesDep(modules: readonly KernelModule[], pathOf: (name: string) => string): string {
  const known = new Map(modules.map((module) => [module.name, module]));
  const line = (module: KernelModule): string => {
    const before = loadOrder(module.depends, (name) => known.get(name)).reverse();
    return `${pathOf(module.name)}:${before.map(({ name }) => ` ${pathOf(name)}`).join('')}\n`;
  };
  return modules.map(line).join('');
}

/** `modules.alias` as depmod writes it, so that `mount -t vfat` and new hardware find their modules. */
export function modulesAlias(modules: readonly KernelModule[]): string {
  return modules.flatMap(({ name, aliases }) => aliases.map((alias) => `alias ${alias} ${name}\n`)).join('');
}
