/** Puts before each line of a stream when it began. Pure; keeps where it is between two pieces. */
import type { Arrival } from '../../../src-shared/contract/console-times.ts';

const encoder = new TextEncoder();
const lineFeed = 0x0a;

export class TimedLines {
  #atStart = true;
  #arrival: Arrival | null = null;

  /** `arrivals` are those of these bytes, by ascending offset; the first may lie before them. */
  add(offset: number, bytes: Uint8Array, arrivals: readonly Arrival[]): Uint8Array<ArrayBuffer> {
    const parts: Uint8Array[] = [];
    let next = 0;
    for (let at = 0; at < bytes.length; ) {
      while ((arrivals[next]?.offset ?? Number.POSITIVE_INFINITY) <= offset + at) {
        this.#arrival = arrivals[next] ?? null;
        next += 1;
      }
      if (this.#atStart) parts.push(encoder.encode(`[${this.#arrival === null ? '?' : stamp(this.#arrival)}] `));
      const end = bytes.indexOf(lineFeed, at);
      this.#atStart = end >= 0;
      parts.push(bytes.subarray(at, end < 0 ? bytes.length : end + 1));
      at = end < 0 ? bytes.length : end + 1;
    }
    return joined(parts);
  }
}

/** UTC, so that a file says the same to everyone; `<=` where nobody watched. */
function stamp({ at, earlierMs }: Arrival): string {
  return `${earlierMs > 0 ? '<=' : ''}${new Date(at).toISOString()}`;
}

function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const result = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    result.set(part, at);
    at += part.length;
  }
  return result;
}
