/**
 * Messages on a byte stream: u32 little-endian length of what follows, u8 kind (0 JSON text, 1 console frame), payload.
 * Only used between Slipway's own processes of one user.
 */
import { limits } from '../../src-shared/limits.ts';

const textKind = 0;
const binaryKind = 1;
const headerBytes = 5;

export function encodeMessage(message: string | Uint8Array): Buffer {
  const payload = typeof message === 'string' ? Buffer.from(message, 'utf8') : message;
  const bytes = Buffer.allocUnsafe(headerBytes + payload.length);
  bytes.writeUInt32LE(payload.length + 1, 0);
  bytes.writeUInt8(typeof message === 'string' ? textKind : binaryKind, 4);
  bytes.set(payload, headerBytes);
  return bytes;
}

/** Cuts a byte stream into messages. `push` throws when the stream is not of this form: the connection is to be closed. */
export class MessageDecoder {
  #chunks: Buffer[] = [];
  #bytes = 0;

  push(chunk: Buffer): (string | Uint8Array)[] {
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    const messages: (string | Uint8Array)[] = [];
    for (let length = this.#nextLength(); length !== null && this.#bytes >= length + 4; length = this.#nextLength()) {
      const all = this.#joined();
      const kind = all.readUInt8(4);
      const payload = all.subarray(headerBytes, length + 4);
      messages.push(kind === textKind ? payload.toString('utf8') : Uint8Array.from(payload));
      this.#chunks = [all.subarray(length + 4)];
      this.#bytes -= length + 4;
    }
    return messages;
  }

  #nextLength(): number | null {
    if (this.#bytes < headerBytes) return null;
    const length = this.#joined().readUInt32LE(0);
    if (length < 1 || length > limits.messageBytes * 2) throw new Error(`message length ${length} is out of range`);
    return length;
  }

  #joined(): Buffer {
    const [first] = this.#chunks;
    if (this.#chunks.length === 1 && first !== undefined) return first;
    const all = Buffer.concat(this.#chunks);
    this.#chunks = [all];
    return all;
  }
}
