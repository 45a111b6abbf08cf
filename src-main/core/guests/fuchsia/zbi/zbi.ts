/**
 * Zircon boot images: what is in them, whether it is whole, and one file out of them. `append.ts` makes new ones.
 *
 * Owns the format on disk: container, items, CRC, compression, BOOTFS. Every number in an image is somebody else's claim
 * and is checked before it is believed. Must never hold a payload in memory whole, start a tool, or write to an image.
 */
import { SlipwayError, toFailure } from '../../../../../src-shared/contract/errors.ts';
import type { Architecture } from '../../../../../src-shared/model/engine.ts';
import { isBootfs, onlyBootfs, readBootfsDirectory, readBootfsFile } from './bootfs.ts';
import { computeCrc, hasCrc, nameOf, readItems, requireCrc, type ZbiItem } from './container.ts';
import { imageDamaged } from './damage.ts';
import { isStorage, itemTypes } from './format.ts';
import { writeFully } from './item-writer.ts';
import { zbiLimits } from './limits.ts';
import { judgeBootable, type ListedItem, type ZbiListing } from './listing.ts';
import { refuseSameFile, writeWhole } from './output-file.ts';
import { compressionOf, contentBytes, readContent } from './payload.ts';
import { collect, type ReadOptions, withZbiFile, type ZbiFile } from './zbi-file.ts';

export interface ListOptions extends ReadOptions {
  /** What it should boot on; not given: whatever its kernel is for. */
  readonly architecture?: Architecture;
  /** Reads every byte. */
  readonly checkCrc?: boolean;
  /** Files of a BOOTFS and words of a command line. */
  readonly contents?: boolean;
}

/**
 * What an image holds. A wrong CRC and a BOOTFS that cannot be read are part of the list; a container that cannot be
 * walked is an error.
 *
 * @throws SlipwayError `invalid_input` (no ZBI), `image_damaged`, `file_missing`, `file_unreadable`, `file_not_regular`,
 * `file_empty`; the signal's reason when aborted.
 */
export async function listZbi(path: string, options: ListOptions = {}): Promise<ZbiListing> {
  return withZbiFile(path, options, async (file) => {
    const items = await readItems(file);
    const listed: ListedItem[] = [];
    for (const item of items) listed.push(await listItem(file, item, options));
    const types = items.map(({ header }) => header.type);
    const bootable = judgeBootable(types, options.architecture ?? null);
    return { path, sizeBytes: file.sizeBytes, bootable, items: listed };
  });
}

/**
 * Reads everything that can be wrong: each CRC, each compressed item to its end, each BOOTFS directory. Returns when
 * nothing is.
 *
 * @throws as `listZbi`; `image_damaged` for the first thing that is wrong, `invalid_input` for an item that declares more
 * than Slipway unfolds.
 */
export async function verifyZbi(path: string, options: ReadOptions = {}): Promise<void> {
  const { signal } = options;
  await withZbiFile(path, options, async (file) => {
    for (const item of await readItems(file)) {
      if (hasCrc(item)) requireCrc(path, item, await computeCrc(file, item, signal));
      if (isBootfs(item)) await readBootfsDirectory(file, item, signal);
      if (!isStorage(item.header.type)) continue;
      for await (const _ of readContent(file, item, signal)) {
        // The reading is the check.
      }
    }
  });
}

/**
 * One file of the image's BOOTFS, for content that is shown or compared.
 *
 * @throws as `verifyZbi`; `file_missing` when it holds no such file, `invalid_input` when the file has more than 16 MiB.
 */
export async function readFileOfZbi(path: string, name: string, options: ReadOptions = {}): Promise<Uint8Array> {
  return withZbiFile(path, options, async (file) => {
    const stream = readBootfsFile(file, await requireBootfs(file), name, options.signal);
    return collect(stream, zbiLimits.smallPayloadBytes).catch((error: unknown) => {
      if (!(error instanceof RangeError)) throw error;
      throw new SlipwayError('invalid_input', `${name} of ${path} is too large to be shown.`, {
        hint: 'Extract it to a file.',
      });
    });
  });
}

/**
 * Writes one file of the image's BOOTFS to `destination` (mode 0600), which is whole or not there. Returns its size.
 *
 * @throws as `verifyZbi`; `file_missing` when it holds no such file, `disk_full`, `invalid_input` (the destination is the
 * image or cannot be written).
 */
export async function extractFromZbi(
  path: string,
  name: string,
  destination: string,
  options: ReadOptions = {},
): Promise<number> {
  await refuseSameFile(path, destination, options.field);
  return withZbiFile(path, options, async (file) => {
    const bootfs = await requireBootfs(file);
    const entry = (await readBootfsDirectory(file, bootfs, options.signal)).find((each) => each.name === name);
    return writeWhole(destination, entry?.dataLength ?? 0, async (handle) => {
      let position = 0;
      for await (const chunk of readBootfsFile(file, bootfs, name, options.signal)) {
        await writeFully(handle, chunk, position);
        position += chunk.length;
      }
      await file.requireUnchanged();
      return position;
    });
  });
}

async function requireBootfs(file: ZbiFile): Promise<ZbiItem> {
  const bootfs = onlyBootfs(file.path, await readItems(file));
  if (bootfs !== null) return bootfs;
  throw new SlipwayError('file_missing', `${file.path} has no BOOTFS.`);
}

async function listItem(file: ZbiFile, item: ZbiItem, options: ListOptions): Promise<ListedItem> {
  const { header, offset } = item;
  const actual = options.checkCrc === true && hasCrc(item) ? await computeCrc(file, item, options.signal) : null;
  return {
    offset,
    type: header.type,
    name: nameOf(item),
    lengthBytes: header.length,
    storage: isStorage(header.type)
      ? { contentBytes: contentBytes(item), compression: await compressionOf(file, item) }
      : null,
    crc: hasCrc(item) ? { stored: header.crc32, actual } : 'none',
    bootfs: options.contents === true && isBootfs(item) ? await listBootfs(file, item, options.signal) : null,
    words: options.contents === true && header.type === itemTypes.commandLine ? await readWords(file, item) : null,
  };
}

async function listBootfs(file: ZbiFile, item: ZbiItem, signal?: AbortSignal): Promise<ListedItem['bootfs']> {
  try {
    return await readBootfsDirectory(file, item, signal);
  } catch (error) {
    if (error instanceof SlipwayError) return toFailure(error);
    throw error;
  }
}

async function readWords(file: ZbiFile, item: ZbiItem): Promise<string[]> {
  if (item.header.length > zbiLimits.smallPayloadBytes) {
    throw imageDamaged(file.path, item.offset, `the CMDLINE item there has ${item.header.length} bytes`);
  }
  const text = Buffer.from(await collect(readContent(file, item), item.header.length)).toString('utf8');
  // Shown in lists and written to terminals: a control character separates words like a space does.
  return text.split(/[\s\p{Cc}]+/u).filter((word) => word !== '');
}
