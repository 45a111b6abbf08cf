/** The BOOTFS of an image, read as a stream: its directory comes first, so a list needs only its beginning. */
import { SlipwayError } from '../../../../../src-shared/contract/errors.ts';
import { type BootfsEntry, bootfsHeaderBytes, parseBootfsDirectory, parseBootfsHeader } from './bootfs-directory.ts';
import { ByteReader } from './compression/byte-reader.ts';
import { nameOf, type ZbiItem } from './container.ts';
import { explainPayload } from './damage.ts';
import { itemTypes } from './format.ts';
import { contentBytes, readContent } from './payload.ts';
import type { ZbiFile } from './zbi-file.ts';

export const isBootfs = (item: ZbiItem): boolean =>
  item.header.type === itemTypes.bootfs || item.header.type === itemTypes.bootfsFactory;

/** The image's one BOOTFS (not the factory's), or null. @throws SlipwayError `invalid_input` when there are several. */
export function onlyBootfs(path: string, items: readonly ZbiItem[]): ZbiItem | null {
  const [first, ...more] = items.filter(({ header }) => header.type === itemTypes.bootfs);
  if (more.length === 0) return first ?? null;
  throw new SlipwayError(
    'invalid_input',
    `${path} has ${more.length + 1} BOOTFS items, and a bootable image has one.`,
    {
      hint: 'Combine them first: zbi -o OUT.zbi FILE',
    },
  );
}

/** @throws as `readContent`, and SlipwayError `image_damaged` for what is wrong with the directory. */
export async function readBootfsDirectory(
  file: ZbiFile,
  item: ZbiItem,
  signal?: AbortSignal,
): Promise<readonly BootfsEntry[]> {
  const stream = readContent(file, item, signal);
  try {
    const entries = await takeDirectory(stream, contentBytes(item));
    return entries;
  } catch (error) {
    throw explainPayload(error, file.path, item.offset, nameOf(item));
  } finally {
    await stream.return(undefined);
  }
}

/**
 * The bytes of one file of the BOOTFS. Each chunk is valid only until the next is asked for.
 *
 * @throws as `readBootfsDirectory`, and SlipwayError `file_missing` when it holds no such file.
 */
export async function* readBootfsFile(
  file: ZbiFile,
  item: ZbiItem,
  name: string,
  signal?: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const entry = (await readBootfsDirectory(file, item, signal)).find((candidate) => candidate.name === name);
  if (entry === undefined) {
    throw new SlipwayError('file_missing', `The BOOTFS of ${file.path} has no file ${JSON.stringify(name)}.`);
  }
  const end = entry.dataOffset + entry.dataLength;
  if (entry.dataLength === 0) return;
  let at = 0;
  for await (const chunk of readContent(file, item, signal)) {
    const part = chunk.subarray(Math.max(0, entry.dataOffset - at), Math.max(0, end - at));
    at += chunk.length;
    if (part.length > 0) yield part;
    if (at >= end) return;
  }
}

/** @throws PayloadDamage, and what the stream throws. */
async function takeDirectory(stream: AsyncIterable<Uint8Array>, totalBytes: number): Promise<readonly BootfsEntry[]> {
  const reader = new ByteReader(stream, 'it ends inside its directory');
  const directoryBytes = parseBootfsHeader(await reader.take(Math.min(bootfsHeaderBytes, totalBytes)), totalBytes);
  return parseBootfsDirectory(await reader.take(directoryBytes), totalBytes);
}
