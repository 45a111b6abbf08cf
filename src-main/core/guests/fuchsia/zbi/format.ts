/**
 * The numbers of Zircon's boot image format, and one header in and out of 32 bytes. Pure.
 * Format: zbi-format/zbi.h and zbi-format/internal/{bootfs,storage}.h of Fuchsia's SDK; little-endian throughout.
 */
import { crc32 } from 'node:zlib';
import type { Architecture } from '../../../../../src-shared/model/engine.ts';

export const headerBytes = 32;

/** Each magic is the last 4 bytes of the SHA-256 of a word: "bootdata", "bootitem" and "bootfs". */
export const containerMagic = 0x868cf7e6;
export const itemMagic = 0xb5781729;
export const bootfsMagic = 0xa56d3ff9;

/** What stands in the CRC field of an item that has none, and of every container. */
export const noCrc = 0x4a87e8d6;

export const flags = { storageCompressed: 1 << 0, version: 1 << 16, crc32: 1 << 17 } as const;

/** Item types as the four letters of the format, read as a little-endian number. */
const tag = (letters: string): number => Buffer.from(letters, 'latin1').readUInt32LE(0);

export const itemTypes = {
  container: tag('BOOT'),
  bootfs: tag('BFSB'),
  bootfsFactory: tag('BFSF'),
  ramdisk: tag('RDSK'),
  kernelStorage: tag('KSTR'),
  commandLine: tag('CMDL'),
  serialNumber: tag('SRLN'),
  bootloaderFile: tag('BTFL'),
  entropy: tag('RAND'),
  discard: tag('SKIP'),
} as const;

const kernelTypes: ReadonlyMap<number, Architecture> = new Map([
  [tag('KRNL'), 'x86_64'],
  [tag('KRN8'), 'aarch64'],
  [tag('KRNV'), 'riscv64'],
]);

/** The names that Fuchsia's own `zbi` tool shows. */
const names: ReadonlyMap<number, string> = new Map([
  [itemTypes.container, 'CONTAINER'],
  [tag('KRNL'), 'KERNEL_X64'],
  [tag('KRN8'), 'KERNEL_ARM64'],
  [tag('KRNV'), 'KERNEL_RISCV64'],
  [itemTypes.discard, 'DISCARD'],
  [itemTypes.ramdisk, 'RAMDISK'],
  [itemTypes.bootfs, 'BOOTFS'],
  [itemTypes.kernelStorage, 'KERNEL'],
  [itemTypes.bootfsFactory, 'BOOTFS_FACTORY'],
  [itemTypes.commandLine, 'CMDLINE'],
  [tag('IARG'), 'IMAGE_ARGS'],
  [itemTypes.serialNumber, 'SERIAL_NUMBER'],
  [itemTypes.bootloaderFile, 'BOOTLOADER_FILE'],
  [itemTypes.entropy, 'ENTROPY'],
  [tag('MEMC'), 'MEM_CONFIG'],
  [tag('PLID'), 'PLATFORM_ID'],
  [tag('TOPO'), 'CPU_TOPOLOGY'],
  [tag('KDRV'), 'KERNEL_DRIVER'],
  [tag('RSDP'), 'ACPI_RSDP'],
  [tag('SMBI'), 'SMBIOS'],
  [tag('EFIS'), 'EFI_SYSTEM_TABLE'],
  [tag('SWFB'), 'FRAMEBUFFER'],
  [tag('BOOM'), 'CRASHLOG'],
  [tag('NVLL'), 'NVRAM'],
  [0xd00dfeed, 'DEVICETREE'],
]);

const storageTypes: ReadonlySet<number> = new Set([
  itemTypes.ramdisk,
  itemTypes.bootfs,
  itemTypes.kernelStorage,
  itemTypes.bootfsFactory,
]);

export const itemTypeName = (type: number): string =>
  names.get(type) ?? `UNKNOWN (type=${type.toString(16).padStart(8, '0')})`;

/** Storage items may be compressed, and their `extra` is the size of what they hold. */
export const isStorage = (type: number): boolean => storageTypes.has(type);

/** The format tells a kernel by three of its letters; the architecture of one with an unknown fourth is null. */
export function kernelArchitecture(type: number): { readonly architecture: Architecture | null } | null {
  if ((type & 0x00ffffff) !== 0x004e524b) return null;
  return { architecture: kernelTypes.get(type) ?? null };
}

export const align8 = (bytes: number): number => Math.ceil(bytes / 8) * 8;

export interface Header {
  readonly type: number;
  /** Bytes of the payload, without its padding to 8. */
  readonly length: number;
  readonly extra: number;
  readonly flags: number;
  readonly magic: number;
  readonly crc32: number;
}

export function decodeHeader(bytes: Uint8Array): Header {
  const view = new DataView(bytes.buffer, bytes.byteOffset, headerBytes);
  const word = (offset: number): number => view.getUint32(offset, true);
  return { type: word(0), length: word(4), extra: word(8), flags: word(12), magic: word(24), crc32: word(28) };
}

export function encodeHeader(header: Omit<Header, 'magic'>): Uint8Array {
  const bytes = Buffer.alloc(headerBytes);
  const { type, length, extra, flags: flagBits, crc32: crc } = header;
  for (const [index, word] of [type, length, extra, flagBits, 0, 0, itemMagic, crc].entries()) {
    bytes.writeUInt32LE(word, index * 4);
  }
  return bytes;
}

/** The CRC so far of an item whose payload follows: it covers the header too, with a CRC field of zero. */
export function crcOfHeader(header: Uint8Array): number {
  const bytes = Uint8Array.from(header);
  bytes.fill(0, 28, headerBytes);
  return crc32(bytes);
}
