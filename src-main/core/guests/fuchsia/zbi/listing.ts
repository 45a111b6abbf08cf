/** A boot image as data for a window and as the text that Fuchsia's `zbi --list` prints. Pure. */
import type { Failure } from '../../../../../src-shared/contract/errors.ts';
import type { Architecture } from '../../../../../src-shared/model/engine.ts';
import type { BootfsEntry } from './bootfs-directory.ts';
import { itemMagic, itemTypeName, kernelArchitecture } from './format.ts';
import type { Compression } from './payload.ts';

export interface ListedItem {
  /** Of the header, in bytes from the start of the file. */
  readonly offset: number;
  readonly type: number;
  readonly name: string;
  readonly lengthBytes: number;
  /** Null: not a storage item. */
  readonly storage: { readonly contentBytes: number; readonly compression: Compression } | null;
  readonly crc: ListedCrc;
  /** The files of a BOOTFS, or why they cannot be listed; null: no BOOTFS. */
  readonly bootfs: readonly BootfsEntry[] | Failure | null;
  /** The words of a command line; null: no CMDLINE. */
  readonly words: readonly string[] | null;
}

/** `actual` null: not computed. */
export type ListedCrc = { readonly stored: number; readonly actual: number | null } | 'none';

export interface ZbiListing {
  readonly path: string;
  readonly sizeBytes: number;
  readonly bootable: Bootable;
  readonly items: readonly ListedItem[];
}

export type Bootable =
  | { readonly isBootable: true; readonly architecture: Architecture | null }
  | { readonly isBootable: false; readonly reason: 'empty ZBI' | 'first item not KERNEL' | 'kernel arch mismatch' };

/** `architecture` null: that of its kernel, whichever. */
export function judgeBootable(itemTypes: readonly number[], architecture: Architecture | null): Bootable {
  const [first] = itemTypes;
  if (first === undefined) return { isBootable: false, reason: 'empty ZBI' };
  const kernel = kernelArchitecture(first);
  if (kernel === null) return { isBootable: false, reason: 'first item not KERNEL' };
  if (architecture !== null && kernel.architecture !== architecture) {
    return { isBootable: false, reason: 'kernel arch mismatch' };
  }
  return { isBootable: true, architecture: kernel.architecture };
}

/** One line each, without a line end. `verbose`: with the files of a BOOTFS and the words of a command line. */
export function formatListing(listing: ZbiListing, options: { readonly verbose?: boolean } = {}): string {
  const { bootable, items } = listing;
  const lines = [bootable.isBootable ? 'BOOTABLE: bootable image' : `UNBOOTABLE: ${bootable.reason}`];
  for (const item of items) {
    const size = item.storage === null ? '' : ` (size=${hex8(item.storage.contentBytes)})`;
    lines.push(`${hex8(item.offset)}: ${hex8(item.lengthBytes)} ${itemTypeName(item.type)}${size}`);
    const crc = item.crc === 'none' ? 'NO CRC' : `CRC=${hex8(item.crc.stored)}`;
    lines.push(`${blank}MAGIC=${hex8(itemMagic)} ${crc}${crcRemark(item.crc)}`);
    if (options.verbose === true) lines.push(...formatContent(item));
  }
  return lines.join('\n');
}

const blank = '        :          ';
const hex8 = (value: number): string => value.toString(16).padStart(8, '0');

function crcRemark(crc: ListedCrc): string {
  if (crc === 'none' || crc.actual === null || crc.actual === crc.stored) return '';
  return ` [ERROR: the bytes have ${hex8(crc.actual)}]`;
}

function formatContent(item: ListedItem): string[] {
  const words = (item.words ?? []).map((word) => `        : ${word}`);
  if (item.bootfs === null) return words;
  if (isFailure(item.bootfs)) return [`        : [ERROR: ${item.bootfs.message}]`];
  const files = item.bootfs.map(
    ({ dataOffset, dataLength, name }) => `        : ${hex8(dataOffset)} ${hex8(dataLength)} ${name}`,
  );
  return [...words, ...files];
}

export function isFailure(bootfs: readonly BootfsEntry[] | Failure): bootfs is Failure {
  return !Array.isArray(bootfs);
}
