/**
 * Cuts a stream of bytes into JSON values where the values end, not where lines or chunks do: QMP promises JSON, not
 * lines. Works on bytes, because everything that JSON is cut by is ASCII and a chunk may end inside a character.
 */

/** The stream is not JSON, or holds a value larger than allowed. Nothing after it can be trusted. */
export class JsonStreamError extends Error {
  override readonly name = 'JsonStreamError';
}

const quote = 0x22;
const backslash = 0x5c;
const openings: ReadonlySet<number> = new Set([0x5b, 0x7b]);
const closings: ReadonlySet<number> = new Set([0x5d, 0x7d]);
const spaces: ReadonlySet<number> = new Set([0x09, 0x0a, 0x0d, 0x20]);

type Place = 'between' | 'structure' | 'string' | 'bare';

export class JsonStream {
  readonly #maxBytes: number;
  readonly #decoder = new TextDecoder('utf-8', { fatal: true });
  /** Earlier chunks' bytes of the value that is not complete yet. */
  #pieces: Uint8Array[] = [];
  #pieceBytes = 0;
  #place: Place = 'between';
  #depth = 0;
  #inString = false;
  #escaped = false;
  #broken: JsonStreamError | null = null;

  /** `maxBytes`: the largest single value. Numbers beyond 2^53 lose precision, as JSON.parse has it. */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /**
   * The values that this chunk completes. A number or literal outside any structure is complete when something follows.
   *
   * @throws JsonStreamError, from then on every time; the values before the fault in the same chunk are lost with it.
   */
  push(chunk: Uint8Array): unknown[] {
    if (this.#broken !== null) throw this.#broken;
    try {
      return this.#split(chunk);
    } catch (error) {
      this.#broken = error instanceof JsonStreamError ? error : new JsonStreamError(`not JSON: ${String(error)}`);
      throw this.#broken;
    }
  }

  #split(chunk: Uint8Array): unknown[] {
    const values: unknown[] = [];
    let start = 0;
    for (let at = 0; at < chunk.length; at++) {
      const byte = chunk[at] ?? 0;
      if (this.#place === 'bare' && (spaces.has(byte) || byte === quote || openings.has(byte))) {
        values.push(this.#take(chunk.subarray(start, at)));
      }
      if (this.#place === 'between') {
        start = at;
        if (spaces.has(byte)) continue;
        this.#begin(byte);
      } else if (this.#isLast(byte)) {
        values.push(this.#take(chunk.subarray(start, at + 1)));
      }
    }
    if (this.#place !== 'between') this.#keep(new Uint8Array(chunk.subarray(start)));
    return values;
  }

  #begin(byte: number): void {
    if (openings.has(byte)) {
      this.#place = 'structure';
      this.#depth = 1;
    } else if (byte === quote) {
      this.#place = 'string';
      this.#inString = true;
    } else {
      this.#place = 'bare';
    }
  }

  /** Whether this byte of a value that has begun is its last. */
  #isLast(byte: number): boolean {
    if (this.#inString) {
      if (this.#escaped) this.#escaped = false;
      else if (byte === backslash) this.#escaped = true;
      else if (byte === quote) {
        this.#inString = false;
        return this.#place === 'string';
      }
      return false;
    }
    if (this.#place === 'bare') return false;
    if (byte === quote) this.#inString = true;
    else if (openings.has(byte)) this.#depth += 1;
    else if (closings.has(byte)) this.#depth -= 1;
    return this.#depth === 0;
  }

  #keep(piece: Uint8Array): void {
    this.#pieceBytes += piece.length;
    if (this.#pieceBytes > this.#maxBytes) {
      throw new JsonStreamError(`a value of more than ${this.#maxBytes} bytes`);
    }
    this.#pieces.push(piece);
  }

  #take(last: Uint8Array): unknown {
    this.#keep(last);
    const text = this.#decoder.decode(Buffer.concat(this.#pieces));
    this.#pieces = [];
    this.#pieceBytes = 0;
    this.#place = 'between';
    return JSON.parse(text);
  }
}
