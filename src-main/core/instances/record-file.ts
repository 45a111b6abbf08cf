/**
 * The record files of an instance, as every version of Slipway can read them: what is not known is kept, and a field that
 * cannot be read costs that field and not the record, as long as its head can be read. A living guest is found by it.
 */
import type * as z from 'zod';
import { type JsonFile, readJsonUnchecked, writeJsonAtomically } from '../kit/atomic-file.ts';
import { parseTolerantly, rebase } from '../kit/tolerant-json.ts';

export interface RecordFormat<S extends z.ZodObject> {
  readonly schema: S;
  /** What stands in for a field that cannot be read. What has no substitute is the head: without it there is no record. */
  readonly substitutes: Partial<z.output<S>>;
}

/** `broken` with what could be parsed of it, for those who can do with less. */
export type RecordFile<T> =
  | { readonly state: 'ok'; readonly value: T; readonly unknown: readonly string[] }
  | { readonly state: 'absent' }
  | { readonly state: 'broken'; readonly error: string; readonly raw?: unknown };

export async function readRecord<S extends z.ZodObject>(
  path: string,
  format: RecordFormat<S>,
): Promise<RecordFile<z.output<S>>> {
  const read = await readJsonUnchecked(path);
  return read.state === 'ok' ? readAs(read.value, format) : read;
}

/**
 * Writes `value` over what is there: what this version did not understand of it stays. What is there and no JSON is
 * replaced.
 */
export async function writeRecord<S extends z.ZodObject>(
  path: string,
  format: RecordFormat<S>,
  value: z.output<S>,
): Promise<void> {
  await writeJsonAtomically(path, over(await readJsonUnchecked(path), format, value));
}

/** `value` as it is to be written where `there` is now. Pure. */
export function over<S extends z.ZodObject>(
  there: JsonFile<unknown>,
  format: RecordFormat<S>,
  value: z.output<S>,
): unknown {
  if (there.state !== 'ok') return value;
  const before = readAs(there.value, format);
  return before.state === 'ok' ? rebase(there.value, before.value, value) : value;
}

function readAs<S extends z.ZodObject>(
  raw: unknown,
  { schema, substitutes }: RecordFormat<S>,
): RecordFile<z.output<S>> {
  const whole = parseTolerantly(schema, raw);
  if (whole.success) return { state: 'ok', value: whole.data, unknown: whole.unknown };
  const error = whole.error.message;
  if (typeof raw !== 'object' || raw === null) return { state: 'broken', error, raw };
  const given: Record<string, unknown> = { ...raw };
  for (const [key, substitute] of Object.entries(substitutes)) {
    const field = schema.shape[key];
    if (field !== undefined && !parseTolerantly(field, given[key]).success) given[key] = substitute;
  }
  const rest = parseTolerantly(schema, given);
  return rest.success
    ? { state: 'ok', value: rest.data, unknown: rest.unknown }
    : { state: 'broken', error: rest.error.message, raw };
}
