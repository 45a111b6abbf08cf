/**
 * What a flag template can call: ffx's own functions (`ua`, `di`, `env`, `eq`), those its template library brings along
 * (`ne`, `and`, `or`, …), and one of ours. They get escaped text and give escaped text (see `template-context.ts`).
 */
import { dataUnits, unitSuffix } from '../../../../../src-shared/model/emulator-configuration.ts';
import { jsonText } from './template-context.ts';

type TemplateFunction = (...parameters: readonly unknown[]) => string | number;

export function templateFunctions(
  environment: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, TemplateFunction>> {
  return {
    eq: (a, b) => truth(isEqual(a, b)),
    ne: (a, b) => truth(!isEqual(a, b)),
    gt: (a, b) => truth(Number(a) > Number(b)),
    gte: (a, b) => truth(Number(a) >= Number(b)),
    lt: (a, b) => truth(Number(a) < Number(b)),
    lte: (a, b) => truth(Number(a) <= Number(b)),
    and: (...all) => truth(all.every(isTrue)),
    or: (...all) => truth(all.some(isTrue)),
    not: (a) => truth(!isTrue(a)),
    len: (a) => (typeof a === 'string' || Array.isArray(a) ? a.length : isObject(a) ? Object.keys(a).length : 0),
    /** Abbreviation of a unit, as QEMU has it. */
    ua: (a) => unitSuffix(dataUnits.find((units) => units === a) ?? 'bytes'),
    /** The path inside a disk image such as `{"Fxfs": "/path"}`. */
    di: (a) => (isObject(a) ? String(Object.values(a)[0] ?? '') : ''),
    env: (a) => {
      const value = typeof a === 'string' && Object.hasOwn(environment, a) ? environment[a] : undefined;
      return jsonText(value ?? '');
    },
    /** A value inside a QEMU property list: a comma ends it, two commas are one. */
    'qemu-value': (a) => String(a ?? '').replaceAll(',', ',,'),
  };
}

/** ffx's functions give text, and the empty one is false. */
function truth(value: boolean): string {
  return value ? 'true' : '';
}

/** What `if` of Handlebars takes for true. */
function isTrue(value: unknown): boolean {
  return Array.isArray(value) ? value.length > 0 : Boolean(value);
}

function isEqual(a: unknown, b: unknown): boolean {
  return isObject(a) || isObject(b) ? JSON.stringify(a) === JSON.stringify(b) : a === b;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
