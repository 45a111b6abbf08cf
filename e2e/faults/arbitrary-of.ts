/**
 * Values of a zod schema's shape, from the schema itself: a call that is added to the contract is tried without a line
 * here. What a check says beyond the shape (a pattern, a bound) is met often, not always: that is the point.
 */
import fc from 'fast-check';
import type * as z from 'zod';

interface Definition {
  readonly type: string;
  readonly shape?: Record<string, z.ZodType>;
  readonly element?: z.ZodType;
  readonly innerType?: z.ZodType;
  readonly options?: readonly z.ZodType[];
  readonly entries?: Record<string, string | number>;
  readonly values?: readonly unknown[];
  readonly keyType?: z.ZodType;
  readonly valueType?: z.ZodType;
  readonly items?: readonly z.ZodType[];
  readonly in?: z.ZodType;
  readonly getter?: () => z.ZodType;
}

/** `text`: what texts are made of; names, ids and tokens that exist among them. */
export function arbitraryOf(schema: z.ZodType, text: fc.Arbitrary<string>): fc.Arbitrary<unknown> {
  const of = (inner: z.ZodType | undefined): fc.Arbitrary<unknown> =>
    inner === undefined ? fc.anything() : arbitraryOf(inner, text);
  const definition = schema._zod.def as unknown as Definition;
  switch (definition.type) {
    case 'object': {
      const parts = Object.entries(definition.shape ?? {}).map(([key, value]) => [key, of(value)] as const);
      return fc.record(Object.fromEntries(parts)).map(withoutUndefined);
    }
    case 'string':
      return text;
    case 'number':
      return numbers;
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    case 'literal':
      return fc.constantFrom(...(definition.values ?? [null]));
    case 'enum':
      return fc.constantFrom(...Object.values(definition.entries ?? { none: '' }));
    case 'array':
      return fc.array(of(definition.element), { maxLength: 4 });
    case 'tuple':
      return fc.tuple(...(definition.items ?? []).map(of));
    case 'record':
      return fc.dictionary(text, of(definition.valueType), { maxKeys: 4 });
    case 'nullable':
      return fc.oneof({ weight: 3, arbitrary: fc.constant(null) }, { weight: 2, arbitrary: of(definition.innerType) });
    case 'optional':
    case 'default':
    case 'prefault':
      return fc.oneof(
        { weight: 3, arbitrary: fc.constant(undefined) },
        { weight: 2, arbitrary: of(definition.innerType) },
      );
    case 'union':
      return fc.oneof(...(definition.options ?? []).map(of));
    case 'pipe':
      return of(definition.in);
    case 'lazy':
      return of(definition.getter?.());
    case 'readonly':
    case 'catch':
    case 'nonoptional':
      return of(definition.innerType);
    default:
      return fc.jsonValue({ maxDepth: 2 });
  }
}

const numbers = fc.oneof(
  { weight: 5, arbitrary: fc.integer({ min: 0, max: 8 }) },
  { weight: 2, arbitrary: fc.integer() },
  { weight: 1, arbitrary: fc.double({ noNaN: true }) },
  { weight: 1, arbitrary: fc.constantFrom(-1, 80, 65_535, 65_536, 2 ** 31, 2 ** 53 - 1, 1e308) },
);

function withoutUndefined(value: object): object {
  return Object.fromEntries(Object.entries(value).filter(([, part]) => part !== undefined));
}

/** The same value with something wrong somewhere. */
export function spoilt(value: unknown): fc.Arbitrary<unknown> {
  const wrong = fc.oneof(fc.jsonValue({ maxDepth: 2 }), fc.constantFrom(null, '', -1, [], {}, 'x'.repeat(5000)));
  if (typeof value !== 'object' || value === null || Object.keys(value).length === 0) return wrong;
  return fc.tuple(fc.constantFrom(...Object.keys(value)), wrong, fc.nat(2)).map(([key, part, how]) => {
    const copy: Record<string, unknown> = { ...value };
    if (how === 0) delete copy[key];
    else copy[how === 1 ? key : `${key}x`] = part;
    return copy;
  });
}
