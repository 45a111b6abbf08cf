/**
 * JSON that another version of Slipway wrote. What a strict schema does not know is set aside, not refused; and when the
 * value is written again, everything that was not understood stands where it stood. Pure.
 */
import { isDeepStrictEqual } from 'node:util';
import type * as z from 'zod';

export type Tolerant<T> =
  /** `unknown`: dotted paths of what was set aside. */
  | { readonly success: true; readonly data: T; readonly unknown: readonly string[] }
  | { readonly success: false; readonly error: z.ZodError };

/** Each round uncovers what lies one level deeper; a record is not that deep. */
const mostRounds = 32;

export function parseTolerantly<S extends z.ZodType>(schema: S, raw: unknown): Tolerant<z.output<S>> {
  let value = raw;
  const unknown: string[] = [];
  for (let round = 1; ; round++) {
    const parsed = schema.safeParse(value);
    if (parsed.success) return { success: true, data: parsed.data, unknown };
    const strangers = strangersIn(parsed.error.issues);
    if (strangers.length === 0 || round > mostRounds) return { success: false, error: parsed.error };
    if (round === 1) value = structuredClone(raw);
    for (const path of strangers) {
      if (remove(value, path)) unknown.push(path.join('.'));
    }
  }
}

type Path = readonly PropertyKey[];

function strangersIn(issues: readonly z.core.$ZodIssue[], above: Path = []): Path[] {
  return issues.flatMap((issue) => {
    const path = [...above, ...issue.path];
    if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => [...path, key]);
    // Of a plain union the choice is meant that has nothing else against it.
    if (issue.code !== 'invalid_union') return [];
    const meant = issue.errors.find((inner) => inner.length > 0 && inner.every(isStranger));
    return meant === undefined ? [] : strangersIn(meant, path);
  });
}

function isStranger({ code }: z.core.$ZodIssue): boolean {
  return code === 'unrecognized_keys';
}

function remove(value: unknown, path: Path): boolean {
  const key = path.at(-1);
  let holder = value;
  for (const step of path.slice(0, -1)) holder = isObject(holder) ? Reflect.get(holder, step) : undefined;
  return key !== undefined && isObject(holder) && Reflect.deleteProperty(holder, key);
}

/** Where these differ it is another thing that stands in the same place, and nothing of the old one is true of it. */
const kinds = ['kind', 'from', 'as'];
/** What things in a list are told apart by. */
const names = ['name', 'file'];

/**
 * `next` as it is to be written over `raw`, which was read as `asRead`: only what was changed is changed, and what was
 * not understood is kept.
 */
export function rebase(raw: unknown, asRead: unknown, next: unknown): unknown {
  if (isDeepStrictEqual(asRead, next)) return raw;
  if (Array.isArray(next)) {
    if (!Array.isArray(raw) || !Array.isArray(asRead)) return next;
    return next.map((item) => {
      const at = placeOf(item, asRead);
      return at === -1 ? item : rebase(raw[at], asRead[at], item);
    });
  }
  if (!isObject(raw) || !isObject(asRead) || !isObject(next)) return next;
  if (Array.isArray(raw) || kinds.some((key) => asRead[key] !== next[key])) return next;
  const gone = Object.keys(asRead).filter((key) => next[key] === undefined);
  const merged = Object.entries(raw).filter(([key]) => !gone.includes(key));
  const changed = Object.entries(next).map(([key, value]): [string, unknown] => [
    key,
    Object.hasOwn(raw, key) ? rebase(raw[key], asRead[key], value) : value,
  ]);
  return Object.fromEntries([...merged, ...changed]);
}

function placeOf(item: unknown, among: readonly unknown[]): number {
  const same = among.findIndex((other) => isDeepStrictEqual(other, item));
  if (same !== -1 || !isObject(item)) return same;
  const name = names.find((key) => typeof item[key] === 'string');
  if (name === undefined) return -1;
  return among.findIndex((other) => isObject(other) && other[name] === item[name]);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
