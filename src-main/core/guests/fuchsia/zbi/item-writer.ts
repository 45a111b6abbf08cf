/** Writes a container item by item. The headers that depend on what follows them are written last, in their places. */
import type { FileHandle } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { SlipwayError } from '../../../../../src-shared/contract/errors.ts';
import type { NewItem } from './additions.ts';
import {
  align8,
  containerMagic,
  crcOfHeader,
  encodeHeader,
  flags,
  headerBytes,
  isStorage,
  itemTypes,
  noCrc,
} from './format.ts';

export class ItemWriter {
  readonly #handle: FileHandle;
  #position = headerBytes;

  constructor(handle: FileHandle) {
    this.#handle = handle;
  }

  /** Bytes as they are: an item of another image with its header and padding, which is a multiple of 8. */
  async copy(bytes: Uint8Array): Promise<void> {
    await this.#write(bytes);
  }

  async append({ type, payload }: NewItem): Promise<void> {
    await this.appendStream(type, payload.length, [payload]);
  }

  /** A new item with a CRC. Storage is left uncompressed. `chunks` bring exactly `length` bytes. */
  async appendStream(
    type: number,
    length: number,
    chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  ): Promise<void> {
    const fields = { type, length, extra: isStorage(type) ? length : 0, flags: flags.version | flags.crc32 };
    const start = this.#position;
    this.#position += headerBytes;
    this.#requireRange(length);
    let crc = crcOfHeader(encodeHeader({ ...fields, crc32: 0 }));
    for await (const chunk of chunks) {
      crc = crc32(chunk, crc);
      await this.#write(chunk);
    }
    const written = this.#position - start - headerBytes;
    if (written !== length) throw new Error(`an item of ${length} bytes was given ${written}`);
    await this.#write(new Uint8Array(align8(length) - length));
    await writeFully(this.#handle, encodeHeader({ ...fields, crc32: crc }), start);
  }

  /** Writes the container's header. Returns the size of the whole in bytes. */
  async finish(): Promise<number> {
    const length = this.#position - headerBytes;
    const header = { type: itemTypes.container, length, extra: containerMagic, flags: flags.version, crc32: noCrc };
    await writeFully(this.#handle, encodeHeader(header), 0);
    return this.#position;
  }

  async #write(bytes: Uint8Array): Promise<void> {
    this.#requireRange(bytes.length);
    await writeFully(this.#handle, bytes, this.#position);
    this.#position += bytes.length;
  }

  #requireRange(more: number): void {
    if (this.#position + more <= 0xffffffff) return;
    throw new SlipwayError('invalid_input', 'The boot image would have more than 4 GiB, and a container cannot.');
  }
}

/** @throws what the file system throws. */
export async function writeFully(handle: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, position + done);
    done += bytesWritten;
  }
}
