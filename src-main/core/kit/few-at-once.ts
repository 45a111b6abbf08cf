/**
 * Many small tasks, few of them at a time: a thousand at once would hold a thousand files open. Lets others have their
 * turn every few milliseconds.
 */
const atOnce = 8;
const turnMs = 8;

/** Rejects with the first failure; then no further task is begun. */
export async function fewAtOnce<T, R>(items: readonly T[], task: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  let turnEndsAt = performance.now() + turnMs;
  const work = async () => {
    while (next < items.length) {
      const at = next++;
      // Within bounds, as the line above has seen; a T may be undefined.
      results[at] = await task(items[at] as T);
      if (performance.now() < turnEndsAt) continue;
      await new Promise((resolve) => setImmediate(resolve));
      turnEndsAt = performance.now() + turnMs;
    }
  };
  const stop = (error: unknown) => {
    next = items.length;
    throw error;
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, () => work().catch(stop)));
  return results;
}
