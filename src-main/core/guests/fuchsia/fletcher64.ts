/**
 * The check sum that ffx keeps of the images it staged (`zbi_hash`, `disk_hash` in its engine.json): told apart by it is
 * a rebuilt image, not an attack.
 *
 * Little-endian 32-bit words, `low += word; high += low`, both wrapping, from 0; the end is padded with zeros to a whole
 * word. It is defined over the bytes, however they are cut: a piece that ends within a word is continued by the next.
 */
import type { FileHandle } from 'node:fs/promises';

export class Fletcher64 {
  #low = 0;
  #high = 0;
  /** The bytes of a word that is not complete yet. */
  readonly #begun = new Uint8Array(4);
  #begunBytes = 0;

  update(bytes: Uint8Array): this {
    let at = 0;
    while (this.#begunBytes > 0 && at < bytes.length) this.#begin(bytes[at++] ?? 0);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    let low = this.#low;
    let high = this.#high;
    for (; at + 4 <= bytes.length; at += 4) {
      low = (low + view.getInt32(at, true)) | 0;
      high = (high + low) | 0;
    }
    this.#low = low;
    this.#high = high;
    while (at < bytes.length) this.#begin(bytes[at++] ?? 0);
    return this;
  }

  /** Lower-case hex without leading zeros, as ffx writes it; `0` for nothing at all. More bytes may follow. */
  hex(): string {
    let low = this.#low;
    let high = this.#high;
    if (this.#begunBytes > 0) {
      low = (low + wordOf(this.#begun)) | 0;
      high = (high + low) | 0;
    }
    return ((BigInt(high >>> 0) << 32n) | BigInt(low >>> 0)).toString(16);
  }

  #begin(byte: number): void {
    this.#begun[this.#begunBytes++] = byte;
    if (this.#begunBytes < 4) return;
    this.#low = (this.#low + wordOf(this.#begun)) | 0;
    this.#high = (this.#high + this.#low) | 0;
    this.#begun.fill(0);
    this.#begunBytes = 0;
  }
}

function wordOf(bytes: Uint8Array): number {
  return new DataView(bytes.buffer, bytes.byteOffset, 4).getInt32(0, true);
}

const chunkBytes = 1024 * 1024;

interface HashOptions {
  readonly signal?: AbortSignal | undefined;
  /** Bytes that are done, of the file's size. Called for every piece; the caller thins it out. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

/** The hex sum of a whole open file. Throws the signal's reason, and what the file system throws. */
export async function fletcher64OfFile(file: FileHandle, options: HashOptions = {}): Promise<string> {
  const { size } = await file.stat();
  const sum = new Fletcher64();
  const buffer = Buffer.allocUnsafe(chunkBytes);
  for (let position = 0; ; ) {
    options.signal?.throwIfAborted();
    const { bytesRead } = await file.read(buffer, 0, chunkBytes, position);
    if (bytesRead === 0) return sum.hex();
    sum.update(buffer.subarray(0, bytesRead));
    position += bytesRead;
    options.onProgress?.(position, Math.max(size, position));
  }
}
