/** The container and the items in it: their headers are read one by one, their payloads are left alone. */
import { crc32 } from 'node:zlib';
import { SlipwayError } from '../../../../../src-shared/contract/errors.ts';
import { imageDamaged } from './damage.ts';
import {
  align8,
  containerMagic,
  crcOfHeader,
  decodeHeader,
  flags,
  type Header,
  headerBytes,
  itemMagic,
  itemTypeName,
  itemTypes,
  noCrc,
} from './format.ts';
import { zbiLimits } from './limits.ts';
import { collect, readRange, type ZbiFile } from './zbi-file.ts';

export interface ZbiItem {
  /** Of the item's header, in bytes from the start of the file. */
  readonly offset: number;
  readonly header: Header;
  /** The header's 32 bytes as they stand in the file: the CRC covers them, and a copy keeps them. */
  readonly headerBytes: Uint8Array;
}

export const payloadOffset = (item: ZbiItem): number => item.offset + headerBytes;
export const hasCrc = (item: ZbiItem): boolean => (item.header.flags & flags.crc32) !== 0;
export const nameOf = (item: ZbiItem): string => itemTypeName(item.header.type);

/**
 * Checks the container and every item header, and that the items fill container and file exactly.
 *
 * @throws SlipwayError `invalid_input` (no ZBI at all), `image_damaged` with the offset, `file_unreadable`.
 */
export async function readItems(file: ZbiFile): Promise<readonly ZbiItem[]> {
  const end = await readContainerHeader(file);
  const items: ZbiItem[] = [];
  let offset = headerBytes;
  while (offset < end) {
    const item = await readItemHeader(file, offset, end);
    items.push(item);
    if (items.length > zbiLimits.items) throw imageDamaged(file.path, offset, `more than ${zbiLimits.items} items`);
    offset = payloadOffset(item) + align8(item.header.length);
  }
  return items;
}

/** The CRC that the item's bytes have, over header and payload. Reads the payload. */
export async function computeCrc(file: ZbiFile, item: ZbiItem, signal?: AbortSignal): Promise<number> {
  let crc = crcOfHeader(item.headerBytes);
  for await (const chunk of readRange(file, payloadOffset(item), item.header.length, signal)) crc = crc32(chunk, crc);
  return crc;
}

/** @throws SlipwayError `image_damaged` if the item has a CRC and it is not `actual`. */
export function requireCrc(path: string, item: ZbiItem, actual: number): void {
  if (!hasCrc(item) || item.header.crc32 === actual) return;
  const [said, found] = [item.header.crc32, actual].map((crc) => crc.toString(16).padStart(8, '0'));
  throw imageDamaged(path, item.offset, `the ${nameOf(item)} item there has CRC ${said}, and its bytes have ${found}`);
}

/** Where the items end, in bytes from the start of the file. */
async function readContainerHeader(file: ZbiFile): Promise<number> {
  const { path, sizeBytes } = file;
  if (sizeBytes < headerBytes) throw notZbi(path, `It has ${sizeBytes} bytes, and the header alone has 32.`);
  const { header } = await headerAt(file, 0);
  const signs = [header.type === itemTypes.container, header.extra === containerMagic, header.magic === itemMagic];
  if (!signs[0] || !(signs[1] || signs[2])) throw notZbi(path, 'It does not begin with a container header.');
  if (!signs[1] || !signs[2]) throw imageDamaged(path, signs[1] ? 24 : 8, 'the magic of the container is wrong');
  if ((header.flags & flags.version) === 0) throw imageDamaged(path, 12, 'the container lacks the version flag');
  if (header.crc32 !== noCrc) throw imageDamaged(path, 28, 'the container has a CRC, and containers have none');
  if (header.length % 8 !== 0) {
    throw imageDamaged(path, 4, `the length of the container, ${header.length}, is not a multiple of 8`);
  }
  const end = headerBytes + header.length;
  if (end > sizeBytes) {
    throw imageDamaged(
      path,
      sizeBytes,
      `it is truncated: the container says ${end} bytes, and the file has ${sizeBytes}`,
      'Copy or download the image again: an interrupted copy looks like this.',
    );
  }
  if (end < sizeBytes) {
    throw imageDamaged(
      path,
      end,
      `${sizeBytes - end} bytes follow the end of the container`,
      `If it was read from a partition, cut off the rest in a copy: truncate -s ${end} FILE`,
    );
  }
  return end;
}

async function readItemHeader(file: ZbiFile, offset: number, end: number): Promise<ZbiItem> {
  const { path } = file;
  if (end - offset < headerBytes) {
    throw imageDamaged(path, offset, `${end - offset} bytes are left, and an item's header has 32`);
  }
  const item: ZbiItem = { offset, ...(await headerAt(file, offset)) };
  const { header } = item;
  if (header.magic !== itemMagic) throw imageDamaged(path, offset, 'the magic of the item there is wrong');
  if (header.type === itemTypes.container) throw imageDamaged(path, offset, 'a container lies inside the container');
  if ((header.flags & flags.version) === 0) {
    throw imageDamaged(path, offset, `the ${nameOf(item)} item there lacks the version flag`);
  }
  if (!hasCrc(item) && header.crc32 !== noCrc) {
    throw imageDamaged(
      path,
      offset,
      `the ${nameOf(item)} item there has no CRC, and its CRC field is not the fixed one`,
    );
  }
  const room = end - payloadOffset(item);
  if (header.length > room) {
    throw imageDamaged(
      path,
      offset,
      `the ${nameOf(item)} item there says ${header.length} bytes, and ${room} are left in the container`,
    );
  }
  return item;
}

async function headerAt(file: ZbiFile, offset: number): Promise<Pick<ZbiItem, 'header' | 'headerBytes'>> {
  const bytes = await collect(readRange(file, offset, headerBytes), headerBytes);
  return { header: decodeHeader(bytes), headerBytes: bytes };
}

function notZbi(path: string, cause: string): SlipwayError {
  return new SlipwayError('invalid_input', `${path} is not a Zircon boot image (ZBI).`, {
    cause,
    hint: 'Choose the file that the product bundle lists as "zbi"; it is often called fuchsia.zbi.',
  });
}
