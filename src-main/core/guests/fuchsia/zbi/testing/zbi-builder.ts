/**
 * Makes boot images for tests, whole ones and wrong ones. Written from the format's description and on purpose without a
 * line of the code under test: a mistake made once must not hide in both.
 */

export interface BuiltItem {
  readonly type: string | number;
  readonly payload: Uint8Array;
  readonly extra?: number;
  /** Default: the version flag, and the CRC flag where there is a CRC. */
  readonly flags?: number;
  /** Default: the right one. */
  readonly crc?: 'none' | number;
  readonly magic?: number;
  readonly length?: number;
}

interface BuiltContainer {
  readonly type?: string;
  readonly length?: number;
  readonly extra?: number;
  readonly flags?: number;
  readonly magic?: number;
  readonly crc?: number;
}

const words = (...values: readonly number[]): Buffer => {
  const bytes = Buffer.alloc(values.length * 4);
  for (const [index, value] of values.entries()) bytes.writeUInt32LE(value >>> 0, index * 4);
  return bytes;
};
const typeWord = (type: string | number): number =>
  typeof type === 'number' ? type : Buffer.from(type, 'latin1').readUInt32LE(0);
const padded = (bytes: Uint8Array, to: number): Buffer =>
  Buffer.concat([bytes, Buffer.alloc((to - (bytes.length % to)) % to)]);

/** The CRC-32 of zlib and PNG, bit by bit. */
export function bitwiseCrc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}

export function buildItem(item: BuiltItem): Buffer {
  const { payload, extra = 0, magic = 0xb5781729, length = payload.length } = item;
  const flags = item.flags ?? (item.crc === 'none' ? 0x10000 : 0x30000);
  const header = (crc: number): Buffer => words(typeWord(item.type), length, extra, flags, 0, 0, magic, crc);
  const crc = item.crc === 'none' ? 0x4a87e8d6 : (item.crc ?? bitwiseCrc32(Buffer.concat([header(0), payload])));
  return Buffer.concat([header(crc), padded(payload, 8)]);
}

export function buildZbi(items: readonly BuiltItem[], container: BuiltContainer = {}): Buffer {
  const body = Buffer.concat(items.map(buildItem));
  const { type = 'BOOT', length = body.length, extra = 0x868cf7e6, flags = 0x10000 } = container;
  const { magic = 0xb5781729, crc = 0x4a87e8d6 } = container;
  return Buffer.concat([words(typeWord(type), length, extra, flags, 0, 0, magic, crc), body]);
}

/** Entry point, memory to reserve, and an image that does nothing. */
export function kernelItem(type = 'KRNL', image: Uint8Array = Buffer.from('no kernel at all')): BuiltItem {
  return { type, payload: Buffer.concat([Buffer.alloc(16), image]) };
}

export interface BuiltFile {
  readonly name: string | Uint8Array;
  readonly content: Uint8Array;
  readonly offset?: number;
  readonly length?: number;
}

/** In the order given, which ought to be ascending. `changes` bend what the header says. */
export function buildBootfs(
  files: readonly BuiltFile[],
  changes: { readonly magic?: number; readonly directoryBytes?: number } = {},
): Buffer {
  const names = files.map(({ name }) => (typeof name === 'string' ? Buffer.from(`${name}\0`) : Buffer.from(name)));
  const directoryBytes = names.reduce((sum, name) => sum + ((12 + name.length + 3) & ~3), 0);
  const pages: Buffer[] = [];
  const entries: Buffer[] = [];
  let offset = Math.ceil((16 + directoryBytes) / 4096) * 4096;
  for (const [index, file] of files.entries()) {
    const name = names[index] ?? Buffer.alloc(1);
    const entry = [words(name.length, file.length ?? file.content.length, file.offset ?? offset), name];
    entries.push(padded(Buffer.concat(entry), 4));
    const page = padded(file.content, 4096);
    pages.push(page);
    offset += page.length;
  }
  const head = words(changes.magic ?? 0xa56d3ff9, changes.directoryBytes ?? directoryBytes, 0, 0);
  return Buffer.concat([padded(Buffer.concat([head, ...entries]), 4096), ...pages]);
}

export function bootfsItem(content: Uint8Array, packed: Uint8Array = content, declared = content.length): BuiltItem {
  return { type: 'BFSB', payload: packed, extra: declared, flags: packed === content ? 0x30000 : 0x30001 };
}

/** An LZ4 frame of stored blocks, with linked blocks of 64 KiB and no checksum but the header's. */
export function lz4Stored(content: Uint8Array): Buffer {
  // Version 1, nothing else; blocks of 64 KiB; the header's checksum for these two bytes.
  const parts = [words(0x184d2204), Buffer.from([0x40, 0x40, 0xc0])];
  for (let at = 0; at < content.length; at += 65536) {
    const block = content.subarray(at, at + 65536);
    parts.push(words(0x80000000 | block.length), Buffer.from(block));
  }
  return Buffer.concat([...parts, words(0)]);
}

/** A zstd frame of raw blocks. `windowLog` 17: blocks of at most 128 KiB. */
export function zstdStored(content: Uint8Array): Buffer {
  const blocks: Buffer[] = [];
  const size = 128 * 1024;
  for (let at = 0; at < content.length || at === 0; at += size) {
    const block = content.subarray(at, at + size);
    blocks.push(zstdBlockHeader(0, block.length, at + size >= content.length), Buffer.from(block));
  }
  return Buffer.concat([zstdHead(17), ...blocks]);
}

/** A zstd frame that unfolds to `size` zero bytes: four bytes for each 128 KiB. */
export function zstdBomb(size: number): Buffer {
  const blocks: Buffer[] = [];
  const step = 128 * 1024;
  for (let at = 0; at < size; at += step) {
    const header = zstdBlockHeader(1, Math.min(step, size - at), at + step >= size);
    blocks.push(Buffer.concat([header, Buffer.alloc(1)]));
  }
  return Buffer.concat([zstdHead(17), ...blocks]);
}

/** RFC 8878 §3.1.1.1: magic, no flags, a window of 2^windowLog bytes. */
export const zstdHead = (windowLog: number): Buffer =>
  Buffer.concat([words(0xfd2fb528), Buffer.from([0, (windowLog - 10) << 3])]);

/** Type 0: raw, 1: one byte repeated. */
function zstdBlockHeader(type: 0 | 1, size: number, isLast: boolean): Buffer {
  return words((size << 3) | (type << 1) | Number(isLast)).subarray(0, 3);
}
