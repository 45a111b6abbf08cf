/** One LZ4 block. Format: https://github.com/lz4/lz4/blob/dev/doc/lz4_Block_format.md. Pure. */
import { PayloadDamage } from '../damage.ts';

/**
 * Unfolds `block` into `output` from `start` on; what stands before `start` is the history that matches may reach into.
 * Returns where the output ends. Never writes past the end of `output`.
 *
 * @throws PayloadDamage
 */
export function decodeLz4Block(block: Uint8Array, output: Uint8Array, start: number): number {
  let from = 0;
  let to = start;
  const byte = (): number => {
    const value = block[from++];
    if (value === undefined) throw new PayloadDamage(null, 'an LZ4 block ends too early');
    return value;
  };
  const length = (nibble: number): number => {
    let total = nibble;
    if (nibble < 15) return total;
    for (let more = 255; more === 255; total += more) more = byte();
    return total;
  };
  const requireRoom = (bytes: number): void => {
    if (bytes > output.length - to) throw new PayloadDamage(null, 'an LZ4 block holds more than its frame allows');
  };
  while (from < block.length) {
    const token = byte();
    const literals = length(token >> 4);
    if (literals > block.length - from) throw new PayloadDamage(null, 'an LZ4 block ends too early');
    requireRoom(literals);
    output.set(block.subarray(from, from + literals), to);
    from += literals;
    to += literals;
    // The last sequence has literals only.
    if (from === block.length) return to;
    const distance = byte() | (byte() << 8);
    if (distance === 0 || distance > to) throw new PayloadDamage(null, 'an LZ4 match begins before the data');
    const matched = length(token & 15) + 4;
    requireRoom(matched);
    copyMatch(output, to, distance, matched);
    to += matched;
  }
  throw new PayloadDamage(null, 'an LZ4 block ends too early');
}

/** A match may overlap what it writes: then it repeats its first `distance` bytes. */
function copyMatch(output: Uint8Array, to: number, distance: number, length: number): void {
  if (distance >= length) {
    output.copyWithin(to, to - distance, to - distance + length);
    return;
  }
  for (let index = 0; index < length; index++) output[to + index] = output[to + index - distance] ?? 0;
}
