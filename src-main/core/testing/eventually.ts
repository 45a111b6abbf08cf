/** Waiting for a condition instead of for a time. */

export interface EventuallyOptions {
  readonly timeoutMs?: number;
  readonly intervalMs?: number;
}

/**
 * Calls `check` until it neither throws nor returns `undefined`, `null` or `false`, and returns what it returned. After
 * `timeoutMs` (default 5000) throws, saying what the last try gave.
 */
export async function eventually<T>(
  check: () => T | Promise<T>,
  options: EventuallyOptions = {},
): Promise<Exclude<T, undefined | null | false>> {
  const { timeoutMs = 5000, intervalMs = 10 } = options;
  const startedAt = performance.now();
  for (let tries = 1; ; tries++) {
    let last: { readonly error: unknown } | { readonly value: unknown };
    try {
      const value = await check();
      if (isTruth(value)) return value;
      last = { value };
    } catch (error) {
      last = { error };
    }
    if (performance.now() - startedAt >= timeoutMs) {
      const said = 'error' in last ? `threw ${String(last.error)}` : `gave ${String(last.value)}`;
      const cause = 'error' in last ? { cause: last.error } : undefined;
      throw new Error(`not so within ${timeoutMs} ms: the last of ${tries} tries ${said}`, cause);
    }
    await new Promise((resolve) => setTimeout(resolve, intervalMs));
  }
}

function isTruth<T>(value: T): value is Exclude<T, undefined | null | false> {
  return value !== undefined && value !== null && value !== false;
}
