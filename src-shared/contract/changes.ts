/**
 * Changes to one field of a Spec or a draft, by dotted path: `guest.disks.0.access`. What a fix is made of. A value is a
 * plain one, so a change can never bring a file with it.
 */
import * as z from 'zod';

export const changeSchema = z.strictObject({
  field: z.string().min(1).max(300),
  value: z.union([z.string().max(8192), z.number(), z.boolean(), z.null()]),
});
export type Change = z.infer<typeof changeSchema>;

/**
 * A copy of `target` with the changes in it. A path that leads nowhere is left out: rows that were removed meanwhile
 * are not made again. Pure; the result has still to pass its schema.
 */
export function withChanges<T>(target: T, changes: readonly Change[]): T {
  return changes.reduce<T>((value, change) => withValue(value, change.field.split('.'), change.value), target);
}

function withValue<T>(target: T, path: readonly string[], value: Change['value']): T {
  const [key, ...rest] = path;
  if (key === undefined || typeof target !== 'object' || target === null || !Object.hasOwn(target, key)) return target;
  const entries: readonly [string, unknown][] = Object.entries(target);
  const below = entries.find(([name]) => name === key)?.[1];
  const changed = rest.length === 0 ? value : withValue(below, rest, value);
  if (Array.isArray(target)) return target.map((item, index) => (String(index) === key ? changed : item)) as T;
  return { ...target, [key]: changed };
}
