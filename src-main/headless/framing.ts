/**
 * Messages on a byte stream: u32 little-endian length of what follows, u8 kind (0 JSON text, 1 console frame), payload.
 * Only used between Slipway's own processes of one user.
 */
import { limits } from '../../src-shared/limits.ts';

const textKind = 0;
const binaryKind = 1;
const lengthBytes = 4;
const headerBytes = lengthBytes + 1;

/** A text's limit counts characters, and UTF-8 needs up to three bytes for one of them. */
const maxLength = limits.messageBytes * 3 + 1;

export function encodeMessage(message: string | Uint8Array): Buffer {
  const payload = typeof message === 'string' ? Buffer.from(message, 'utf8') : message;
  const bytes = Buffer.allocUnsafe(headerBytes + payload.length);
  bytes.writeUInt32LE(payload.length + 1, 0);
  bytes.writeUInt8(typeof message === 'string' ? textKind : binaryKind, lengthBytes);
  bytes.set(payload, headerBytes);
  return bytes;
}

/** Cuts a byte stream into messages. `push` throws when the stream is not of this form: the connection is to be closed. */
export class MessageDecoder {
  #chunks: Buffer[] = [];
  #bytes = 0;
  /** Bytes of the message that is being received, its length field included; null until that is known. */
  #wanted: number | null = null;

  push(chunk: Buffer): (string | Uint8Array<ArrayBuffer>)[] {
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    const messages: (string | Uint8Array<ArrayBuffer>)[] = [];
    for (;;) {
      this.#wanted ??= this.#readLength();
      if (this.#wanted === null || this.#bytes < this.#wanted) return messages;
      messages.push(decode(this.#take(this.#wanted)));
      this.#wanted = null;
    }
  }

  #readLength(): number | null {
    if (this.#bytes < lengthBytes) return null;
    const length = this.#join().readUInt32LE(0);
    if (length < 1 || length > maxLength) throw new Error(`message length ${length} is out of range`);
    return lengthBytes + length;
  }

  #take(bytes: number): Buffer {
    const all = this.#join();
    this.#chunks = [all.subarray(bytes)];
    this.#bytes -= bytes;
    return all.subarray(0, bytes);
  }

  /** Called twice a message, not once a chunk: a large message in small chunks would be copied over and over. */
  #join(): Buffer {
    const [first] = this.#chunks;
    if (this.#chunks.length === 1 && first !== undefined) return first;
    const all = Buffer.concat(this.#chunks);
    this.#chunks = [all];
    return all;
  }
}

function decode(message: Buffer): string | Uint8Array<ArrayBuffer> {
  const kind = message.readUInt8(lengthBytes);
  const payload = message.subarray(headerBytes);
  if (kind === textKind) return payload.toString('utf8');
  if (kind === binaryKind) return Uint8Array.from(payload);
  throw new Error(`message kind ${kind} is unknown`);
}
