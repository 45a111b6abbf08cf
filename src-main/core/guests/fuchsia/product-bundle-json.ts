/**
 * Reads the JSON documents of Fuchsia's tools: product bundles, virtual devices, ffx's records. Owns two promises: an
 * error names the file and the place in it, and a field that nobody here knows is a note and not an error, because
 * every year's tools add some. Must never write.
 */
import type * as z from 'zod';
import { type Failure, toFailure } from '../../../../src-shared/contract/errors.ts';
import { doHeavy, type HeavyJob } from '../../kit/heavy-work.ts';
import { readRegularText } from '../../kit/regular-file.ts';

/** The largest real one, a bundle's with all blobs listed in `contents`, has a few MiB. */
const largestDocumentBytes = 64 * 1024 * 1024;
/** Up to here a document is read in milliseconds. */
const quickLength = 128 * 1024;
/** What is left of a large one is checked field by field, by the thread that serves everybody. */
const largestUsedLength = 512 * 1024;

export interface JsonNote {
  /** `data.hardware.foo`, `system_a[0]`. */
  readonly path: string;
  readonly text: string;
}

export type Reading<T> =
  | { readonly ok: true; readonly value: T; readonly notes: readonly JsonNote[] }
  | { readonly ok: false; readonly failure: Failure };

/** The document as a plain value. Never throws for what is wrong with the file. */
export async function readJsonDocument(file: string): Promise<Reading<unknown>> {
  let text: string;
  try {
    text = await readText(file);
  } catch (error) {
    return { ok: false, failure: toFailure(error) };
  }
  return doHeavy(parseDocumentJob, { file, text }, text.length < quickLength).catch((error: unknown) => ({
    ok: false as const,
    failure: toFailure(error),
  }));
}

/** For a thread of its own: what is tens of megabytes long takes seconds. */
export const parseDocumentJob: HeavyJob<{ file: string; text: string }, Reading<unknown>> = {
  name: 'parse-document',
  run: ({ file, text }) => parseDocument(file, text),
};

/** Pure. */
function parseDocument(file: string, text: string): Reading<unknown> {
  try {
    if (text.length < quickLength) return { ok: true, value: JSON.parse(text), notes: [] };
    const value = withoutUnused(JSON.parse(text));
    const { length } = JSON.stringify(value);
    if (length <= largestUsedLength) return { ok: true, value, notes: [] };
    const cause = `What an emulator needs of it is ${length} characters long; that of a real one has some thousands.`;
    return { ok: false, failure: { code: 'invalid_input', message: `${file} is no document of a guest.`, cause } };
  } catch (error) {
    const at = jsonErrorOffset(text);
    const { line, column } = placeOf(text, at);
    return broken(file, `${file} is not JSON: line ${line}, column ${column}.`, String(error));
  }
}

/** Lists of every blob, of what only flashing and updating needs: by far the most of a large document. */
const unused: ReadonlySet<string> = new Set([
  ...['contents', 'repositories', 'platform_tools_a', 'platform_tools_b', 'platform_tools_r', 'release_info'],
  ...['bootstrap_partitions', 'unlock_credentials'],
]);

function withoutUnused(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutUnused);
  if (!isRecord(value)) return value;
  const used = Object.entries(value).filter(([key]) => !unused.has(key));
  return Object.fromEntries(used.map(([key, part]) => [key, withoutUnused(part)]));
}

/** Checks a value against a schema. Fields the schema does not know are left out and noted. Pure. */
export function checkDocument<S extends z.ZodType>(file: string, value: unknown, schema: S): Reading<z.output<S>> {
  const notes: JsonNote[] = [];
  let candidate = value;
  // Taking out the unknown fields of a union's branch can bring up those of another.
  for (let round = 0; round < 3; round++) {
    const parsed = schema.safeParse(candidate);
    if (parsed.success) return { ok: true, value: parsed.data, notes };
    const { issues } = parsed.error;
    const unknown = issues.flatMap((issue) =>
      issue.code === 'unrecognized_keys' ? issue.keys.map((key) => [...issue.path, key]) : [],
    );
    if (unknown.length === 0 || issues.some((issue) => issue.code !== 'unrecognized_keys')) {
      const known = issues.filter((issue) => issue.code !== 'unrecognized_keys');
      const [first] = known;
      const where = first === undefined ? '' : jsonPath(first.path);
      const raw = known.map((issue) => `${jsonPath(issue.path) || '(top)'}: ${issue.message}`).join('\n');
      const what = first?.message ?? 'not what it should be';
      return broken(file, `${file}: ${where === '' ? 'the document' : where}: ${what}.`, raw);
    }
    const copy = structuredClone(candidate);
    for (const path of unknown) {
      remove(copy, path);
      notes.push({ path: jsonPath(path), text: 'This field is not known and was left out.' });
    }
    candidate = copy;
  }
  return broken(file, `${file}: too many unknown fields.`, notes.map((note) => note.path).join('\n'));
}

/** `system_a[0].path`, as JavaScript spells it. */
export function jsonPath(path: readonly PropertyKey[]): string {
  return path
    .map((key) => {
      if (typeof key === 'number') return `[${key}]`;
      return /^[A-Za-z_]\w*$/.test(String(key)) ? `.${String(key)}` : `[${JSON.stringify(String(key))}]`;
    })
    .join('')
    .replace(/^\./, '');
}

export function broken(file: string, message: string, raw: string): { readonly ok: false; readonly failure: Failure } {
  return { ok: false, failure: { code: 'invalid_input', message, raw: raw === '' ? file : raw } };
}

/** Where the first thing that is not JSON stands; the text's length when it only ends too early (RFC 8259). Pure. */
export function jsonErrorOffset(text: string): number {
  const token =
    /[ \t\r\n]*(?:([[\]{},:])|("(?:[^"\\\p{Cc}]|\\(?:["\\/bfnrt]|u[0-9A-Fa-f]{4}))*")|(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)(?![\w.]))/uy;
  const open: string[] = [];
  let expects = 'value';
  for (;;) {
    const before = token.lastIndex;
    const match = token.exec(text);
    const start = before + (/^[ \t\r\n]*/.exec(text.slice(before, before + 4096))?.[0].length ?? 0);
    if (match === null) return start;
    const sign = match[1];
    const inside = open.at(-1);
    const isValue = sign === undefined || sign === '[' || sign === '{';
    if (isValue && expects.includes('value')) {
      if (sign !== undefined) open.push(sign);
      expects = sign === '{' ? 'key }' : sign === '[' ? 'value ]' : ', end';
    } else if (match[2] !== undefined && expects.includes('key')) expects = ':';
    else if (sign === ':' && expects === ':') expects = 'value';
    else if (sign === ',' && expects === ', end' && inside !== undefined) expects = inside === '{' ? 'key' : 'value';
    else if ((sign === '}' || sign === ']') && inside === (sign === '}' ? '{' : '[') && closes(expects, sign)) {
      open.pop();
      expects = ', end';
    } else return start;
  }
}

function closes(expects: string, sign: string): boolean {
  return expects === ', end' || expects.endsWith(` ${sign}`);
}

/** 1-based, as editors count. */
export function placeOf(text: string, offset: number): { readonly line: number; readonly column: number } {
  const before = text.slice(0, offset).split('\n');
  return { line: before.length, column: (before.at(-1) ?? '').length + 1 };
}

async function readText(file: string): Promise<string> {
  const text = await readRegularText(file, { what: 'JSON document', mostBytes: largestDocumentBytes });
  return text.replace(/^\uFEFF/, '');
}

function remove(value: unknown, path: readonly PropertyKey[]): void {
  let at = value;
  for (const key of path.slice(0, -1)) at = isRecord(at) ? at[String(key)] : undefined;
  const last = path.at(-1);
  if (isRecord(at) && last !== undefined) delete at[String(last)];
}

/** Objects and arrays alike: both are reached by key. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
