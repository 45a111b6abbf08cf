/**
 * The installed command runs on the Node a system has, and Debian 12 has 18.20. What that one lacks of what Slipway
 * uses is put in its place here, before anything else runs; on Node 20 and newer nothing is touched. The build puts this
 * file and `zlib.ts` into the command line's bundle only (`scripts/build.mjs`).
 */

if (!('any' in AbortSignal)) Object.defineProperty(AbortSignal, 'any', { value: anySignal });
defineMissing(Array.prototype, 'toSorted', function <T>(this: T[], compare?: (a: T, b: T) => number) {
  return [...this].sort(compare);
});
defineMissing(Array.prototype, 'toReversed', function <T>(this: T[]) {
  return [...this].reverse();
});
defineMissing(Array.prototype, 'toSpliced', function <T>(this: T[], ...args: [number, number, ...T[]]) {
  const copy = [...this];
  copy.splice(...args);
  return copy;
});
defineMissing(Array.prototype, 'with', function <T>(this: T[], index: number, value: T) {
  const copy = [...this];
  copy[index < 0 ? index + copy.length : index] = value;
  return copy;
});

/** As `AbortSignal.any`: aborted as soon as one is, with its reason. */
export function anySignal(signals: Iterable<AbortSignal>): AbortSignal {
  const controller = new AbortController();
  const all = [...signals];
  const over = all.find(({ aborted }) => aborted);
  if (over !== undefined) controller.abort(over.reason);
  for (const signal of over === undefined ? all : []) {
    // Once one has spoken the others need not be listened to any more.
    signal.addEventListener('abort', () => controller.abort(signal.reason), { once: true, signal: controller.signal });
  }
  return controller.signal;
}

function defineMissing(on: object, name: string, value: unknown): void {
  if (!(name in on)) Object.defineProperty(on, name, { value, writable: true, configurable: true });
}
