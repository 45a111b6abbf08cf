/**
 * The MAC address that ffx gives an instance: from its name, so that a guest keeps its address, and with tap networking
 * its DHCP lease, across launches and across tools. Pure.
 */

/** A name that was itself made from a MAC address (`--uefi`): the guest must keep both after an update. */
const nameFromAddress = /^fuchsia-5254-([0-9a-f]{2})([0-9a-f]{2})-([0-9a-f]{2})([0-9a-f]{2})$/i;

/** `52:54:` (QEMU's locally administered prefix) and four bytes of the name's hash, or the bytes the name spells out. */
export function macAddressOf(instanceName: string): string {
  const spelled = nameFromAddress.exec(instanceName);
  if (spelled !== null) return ['52', '54', ...spelled.slice(1)].join(':').toLowerCase();
  const hash = sipHash13(new TextEncoder().encode(instanceName)).toString(16).padStart(16, '0');
  return ['52', '54', hash.slice(0, 2), hash.slice(2, 4), hash.slice(4, 6), hash.slice(6, 8)].join(':');
}

const wrap = (value: bigint): bigint => BigInt.asUintN(64, value);
const rotate = (value: bigint, bits: bigint): bigint => wrap(value << bits) | (value >> (64n - bits));

/**
 * SipHash-1-3 with both keys 0, which is what Rust's `DefaultHasher` computes over bytes that are written to it as they
 * are. Algorithm: J.-P. Aumasson, D. J. Bernstein, "SipHash: a fast short-input PRF" (2012), with one compression and
 * three finalisation rounds. BigInt is slow and names are short.
 */
export function sipHash13(message: Uint8Array): bigint {
  // "somepseudorandomlygeneratedbytes", each xored with a key half, which is 0.
  let v0 = 0x736f6d6570736575n;
  let v1 = 0x646f72616e646f6dn;
  let v2 = 0x6c7967656e657261n;
  let v3 = 0x7465646279746573n;
  const round = (): void => {
    v0 = wrap(v0 + v1);
    v1 = rotate(v1, 13n) ^ v0;
    v0 = rotate(v0, 32n);
    v2 = wrap(v2 + v3);
    v3 = rotate(v3, 16n) ^ v2;
    v0 = wrap(v0 + v3);
    v3 = rotate(v3, 21n) ^ v0;
    v2 = wrap(v2 + v1);
    v1 = rotate(v1, 17n) ^ v2;
    v2 = rotate(v2, 32n);
  };

  // Whole words, then one that ends in the length's low byte.
  const words = new DataView(new ArrayBuffer(8 * (Math.floor(message.length / 8) + 1)));
  new Uint8Array(words.buffer).set(message);
  words.setUint8(words.byteLength - 1, message.length & 0xff);
  for (let at = 0; at < words.byteLength; at += 8) {
    const word = words.getBigUint64(at, true);
    v3 ^= word;
    round();
    v0 ^= word;
  }

  v2 ^= 0xffn;
  round();
  round();
  round();
  return v0 ^ v1 ^ v2 ^ v3;
}
