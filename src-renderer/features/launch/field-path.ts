/** Dotted paths into a draft: `host.ports.0.guest`. Pure. */
import { type FieldText, fieldStrings, formStrings } from '../../strings/launch-fields.ts';

const rowNames: Readonly<Record<string, string>> = formStrings.rowNames;
const texts: Readonly<Record<string, FieldText>> = fieldStrings;

/** The path without row numbers. */
export function patternOf(path: string): string {
  return path.replace(/\.\d+(?=\.|$)/g, '');
}

/** The texts of a field; of the nearest field above it, where it has none of its own. */
export function textOf(path: string): FieldText {
  let pattern = patternOf(path);
  while (pattern !== '') {
    const text = texts[pattern];
    if (text !== undefined) return text;
    pattern = pattern.slice(0, Math.max(0, pattern.lastIndexOf('.')));
  }
  return { label: path };
}

/** A row's fields are told apart by its number: "Disk 2, Access". */
export function labelOf(path: string): string {
  const [, list = '', index, rest = ''] = /^(.+?)\.(\d+)(\..+)?$/.exec(path) ?? [];
  const row = rowNames[list];
  if (row === undefined) return textOf(path).label;
  return formStrings.rowField(row, Number(index) + 1, rest === '' ? null : textOf(`${list}${rest}`).label);
}

/** One is the other or lies inside it. */
export function overlaps(one: string, other: string): boolean {
  return one === other || one.startsWith(`${other}.`) || other.startsWith(`${one}.`);
}
