/**
 * Reads QEMU's `first,key=value,…`: a comma in a value is two commas, `key` alone is `key=on`, and everything may be one
 * JSON object instead. The counterpart of `qemu-based/option.ts`.
 */
import { escapeOptionValue } from '../../qemu-based/option.ts';

export interface Properties {
  /** The value without a key that may stand first. */
  readonly first: string | null;
  /** In their order; JSON's inner objects as dotted keys. */
  readonly entries: readonly (readonly [key: string, value: string])[];
  readonly isJson: boolean;
}

export function readProperties(text: string): Properties {
  if (text.trimStart().startsWith('{')) {
    const entries = jsonEntries(text);
    if (entries !== null) return { first: null, entries, isJson: true };
  }
  const fields = splitFields(text);
  let first: string | null = null;
  const entries: [string, string][] = [];
  for (const [index, field] of fields.entries()) {
    const equals = field.indexOf('=');
    if (equals > 0) entries.push([field.slice(0, equals), field.slice(equals + 1)]);
    else if (index === 0) first = field;
    else if (field !== '') entries.push(booleanField(field));
  }
  return { first, entries, isJson: false };
}

/** `server`, and `nowait` for `wait=off`, as QEMU before 6.0 took them. */
function booleanField(field: string): [string, string] {
  return /^no(wait|delay)$/.test(field) ? [field.slice(2), 'off'] : [field, 'on'];
}

function splitFields(text: string): string[] {
  const fields: string[] = [];
  let field = '';
  for (let at = 0; at < text.length; at++) {
    if (text.charAt(at) !== ',') field += text.charAt(at);
    else if (text.charAt(at + 1) === ',') {
      field += ',';
      at++;
    } else {
      fields.push(field);
      field = '';
    }
  }
  return [...fields, field];
}

function jsonEntries(text: string): [string, string][] | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? flattened(value, '') : null;
  } catch {
    return null;
  }
}

function flattened(value: object, prefix: string): [string, string][] {
  return Object.entries(value).flatMap(([key, item]: [string, unknown]): [string, string][] => {
    if (typeof item === 'object' && item !== null) return flattened(item, `${prefix}${key}.`);
    if (typeof item === 'boolean') return [[prefix + key, item ? 'on' : 'off']];
    return [[prefix + key, String(item)]];
  });
}

/** The last value of a key, as QEMU takes it. */
export function propertyOf(properties: Properties, ...keys: string[]): string | null {
  return properties.entries.findLast(([key]) => keys.includes(key))?.[1] ?? null;
}

export function spellProperties(first: string | null, entries: Properties['entries']): string {
  const spelled = entries.map(([key, value]) => `${key}=${escapeOptionValue(value)}`);
  return [...(first === null ? [] : [escapeOptionValue(first)]), ...spelled].join(',');
}

/** QEMU's booleans; null for anything else. */
export function readBoolean(text: string | null): boolean | null {
  if (text === null) return null;
  if (['on', 'yes', 'true', 'y'].includes(text)) return true;
  return ['off', 'no', 'false', 'n'].includes(text) ? false : null;
}
