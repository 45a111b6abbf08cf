/**
 * Where everything goes in a new BOOTFS. Pure: sizes in, a directory and places out. Files with the same `content` share
 * one place, so that an image whose files share their data does not grow when it is rebuilt.
 */
import { SlipwayError } from '../../../../../src-shared/contract/errors.ts';
import { align4, alignPage, bootfsEntryBytes, bootfsHeaderBytes } from './bootfs-directory.ts';
import { bootfsNameProblem, compareBootfsNames } from './bootfs-name.ts';
import { bootfsMagic } from './format.ts';

export interface BootfsFile<Content> {
  readonly name: string;
  readonly sizeBytes: number;
  /** Compared by identity. */
  readonly content: Content;
}

export interface BootfsLayout<Content> {
  /** Header and directory, without the padding to the first page. */
  readonly head: Uint8Array;
  /** By ascending offset, each with the largest size that a file of this content has. */
  readonly places: readonly { readonly offset: number; readonly sizeBytes: number; readonly content: Content }[];
  /** A multiple of the page. */
  readonly totalBytes: number;
}

/** @throws SlipwayError `invalid_input`: a name that a BOOTFS cannot hold, twice the same one, or more than 4 GiB. */
export function layOutBootfs<Content>(files: readonly BootfsFile<Content>[]): BootfsLayout<Content> {
  const sorted = files.toSorted((a, b) => compareBootfsNames(a.name, b.name));
  checkNames(sorted.map(({ name }) => name));
  const largest = new Map<Content, number>();
  for (const { content, sizeBytes } of sorted) largest.set(content, Math.max(sizeBytes, largest.get(content) ?? 0));
  const entryBytes = (name: string): number => align4(bootfsEntryBytes + Buffer.byteLength(name) + 1);
  const directoryBytes = sorted.reduce((sum, { name }) => sum + entryBytes(name), 0);
  const offsets = new Map<Content, number>();
  let end = alignPage(bootfsHeaderBytes + directoryBytes);
  for (const { content } of sorted) {
    if (offsets.has(content)) continue;
    offsets.set(content, end);
    end += alignPage(largest.get(content) ?? 0);
  }
  if (end > 0xffffffff) throw new SlipwayError('invalid_input', `The BOOTFS would have ${end} bytes, more than 4 GiB.`);
  const head = Buffer.alloc(bootfsHeaderBytes + directoryBytes);
  head.writeUInt32LE(bootfsMagic, 0);
  head.writeUInt32LE(directoryBytes, 4);
  let at = bootfsHeaderBytes;
  for (const { name, sizeBytes, content } of sorted) {
    head.writeUInt32LE(Buffer.byteLength(name) + 1, at);
    head.writeUInt32LE(sizeBytes, at + 4);
    head.writeUInt32LE(offsets.get(content) ?? 0, at + 8);
    head.write(name, at + bootfsEntryBytes, 'utf8');
    at += entryBytes(name);
  }
  const places = [...offsets].map(([content, offset]) => ({ offset, sizeBytes: largest.get(content) ?? 0, content }));
  return { head, places, totalBytes: end };
}

function checkNames(names: readonly string[]): void {
  const all = new Set<string>();
  for (const name of names) {
    const problem = bootfsNameProblem(name);
    if (problem !== null) {
      throw new SlipwayError('invalid_input', `The BOOTFS name ${JSON.stringify(name)} ${problem}.`);
    }
    if (all.has(name)) throw new SlipwayError('invalid_input', `${name} would be in the BOOTFS twice.`);
    all.add(name);
  }
  for (const name of names) {
    for (let slash = name.indexOf('/'); slash >= 0; slash = name.indexOf('/', slash + 1)) {
      const folder = name.slice(0, slash);
      if (!all.has(folder)) continue;
      throw new SlipwayError('invalid_input', `${folder} would be a file and a folder of the BOOTFS at once.`);
    }
  }
}
