import { readFile } from 'node:fs/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SlipwayError } from '../../../../../src-shared/contract/errors.ts';
import { appendToZbi } from './append.ts';
import { compareBootfsNames } from './bootfs-name.ts';
import { tempFolder } from './testing/temp-folder.ts';
import {
  type BuiltFile,
  type BuiltItem,
  bootfsItem,
  buildBootfs,
  buildZbi,
  kernelItem,
  lz4Stored,
  zstdStored,
} from './testing/zbi-builder.ts';
import { listZbi, readFileOfZbi, verifyZbi } from './zbi.ts';

const folder = tempFolder();
const bytes = (maxLength: number) => fc.uint8Array({ maxLength });

/** Types that the code under test gives no meaning to, and kernels. */
const plainItem: fc.Arbitrary<BuiltItem> = fc
  .record({
    type: fc.constantFrom('KRN8', 'PLID', 'SKIP', 'ZZZZ', 'BTFL', 0xd00dfeed),
    payload: bytes(60),
    extra: fc.nat(),
    crc: fc.constantFrom('none' as const, undefined),
  })
  .map(({ crc, ...item }) => (crc === undefined ? item : { ...item, crc }));

/** No name is a folder of another: each part says whether it is one. */
const fileName = fc
  .tuple(fc.array(fc.stringMatching(/^[a-c-]{1,3}d$/), { maxLength: 3 }), fc.stringMatching(/^[a-c.+-]{1,4}f$/))
  .map(([folders, name]) => [...folders, name].join('/'));

const fileSet: fc.Arbitrary<{ name: string; content: Uint8Array }[]> = fc
  .uniqueArray(fc.record({ name: fileName, content: bytes(5000) }), { selector: ({ name }) => name, maxLength: 6 })
  .map((all) => all.toSorted((a, b) => compareBootfsNames(a.name, b.name)));

const packing = fc.constantFrom((content: Buffer) => content, zstdStored, lz4Stored);

async function expectRefusalOrSuccess(work: Promise<unknown>): Promise<void> {
  const error = await work.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (error === null) return;
  expect(error).toBeInstanceOf(SlipwayError);
  const known = ['image_damaged', 'invalid_input', 'file_missing'];
  expect(error instanceof SlipwayError && known.includes(error.code)).toBe(true);
}

describe('any image', () => {
  it('is listed as it was built, and is whole', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(plainItem, { maxLength: 8 }), fileSet, packing, async (items, files, pack) => {
        const bootfs = buildBootfs(files);
        const path = await folder.write('any.zbi', buildZbi([...items, bootfsItem(bootfs, pack(bootfs))]));
        await verifyZbi(path);
        const listing = await listZbi(path, { checkCrc: true, contents: true });
        expect(listing.items.map(({ lengthBytes }) => lengthBytes).slice(0, -1)).toEqual(
          items.map(({ payload }) => payload.length),
        );
        const last = listing.items.at(-1)?.bootfs;
        expect(Array.isArray(last) ? last.map(({ name }) => name) : last).toEqual(files.map(({ name }) => name));
        for (const { name, content } of files) {
          expect(Buffer.from(await readFileOfZbi(path, name)).equals(content)).toBe(true);
        }
      }),
      { numRuns: 40 },
    );
  });

  it('takes any files: what comes out is what an independent builder makes', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(plainItem, { maxLength: 4 }),
        fileSet,
        fileSet,
        packing,
        async (items, old, add, pack) => {
          const bootfs = buildBootfs(old);
          const from = await folder.write('from.zbi', buildZbi([bootfsItem(bootfs, pack(bootfs)), ...items]));
          const to = folder.path('to.zbi');
          await appendToZbi(from, to, { bootfsFiles: add });
          const merged = new Map<string, BuiltFile>([...old, ...add].map((file) => [file.name, file]));
          const files = [...merged.values()].toSorted((a, b) => compareBootfsNames(String(a.name), String(b.name)));
          expect((await readFile(to)).equals(buildZbi([...items, bootfsItem(buildBootfs(files))]))).toBe(true);
        },
      ),
      { numRuns: 40 },
    );
  });
});

describe('any damage', () => {
  const files = [
    { name: 'a/b', content: Buffer.alloc(100, 'b') },
    { name: 'c', content: Buffer.alloc(6000, 'c') },
  ];
  const bootfs = buildBootfs(files);
  const image = (packed: Buffer): Buffer =>
    buildZbi([
      kernelItem(),
      { type: 'CMDL', payload: Buffer.from('x y\0'), crc: 'none' },
      {
        ...bootfsItem(bootfs, packed),
        crc: 'none',
        flags: packed === bootfs ? 0x10000 : 0x10001,
      },
    ]);
  const images = [image(bootfs), image(zstdStored(bootfs)), image(lz4Stored(bootfs))];
  /** Most of the structure lies where the headers and the directory are. */
  const place = fc.oneof(fc.nat(260), fc.nat(16_000));
  const value = fc.constantFrom(0, 1, 0x7f, 0x80, 0xff);

  it('is refused with a reason or makes no difference; never a crash, a hang or much memory', async () => {
    const before = process.memoryUsage().rss;
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...images),
        fc.array(fc.tuple(place, value, fc.constantFrom(1, 4)), { minLength: 1, maxLength: 5 }),
        fc.option(fc.nat(16_000), { freq: 8 }),
        async (whole, changes, cut) => {
          const wrong = Buffer.from(whole);
          for (const [at, byte, count] of changes) wrong.fill(byte, at, at + count);
          const path = await folder.write('wrong.zbi', wrong.subarray(0, cut === null ? undefined : cut + 1));
          await expectRefusalOrSuccess(verifyZbi(path));
          await expectRefusalOrSuccess(listZbi(path, { contents: true, checkCrc: true }));
          await expectRefusalOrSuccess(readFileOfZbi(path, 'c'));
          await expectRefusalOrSuccess(
            appendToZbi(path, folder.path('never.zbi'), { bootfsFiles: [{ name: 'k', content: Buffer.from('k') }] }),
          );
        },
      ),
      { numRuns: 200 },
    );
    expect(process.memoryUsage().rss - before).toBeLessThan(300 * 1024 * 1024);
    expect((await folder.names()).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });
});
