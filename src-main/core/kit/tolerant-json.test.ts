import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { parseTolerantly, rebase } from './tolerant-json.ts';

const schema = z.strictObject({
  version: z.literal(1),
  name: z.string(),
  host: z.strictObject({ ports: z.array(z.strictObject({ name: z.string(), host: z.number().nullable() })) }),
  guest: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('demo'), append: z.string().default('') }),
    z.strictObject({ kind: z.literal('disk'), file: z.string() }),
  ]),
  either: z.union([z.strictObject({ a: z.number() }), z.strictObject({ b: z.string() })]).default({ a: 1 }),
});
type Value = z.infer<typeof schema>;

const future = () => ({
  version: 1,
  name: 'one',
  labels: ['x'],
  host: {
    ports: [
      { name: 'ssh', host: 22, via: 'relay' },
      { name: 'web', host: null },
    ],
    bridge: { deep: [1] },
  },
  guest: { kind: 'demo', firmware: { kind: 'new' } },
  either: { b: 'text', c: null },
});

function read(raw: unknown): { data: Value; unknown: readonly string[] } {
  const parsed = parseTolerantly(schema, raw);
  if (!parsed.success) throw parsed.error;
  return parsed;
}

describe('what another version wrote', () => {
  it('is read without what is not known, at any depth, and says what that was', () => {
    const raw = future();
    const { data, unknown } = read(raw);
    expect(data.guest).toEqual({ kind: 'demo', append: '' });
    expect(data.either).toEqual({ b: 'text' });
    expect([...unknown].sort()).toEqual(['either.c', 'guest.firmware', 'host.bridge', 'host.ports.0.via', 'labels']);
    expect(raw).toEqual(future());
  });

  it('is refused for what is wrong, not for what is unknown', () => {
    const parsed = parseTolerantly(schema, { ...future(), name: 7 });
    expect(parsed.success ? [] : parsed.error.issues.map(({ path }) => path)).toEqual([['name']]);
  });

  it.each([null, 7, 'text', [], {}])('%j is refused', (raw) => {
    expect(parseTolerantly(schema, raw).success).toBe(false);
  });
});

describe('written back', () => {
  const written = (change: (value: Value) => Value): unknown => {
    const { data } = read(future());
    return rebase(future(), data, change(data));
  };

  it('as it was where nothing changed', () => {
    expect(written((value) => ({ ...value }))).toEqual(future());
  });

  it('with what changed, and everything else', () => {
    expect(written((value) => ({ ...value, name: 'two' }))).toEqual({ ...future(), name: 'two' });
    const ports = [
      { name: 'new', host: 1 },
      { name: 'ssh', host: 23 },
    ];
    expect(written((value) => ({ ...value, host: { ports } }))).toMatchObject({
      labels: ['x'],
      host: {
        ports: [
          { name: 'new', host: 1 },
          { name: 'ssh', host: 23, via: 'relay' },
        ],
        bridge: { deep: [1] },
      },
    });
  });

  it('without what belonged to another kind of thing', () => {
    const guest = { kind: 'disk' as const, file: '/x' };
    expect(written((value) => ({ ...value, guest }))).toMatchObject({ guest, labels: ['x'] });
    expect(written((value) => ({ ...value, guest }))).not.toHaveProperty('guest.firmware');
  });

  it('reads as what was meant, whatever was there before', () => {
    const port = fc.record({ name: fc.constantFrom('a', 'b', 'c'), host: fc.option(fc.nat(), { nil: null }) });
    const value = fc.record({
      version: fc.constant(1 as const),
      name: fc.string(),
      host: fc.record({ ports: fc.uniqueArray(port, { selector: ({ name }) => name }) }),
      guest: fc.oneof(
        fc.record({ kind: fc.constant('demo' as const), append: fc.string() }),
        fc.record({ kind: fc.constant('disk' as const), file: fc.string() }),
      ),
      either: fc.oneof(fc.record({ a: fc.nat() }), fc.record({ b: fc.string() })),
    });
    fc.assert(
      fc.property(value, value, fc.dictionary(fc.string(), fc.jsonValue()), (before, after, extra) => {
        const raw = { ...extra, ...before, host: { ...extra, ...before.host } };
        const asRead = read(JSON.parse(JSON.stringify(raw))).data;
        const text = JSON.stringify(rebase(raw, asRead, after));
        expect(read(JSON.parse(text)).data).toEqual(after);
      }),
    );
  });
});
