/** The limits of a host directory that QEMU shows a guest as a FAT disk (`vvfat`): FAT16, and a root of fixed size. */
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { SizeProblem } from './firmware-size.ts';

/** QEMU block/vvfat.c: 1024 cylinders, 16 heads, 63 sectors of 512 bytes. */
const capacityBytes = 1024 * 16 * 63 * 512;
/** QEMU block/vvfat.c: `root_entries`. A name longer than 8.3 takes several, so fewer may be too many. */
const rootEntries = 512;
/** A build tree given by mistake is noticed long before it is walked to its end. */
const mostEntries = 20_000;

/** Null: it fits, as far as can be told from sizes and numbers. Throws what the file system throws. */
export async function efiDirectoryProblem(directory: string): Promise<SizeProblem | null> {
  const root = await readdir(directory);
  if (root.length >= rootEntries) {
    return tooLarge(directory, `Its top folder has ${root.length} entries, and the disk has room for ${rootEntries}.`);
  }
  let bytes = 0;
  let count = 0;
  const waiting = [directory];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    for (const name of await readdir(next)) {
      const path = join(next, name);
      const facts = await lstat(path);
      if (facts.isDirectory()) waiting.push(path);
      else bytes += facts.size;
      if (bytes > capacityBytes || ++count > mostEntries) {
        const mib = Math.floor(capacityBytes / (1024 * 1024));
        return tooLarge(directory, `QEMU makes a FAT16 disk of at most ${mib} MiB of it.`);
      }
    }
  }
  return null;
}

function tooLarge(directory: string, cause: string): SizeProblem {
  return {
    message: `${directory} is too large to be an EFI directory.`,
    cause,
    hint: 'Choose a folder that holds only the programs to be run, for example the one with EFI/BOOT in it.',
  };
}
