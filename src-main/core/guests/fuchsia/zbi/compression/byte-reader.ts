/** Takes exact numbers of bytes from a stream that comes in chunks of any size. */
import { PayloadDamage } from '../damage.ts';

export class ByteReader {
  readonly #chunks: AsyncIterator<Uint8Array>;
  readonly #whenShort: string;
  #chunk: Uint8Array = new Uint8Array(0);

  /** `whenShort`: what is wrong when the stream ends before it should. */
  constructor(input: AsyncIterable<Uint8Array>, whenShort: string) {
    this.#chunks = input[Symbol.asyncIterator]();
    this.#whenShort = whenShort;
  }

  /** Valid only until the next call. The caller bounds `count`: that much memory is taken. @throws PayloadDamage */
  async take(count: number): Promise<Uint8Array> {
    if (count <= this.#chunk.length) return this.#cut(count);
    const bytes = Buffer.allocUnsafe(count);
    let filled = 0;
    while (filled < count) {
      if (this.#chunk.length === 0 && !(await this.#refill())) throw new PayloadDamage(null, this.#whenShort);
      const part = this.#cut(Math.min(count - filled, this.#chunk.length));
      bytes.set(part, filled);
      filled += part.length;
    }
    return bytes;
  }

  /** The next four bytes as a little-endian number. */
  async word(): Promise<number> {
    const bytes = await this.take(4);
    return new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0, true);
  }

  async requireEnd(whenMore: string): Promise<void> {
    if (this.#chunk.length > 0 || (await this.#refill())) throw new PayloadDamage(null, whenMore);
  }

  #cut(count: number): Uint8Array {
    const part = this.#chunk.subarray(0, count);
    this.#chunk = this.#chunk.subarray(count);
    return part;
  }

  /** False: the stream is at its end. */
  async #refill(): Promise<boolean> {
    for (;;) {
      const next = await this.#chunks.next();
      if (next.done === true) return false;
      this.#chunk = next.value;
      if (this.#chunk.length > 0) return true;
    }
  }
}
