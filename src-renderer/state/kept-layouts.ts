/** How the consoles of an instance stand, kept by the browser, and forgotten with the instance. */
const prefixes = ['slipway-layout:', 'slipway-window-layout:'] as const;

export function layoutKey(id: string): string {
  return `${prefixes[0]}${id}`;
}

/** When the list is read, and not when one goes: it can be brought back for a while. */
export function forgetLayouts(kept: Pick<Storage, 'length' | 'key' | 'removeItem'>, ids: ReadonlySet<string>): void {
  const keys = Array.from({ length: kept.length }, (_, index) => kept.key(index) ?? '');
  for (const key of keys) {
    const prefix = prefixes.find((start) => key.startsWith(start));
    const id = prefix === undefined ? undefined : key.slice(prefix.length).split(':')[0];
    if (id !== undefined && !ids.has(id)) kept.removeItem(key);
  }
}

/** In the browser at hand; one that keeps nothing has nothing to forget. */
export function forgetLayoutsBut(ids: ReadonlySet<string>): void {
  try {
    forgetLayouts(localStorage, ids);
  } catch {
    // Blocked, or there is none.
  }
}
