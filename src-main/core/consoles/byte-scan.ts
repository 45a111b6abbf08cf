/**
 * What a piece of a transcript is made of, sixteen bytes at a time: JavaScript looks at one, and a gigabyte of them is a
 * second of it. A WebAssembly module of one function, written out below because it is smaller than what would build it.
 *
 *     scan(from, to) → how many newlines lie before `stop`; the length of [from, to) is a multiple of sixteen
 *     i32 at 0: `stop`: the first sixteen bytes of which one is no text, or `to`. No text: a control character but tab,
 *               newline, and a CR before CR or newline
 *     i32 at 4: not 0 where a byte up to there is not ASCII
 */

/** Where bytes may lie in its memory; the flags are before. */
export const scannedFrom = 64;

const i32 = 0x7f;
const v128 = 0x7b;
const get = (local: number) => [0x20, local];
const set = (local: number) => [0x21, local];
/** i32.const, of at most 63: larger ones would take two bytes. */
const number = (value: number) => [0x41, value];
const simd = (code: number) => [0xfd, code];
const load = (offset: number) => [...simd(0x00), 0, offset];
const splat = (value: number) =>
  value < 64 ? [...number(value), ...simd(0x0f)] : [0x41, value | 0x80, 0, ...simd(0x0f)];
const equal = simd(0x23);
const lessThan = simd(0x26);
const andNot = simd(0x4f);
const or = simd(0x50);
const anyTrue = simd(0x53);
const bitmask = simd(0x64);
const storeFlag = [0x36, 2];

const [from, to, count, bytes, after, odd, wide] = [0, 1, 2, 3, 4, 5, 6];
const is = (local: number, value: number) => [...get(local), ...splat(value), ...equal];
const addTo = (local: number, mask: readonly number[]) => [...get(local), ...mask, ...or, ...set(local)];

const body = [
  // local types: one i32, four v128
  ...[2, 1, i32, 4, v128],
  ...[0x02, 0x40, 0x03, 0x40],
  // while (from < to)
  ...[...get(from), ...get(to), 0x4f, 0x0d, 1],
  ...[...get(from), ...load(0), ...set(bytes)],
  ...[...get(from), ...load(1), ...set(after)],
  ...addTo(wide, get(bytes)),
  ...addTo(odd, [
    ...[...get(bytes), ...splat(0x20), ...lessThan],
    ...[...is(bytes, 0x09), ...is(bytes, 0x0a), ...or, ...is(bytes, 0x0d), ...or, ...andNot],
  ]),
  ...addTo(odd, is(bytes, 0x7f)),
  ...addTo(odd, [...is(bytes, 0x0d), ...is(after, 0x0a), ...is(after, 0x0d), ...or, ...andNot]),
  // if (odd) break
  ...[...get(odd), ...anyTrue, 0x0d, 1],
  ...[...get(count), ...is(bytes, 0x0a), ...bitmask, 0x69, 0x6a, ...set(count)],
  ...[...get(from), ...number(16), 0x6a, ...set(from), 0x0c, 0],
  ...[0x0b, 0x0b],
  ...[...number(0), ...get(from), ...storeFlag, 0],
  ...[...number(4), ...get(wide), ...bitmask, ...storeFlag, 0],
  ...[...get(count), 0x0b],
];

/** A length as WebAssembly writes it. */
const leb = (value: number): number[] => (value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...leb(value >> 7)]);
const sized = (content: readonly number[]) => [...leb(content.length), ...content];
const letter = (name: string) => sized([name.charCodeAt(0)]);

/** Imports its memory as `m.m`, exports its function as `s`. */
export const scanModule = Uint8Array.from([
  ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
  ...[1, ...sized([1, 0x60, 2, i32, i32, 1, i32])],
  ...[2, ...sized([1, ...letter('m'), ...letter('m'), 2, 0, 1])],
  ...[3, ...sized([1, 0])],
  ...[7, ...sized([1, ...letter('s'), 0, 0])],
  ...[10, ...sized([1, ...sized(body)])],
]);
