/**
 * The CRC-32 of a disk that is mostly holes: `node:zlib` for the data, arithmetic for the zeros, because a hole of a
 * terabyte must not take a terabyte's time. Pure.
 */
import { crc32 } from 'node:zlib';

/** x^32 + x^26 + … + 1 of IEEE 802.3 without its highest term; the lowest bit stands for x^31. */
const polynomial = 0xedb88320;
const one = 0x80000000;
/** x^8: what one more zero byte multiplies the remainder by. */
const byteShift = 0x00800000;

export class DiskCrc32 {
  #sum = 0;

  get sum(): number {
    return this.#sum;
  }

  add(bytes: Uint8Array): void {
    this.#sum = crc32(bytes, this.#sum);
  }

  /** As `add` with so many zeros, in as many steps as the number has bits. */
  addZeros(count: number): void {
    let factor = one;
    let power = byteShift;
    for (let left = count; left > 0; left = Math.floor(left / 2)) {
      if (left % 2 === 1) factor = multiply(factor, power);
      power = multiply(power, power);
    }
    // The sum is kept inverted, as the standard has it; the remainder behind it is what is multiplied.
    this.#sum = ~multiply(~this.#sum, factor) >>> 0;
  }
}

/** The product of two remainders, modulo the polynomial. */
function multiply(a: number, b: number): number {
  let product = 0;
  let shifted = b;
  for (let bit = 31; bit >= 0; bit--) {
    if ((a >>> bit) & 1) product ^= shifted;
    shifted = (shifted >>> 1) ^ (shifted & 1 ? polynomial : 0);
  }
  return product >>> 0;
}
