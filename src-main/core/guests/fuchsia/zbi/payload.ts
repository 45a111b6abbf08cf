/** What an item holds, decompressed where it is compressed, as a stream that never gives more than the item declares. */
import { SlipwayError } from '../../../../../src-shared/contract/errors.ts';
import { decodeLz4Frame, lz4Magic } from './compression/lz4-frame.ts';
import { decodeZstdFrame, zstdMagic } from './compression/zstd.ts';
import { nameOf, payloadOffset, type ZbiItem } from './container.ts';
import { explainPayload, hex, imageDamaged, PayloadDamage } from './damage.ts';
import { flags, isStorage } from './format.ts';
import { zbiLimits } from './limits.ts';
import { collect, readRange, type ZbiFile } from './zbi-file.ts';

export type Compression = 'none' | 'zstd' | 'lz4' | 'unknown';

export const isCompressed = (item: ZbiItem): boolean =>
  isStorage(item.header.type) && (item.header.flags & flags.storageCompressed) !== 0;

/** Bytes of the content, as the item declares them. */
export const contentBytes = (item: ZbiItem): number =>
  isStorage(item.header.type) ? item.header.extra : item.header.length;

/** How the item's bytes are packed, by the magic they begin with. */
export async function compressionOf(file: ZbiFile, item: ZbiItem): Promise<Compression> {
  if (!isCompressed(item)) return 'none';
  if (item.header.length < 4) return 'unknown';
  const start = await collect(readRange(file, payloadOffset(item), 4), 4);
  const magic = new DataView(start.buffer, start.byteOffset, 4).getUint32(0, true);
  return magic === zstdMagic ? 'zstd' : magic === lz4Magic ? 'lz4' : 'unknown';
}

/**
 * The content of an item. Each chunk is valid only until the next is asked for. Asked to its end, it has given exactly
 * the declared number of bytes.
 *
 * @throws SlipwayError `image_damaged`, `invalid_input` (declares more than Slipway unfolds; before anything is read),
 * `file_unreadable`; the signal's reason when aborted.
 */
export async function* readContent(file: ZbiFile, item: ZbiItem, signal?: AbortSignal): AsyncGenerator<Uint8Array> {
  const { path } = file;
  const { length, extra } = item.header;
  const stored = readRange(file, payloadOffset(item), length, signal);
  if (!isCompressed(item)) {
    if (isStorage(item.header.type) && extra !== length) {
      throw imageDamaged(path, item.offset, `the ${nameOf(item)} item there has ${length} bytes and declares ${extra}`);
    }
    yield* stored;
    return;
  }
  refuseBomb(path, item);
  const compression = await compressionOf(file, item);
  if (compression === 'unknown' || compression === 'none') {
    throw imageDamaged(
      path,
      item.offset,
      `the ${nameOf(item)} item there is marked as compressed, and is neither a zstd nor an LZ4 frame`,
    );
  }
  const decode = compression === 'zstd' ? decodeZstdFrame : decodeLz4Frame;
  let total = 0;
  try {
    for await (const chunk of decode(stored)) {
      total += chunk.length;
      if (total > extra) throw new PayloadDamage(null, `it declares ${extra} bytes and unfolds to more`);
      yield chunk;
    }
    if (total < extra) throw new PayloadDamage(null, `it declares ${extra} bytes and unfolds to ${total}`);
  } catch (error) {
    throw explainPayload(error, path, item.offset, nameOf(item));
  }
}

/** @throws SlipwayError `invalid_input` when the item is compressed and declares more than Slipway unfolds. */
export function refuseBomb(path: string, item: ZbiItem): void {
  const { extra } = item.header;
  if (!isCompressed(item) || extra <= zbiLimits.decodedBytes) return;
  throw new SlipwayError(
    'invalid_input',
    `The ${nameOf(item)} item at offset ${hex(item.offset)} of ${path} declares ${extra} bytes, and Slipway unfolds at most ${zbiLimits.decodedBytes}.`,
    {
      cause: 'A few kilobytes can be made to unfold to gigabytes; no real boot image is this large.',
      hint: 'If the image is damaged, build or download it again.',
    },
  );
}
