/**
 * Makes a boot image with something added, from one that is left alone. Items that are not concerned are copied byte for
 * byte, in pieces. Must never write to its source, and never leave half an image.
 *
 * A rebuilt BOOTFS is stored uncompressed, which every userboot takes; one userboot may know zstd and not LZ4, or the
 * other way round. The price is size: on disk, and in the guest's memory while it boots.
 */
import type { FileHandle } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { SlipwayError } from '../../../../../src-shared/contract/errors.ts';
import { mergeCommandLines, type NewItem, type ZbiAdditions } from './additions.ts';
import { onlyBootfs, readBootfsDirectory } from './bootfs.ts';
import { alignPage, type BootfsEntry } from './bootfs-directory.ts';
import { type BootfsFile, type BootfsLayout, layOutBootfs } from './bootfs-layout.ts';
import { payloadOffset, readItems, requireCrc, type ZbiItem } from './container.ts';
import { imageDamaged } from './damage.ts';
import { align8, crcOfHeader, headerBytes, itemTypes } from './format.ts';
import { ItemWriter, writeFully } from './item-writer.ts';
import { zbiLimits } from './limits.ts';
import { refuseSameFile, withScratch, writeWhole } from './output-file.ts';
import { contentBytes, isCompressed, readContent, refuseBomb } from './payload.ts';
import { collect, type ReadOptions, readRange, withZbiFile, type ZbiFile } from './zbi-file.ts';

export interface AppendOptions extends ReadOptions {
  /** Bytes of the source that are dealt with, and all of them. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

export interface AppendResult {
  /** Size of the new image. */
  readonly bytes: number;
}

/**
 * Writes `source` with `additions` to `destination`. With new items only, they come last and nothing else changes.
 * Otherwise the order is that of Fuchsia's `zbi`: the image's items but BOOTFS and CMDLINE, the new items, one merged
 * CMDLINE, one BOOTFS. The CRC of every item that is read is checked.
 *
 * @throws SlipwayError `invalid_input` (no ZBI, source is destination, a name or size that does not fit, several BOOTFS),
 * `image_damaged`, `file_missing`, `file_unreadable`, `file_not_regular`, `file_empty`, `disk_full`; the signal's reason
 * when aborted.
 */
export async function appendToZbi(
  source: string,
  destination: string,
  additions: ZbiAdditions,
  options: AppendOptions = {},
): Promise<AppendResult> {
  if (additions.commandLine?.includes('\0') === true) {
    throw new SlipwayError('invalid_input', 'The kernel arguments for the boot image have a NUL in them.');
  }
  await refuseSameFile(source, destination, options.field);
  return withZbiFile(source, options, async (file) => {
    const items = await readItems(file);
    const isPlain = additions.bootfsFiles === undefined && additions.commandLine === undefined;
    const bootfs = isPlain ? null : onlyBootfs(file.path, items);
    const rebuilt = additions.bootfsFiles === undefined ? null : bootfs;
    if (rebuilt !== null) refuseBomb(file.path, rebuilt);
    // Twice what is unfolded: once without a name, once in the image.
    const scratchBytes = rebuilt !== null && isCompressed(rebuilt) ? contentBytes(rebuilt) : 0;
    return writeWhole(destination, file.sizeBytes + 2 * scratchBytes, async (output) => {
      const append = new Append(file, items, new ItemWriter(output), options);
      if (isPlain) await append.plainItems(additions.items ?? []);
      else await append.inToolOrder(additions, bootfs, destination);
      const bytes = await append.writer.finish();
      options.onProgress?.(file.sizeBytes, file.sizeBytes);
      options.signal?.throwIfAborted();
      await file.requireUnchanged();
      return { bytes };
    });
  });
}

/** Where an existing file's bytes are, or what a new one's are. */
type Content = { readonly kind: 'old'; readonly offset: number } | { readonly kind: 'new'; readonly bytes: Uint8Array };

class Append {
  readonly file: ZbiFile;
  readonly items: readonly ZbiItem[];
  readonly writer: ItemWriter;
  readonly #options: AppendOptions;
  #done = headerBytes;

  constructor(file: ZbiFile, items: readonly ZbiItem[], writer: ItemWriter, options: AppendOptions) {
    this.file = file;
    this.items = items;
    this.writer = writer;
    this.#options = options;
  }

  async plainItems(newItems: readonly NewItem[]): Promise<void> {
    for (const item of this.items) await this.#copyItem(item);
    for (const item of newItems) await this.writer.append(item);
  }

  async inToolOrder(additions: ZbiAdditions, bootfs: ZbiItem | null, destination: string): Promise<void> {
    const commandLines: Uint8Array[] = [];
    for (const item of this.items) {
      if (item.header.type === itemTypes.commandLine) commandLines.push(await this.#readCommandLine(item));
      else if (item !== bootfs) await this.#copyItem(item);
    }
    for (const item of additions.items ?? []) await this.writer.append(item);
    if (additions.commandLine !== undefined) commandLines.push(Buffer.from(additions.commandLine));
    if (commandLines.length > 0) {
      await this.writer.append({ type: itemTypes.commandLine, payload: mergeCommandLines(commandLines) });
    }
    const files = additions.bootfsFiles;
    if (files === undefined) {
      if (bootfs !== null) await this.#copyItem(bootfs);
    } else if (bootfs === null) {
      await this.#writeBootfs(layOut([], files), this.file.handle, 0);
    } else {
      await this.#rebuildBootfs(bootfs, files, destination);
    }
  }

  /** The item with its header and padding, exactly as it is. */
  async #copyItem(item: ZbiItem): Promise<void> {
    const total = align8(item.header.length);
    await this.writer.copy(item.headerBytes);
    let crc = crcOfHeader(item.headerBytes);
    let left = item.header.length;
    for await (const chunk of readRange(this.file, payloadOffset(item), total, this.#options.signal)) {
      crc = crc32(chunk.subarray(0, left), crc);
      left = Math.max(0, left - chunk.length);
      await this.writer.copy(chunk);
      this.#report(chunk.length);
    }
    requireCrc(this.file.path, item, crc);
    this.#report(headerBytes);
  }

  async #readCommandLine(item: ZbiItem): Promise<Uint8Array> {
    if (item.header.length > zbiLimits.smallPayloadBytes) {
      throw imageDamaged(this.file.path, item.offset, `the CMDLINE item there has ${item.header.length} bytes`);
    }
    const stream = readRange(this.file, payloadOffset(item), item.header.length, this.#options.signal);
    const payload = await collect(stream, item.header.length);
    requireCrc(this.file.path, item, crc32(payload, crcOfHeader(item.headerBytes)));
    return payload;
  }

  async #rebuildBootfs(bootfs: ZbiItem, files: NewFiles, destination: string): Promise<void> {
    const { signal } = this.#options;
    // Before it is unfolded: damage is told as damage of the image, not of what a decoder made of it.
    let crc = crcOfHeader(bootfs.headerBytes);
    for await (const chunk of readRange(this.file, payloadOffset(bootfs), bootfs.header.length, signal)) {
      crc = crc32(chunk, crc);
      if (!isCompressed(bootfs)) this.#report(chunk.length);
    }
    requireCrc(this.file.path, bootfs, crc);
    const layout = layOut(await readBootfsDirectory(this.file, bootfs, signal), files);
    if (!isCompressed(bootfs)) {
      await this.#writeBootfs(layout, this.file.handle, payloadOffset(bootfs));
      return;
    }
    await withScratch(destination, async (scratch) => {
      let position = 0;
      for await (const chunk of readContent(this.file, bootfs, signal)) {
        await writeFully(scratch, chunk, position);
        position += chunk.length;
        this.#report((chunk.length * bootfs.header.length) / contentBytes(bootfs));
        signal?.throwIfAborted();
      }
      await this.#writeBootfs(layout, scratch, 0);
    });
  }

  /** `old`: where the content of the old BOOTFS lies, from `base` on. */
  async #writeBootfs(layout: BootfsLayout<Content>, old: FileHandle, base: number): Promise<void> {
    const file = { handle: old, path: this.file.path };
    const chunks = bootfsChunks(layout, (content, sizeBytes) =>
      content.kind === 'new'
        ? [content.bytes]
        : readRange(file, base + content.offset, sizeBytes, this.#options.signal),
    );
    await this.writer.appendStream(itemTypes.bootfs, layout.totalBytes, chunks);
  }

  #report(bytes: number): void {
    this.#done += bytes;
    this.#options.onProgress?.(Math.min(Math.floor(this.#done), this.file.sizeBytes), this.file.sizeBytes);
  }
}

type NewFiles = NonNullable<ZbiAdditions['bootfsFiles']>;

function layOut(old: readonly BootfsEntry[], files: NewFiles): BootfsLayout<Content> {
  const replaced = new Set(files.map(({ name }) => name));
  const contents = new Map<number, Content>();
  const contentAt = (offset: number): Content => {
    const content = contents.get(offset) ?? { kind: 'old', offset };
    contents.set(offset, content);
    return content;
  };
  const kept = old
    .filter(({ name }) => !replaced.has(name))
    .map(({ name, dataOffset, dataLength }): BootfsFile<Content> => {
      // An empty file has no place, whatever its entry says.
      const content: Content = dataLength === 0 ? { kind: 'new', bytes: new Uint8Array(0) } : contentAt(dataOffset);
      return { name, sizeBytes: dataLength, content };
    });
  const added = files.map(({ name, content }): BootfsFile<Content> => {
    return { name, sizeBytes: content.length, content: { kind: 'new', bytes: content } };
  });
  return layOutBootfs([...kept, ...added]);
}

async function* bootfsChunks(
  layout: BootfsLayout<Content>,
  read: (content: Content, sizeBytes: number) => AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  const padding = (bytes: number): Uint8Array => new Uint8Array(alignPage(bytes) - bytes);
  yield layout.head;
  yield padding(layout.head.length);
  for (const { content, sizeBytes } of layout.places) {
    yield* read(content, sizeBytes);
    yield padding(sizeBytes);
  }
}
