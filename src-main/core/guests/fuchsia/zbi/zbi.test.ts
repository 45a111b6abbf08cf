import { createHash } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { bootfsMagic, containerMagic, crcOfHeader, encodeHeader, itemMagic } from './format.ts';
import { formatListing } from './listing.ts';
import { sampleLz4, sampleZstd } from './testing/compressed-samples.ts';
import { expectFailure, tempFolder } from './testing/temp-folder.ts';
import {
  type BuiltItem,
  bitwiseCrc32,
  bootfsItem,
  buildBootfs,
  buildZbi,
  kernelItem,
  lz4Stored,
  zstdBomb,
  zstdStored,
} from './testing/zbi-builder.ts';
import { listZbi, readFileOfZbi, verifyZbi } from './zbi.ts';

const folder = tempFolder();
const text = (content: string): Buffer => Buffer.from(content);
const commandLine: BuiltItem = { type: 'CMDL', payload: text('kernel.halt-on-panic=true TERM=dumb\0') };
const files = [
  { name: 'bin/component', content: Buffer.alloc(5000, 'x') },
  { name: 'data/empty', content: text('') },
  { name: 'data/ssh/other', content: text('other') },
];

describe('format', () => {
  it.each([
    ['bootdata', containerMagic],
    ['bootitem', itemMagic],
    ['bootfs', bootfsMagic],
  ])('magic of "%s": the last 4 bytes of the SHA-256 of the word', (word, magic) => {
    expect(magic).toBe(createHash('sha256').update(word).digest().readUInt32BE(28));
  });

  it('CRC rule: CRC-32 over the 32-byte header with crc32=0, then the unpadded payload; "123456789" alone is cbf43926', () => {
    expect(bitwiseCrc32(text('123456789'))).toBe(0xcbf43926);
    const header = encodeHeader({ type: 0x4c444d43, length: 9, extra: 0, flags: 0x30000, crc32: 0xffffffff });
    expect(crcOfHeader(header)).toBe(bitwiseCrc32(Buffer.from(header).fill(0, 28)));
  });
});

describe('listZbi', () => {
  it('lists offsets from the start of the file, sizes, names and contents, as `zbi --list` does', async () => {
    const bootfs = buildBootfs(files);
    const packed = zstdStored(bootfs);
    const path = await folder.write(
      'list.zbi',
      buildZbi([
        kernelItem(),
        commandLine,
        { type: 'RAND', payload: text('four'), crc: 'none' },
        { type: 'ABCD', payload: text('') },
        bootfsItem(bootfs, packed),
      ]),
    );
    const listing = await listZbi(path, { contents: true, checkCrc: true });
    expect(listing.bootable).toEqual({ isBootable: true, architecture: 'x86_64' });
    const crcs = listing.items.map(({ crc }) => (crc === 'none' ? '' : crc.stored.toString(16).padStart(8, '0')));
    for (const { crc } of listing.items) if (crc !== 'none') expect(crc.actual).toBe(crc.stored);
    const size = (value: number) => value.toString(16).padStart(8, '0');
    expect(formatListing(listing, { verbose: true }).split('\n')).toEqual([
      'BOOTABLE: bootable image',
      '00000020: 00000020 KERNEL_X64',
      `        :          MAGIC=b5781729 CRC=${crcs[0]}`,
      '00000060: 00000024 CMDLINE',
      `        :          MAGIC=b5781729 CRC=${crcs[1]}`,
      '        : kernel.halt-on-panic=true',
      '        : TERM=dumb',
      '000000a8: 00000004 ENTROPY',
      '        :          MAGIC=b5781729 NO CRC',
      '000000d0: 00000000 UNKNOWN (type=44434241)',
      `        :          MAGIC=b5781729 CRC=${crcs[3]}`,
      `000000f0: ${size(packed.length)} BOOTFS (size=${size(bootfs.length)})`,
      `        :          MAGIC=b5781729 CRC=${crcs[4]}`,
      '        : 00001000 00001388 bin/component',
      '        : 00003000 00000000 data/empty',
      '        : 00003000 00000005 data/ssh/other',
    ]);
  });

  it('is asked for nothing else: contents and CRCs are not read', async () => {
    const path = await folder.write('plain.zbi', buildZbi([kernelItem('KRN8'), { ...commandLine, crc: 1 }]));
    const { items } = await listZbi(path);
    expect(items.map(({ crc, words }) => [crc === 'none' ? null : crc.actual, words])).toEqual([
      [null, null],
      [null, null],
    ]);
  });

  it.each([
    ['empty ZBI', [], undefined],
    ['first item not KERNEL', [commandLine, kernelItem()], undefined],
    ['kernel arch mismatch', [kernelItem('KRN8')], 'x86_64'],
    ['kernel arch mismatch', [kernelItem('KRN9')], 'riscv64'],
  ] as const)('says why it is not bootable: %s', async (reason, items, architecture) => {
    const path = await folder.write('unbootable.zbi', buildZbi(items));
    const listing = await listZbi(path, architecture === undefined ? {} : { architecture });
    expect(listing.bootable).toEqual({ isBootable: false, reason });
    expect(formatListing(listing).split('\n')[0]).toBe(`UNBOOTABLE: ${reason}`);
  });

  it.each([
    ['KRNL', 'x86_64'],
    ['KRN8', 'aarch64'],
    ['KRNV', 'riscv64'],
  ] as const)('knows %s as the kernel of %s', async (type, architecture) => {
    const path = await folder.write('bootable.zbi', buildZbi([kernelItem(type)]));
    expect((await listZbi(path, { architecture })).bootable).toEqual({ isBootable: true, architecture });
  });

  it('shows a wrong CRC and a damaged BOOTFS as part of the list', async () => {
    const path = await folder.write(
      'marked.zbi',
      buildZbi([{ ...commandLine, crc: 0x1234 }, bootfsItem(buildBootfs([{ name: '../x', content: text('') }]))]),
    );
    const listed = formatListing(await listZbi(path, { contents: true, checkCrc: true }), { verbose: true });
    expect(listed).toMatch(/CRC=00001234 \[ERROR: the bytes have [0-9a-f]{8}\]/);
    expect(listed).toMatch(/\[ERROR: .*"\.\.\/x" has "\.\."/);
  });

  it('lets no control character of a command line through to a terminal', async () => {
    const path = await folder.write('hostile.zbi', buildZbi([{ type: 'CMDL', payload: text('a\x1b]0;x\x07b\n c\0') }]));
    expect((await listZbi(path, { contents: true })).items[0]?.words).toEqual(['a', ']0;x', 'b', 'c']);
  });
});

describe('a container that is not right', () => {
  const good = buildZbi([kernelItem(), commandLine]);
  const changed = (at: number, value: number): Buffer => {
    const bytes = Buffer.from(good);
    bytes.writeUInt32LE(value >>> 0, at);
    return bytes;
  };
  const itemAt = 0x60;
  it.each([
    ['no ZBI at all', Buffer.alloc(64, 'ELF'), 'invalid_input', /not a Zircon boot image/],
    ['shorter than a header', good.subarray(0, 20), 'invalid_input', /not a Zircon boot image/],
    ['wrong container magic', changed(8, 1), 'image_damaged', /offset 0x8: the magic of the container/],
    ['wrong header magic', changed(24, 1), 'image_damaged', /offset 0x18: the magic of the container/],
    ['no version flag', changed(12, 0), 'image_damaged', /offset 0xc: .*version flag/],
    ['a container with a CRC', changed(28, 5), 'image_damaged', /offset 0x1c: .*has a CRC/],
    ['a length that is not aligned', changed(4, 33), 'image_damaged', /offset 0x4: .*multiple of 8/],
    ['truncated container', good.subarray(0, -8), 'image_damaged', /offset 0xa0: it is truncated: .*168 bytes.*160/],
    ['trailing garbage', Buffer.concat([good, text('xyz')]), 'image_damaged', /offset 0xa8: 3 bytes follow the end/],
    ['item length beyond the end', changed(itemAt + 4, 5000), 'image_damaged', /0x60: .*CMDLINE.*5000 bytes, and 40/],
    ['wrong item magic', changed(itemAt + 24, 0), 'image_damaged', /offset 0x60: the magic of the item/],
    ['an item without the version flag', changed(itemAt + 12, 0x20000), 'image_damaged', /0x60: .*version flag/],
    ['no CRC flag and no fixed value', changed(itemAt + 12, 0x10000), 'image_damaged', /0x60: .*not the fixed one/],
    ['a container inside', buildZbi([{ type: 'BOOT', payload: text('') }]), 'image_damaged', /0x20: a container lies/],
    ['room for half a header', changed(4, 80).subarray(0, 112), 'image_damaged', /0x60: 16 bytes/],
  ] as const)('%s', async (_, bytes, code, message) => {
    const path = await folder.write('wrong.zbi', bytes);
    await expectFailure(listZbi(path), code, message);
  });

  it('names what is wrong with the file itself, and the field', async () => {
    const options = { field: 'guest.zbi' };
    await expectFailure(listZbi(folder.path('none.zbi'), options), 'file_missing', /none\.zbi does not exist/);
    await expectFailure(listZbi(await folder.write('empty.zbi', text('')), options), 'file_empty', /empty/);
    await mkdir(folder.path('a-folder'), { recursive: true });
    await expectFailure(listZbi(folder.path('a-folder'), options), 'file_not_regular', /is a folder, not a file/);
    const wrong = await folder.write('field.zbi', good.subarray(0, -8));
    await expect(listZbi(wrong, options)).rejects.toMatchObject({ failure: { field: 'guest.zbi' } });
  });

  it('refuses very many empty items before they fill the memory', async () => {
    const item = buildZbi([{ type: 'SKIP', payload: text('') }]).subarray(32);
    const body = Buffer.alloc(11_000 * 32);
    for (let at = 0; at < body.length; at += 32) body.set(item, at);
    const path = await folder.write('many.zbi', Buffer.concat([buildZbi([], { length: body.length }), body]));
    await expectFailure(listZbi(path), 'image_damaged', /more than 10000 items/);
  });
});

describe('verifyZbi', () => {
  it('finds nothing wrong with images that are right', async () => {
    const bootfs = buildBootfs(files);
    const packings = [bootfs, zstdStored(bootfs), lz4Stored(bootfs)];
    for (const packed of packings) {
      const path = await folder.write('right.zbi', buildZbi([kernelItem(), commandLine, bootfsItem(bootfs, packed)]));
      await verifyZbi(path);
    }
    const path = await folder.write(
      'ramdisk.zbi',
      buildZbi([
        { type: 'RDSK', payload: sampleZstd, extra: 92_956, flags: 0x30001 },
        { type: 'KSTR', payload: sampleLz4, extra: 92_956, flags: 0x30001 },
      ]),
    );
    await verifyZbi(path);
  });

  it('bad CRC', async () => {
    const path = await folder.write('crc.zbi', buildZbi([kernelItem(), { ...commandLine, crc: 0xabc }]));
    await expectFailure(
      verifyZbi(path),
      'image_damaged',
      /offset 0x60: the CMDLINE .*CRC 00000abc, and its bytes have/,
    );
  });

  const zeros = buildBootfs([]);
  it.each([
    [
      'declared more than it unfolds to',
      zstdStored(zeros),
      zeros.length + 1,
      /declares 4097 bytes and unfolds to 4096/,
    ],
    ['declared less than it unfolds to', zstdBomb(1024 ** 3), 4096, /declares 4096 bytes and unfolds to more/],
    [
      'LZ4, declared less',
      lz4Stored(Buffer.alloc(200_000)),
      4096,
      /declares 4096 bytes and unfolds to more|BOOTFS is wrong/,
    ],
    ['neither zstd nor LZ4', text('neither of them'), 4096, /neither a zstd nor an LZ4 frame/],
    ['compressed and empty', text(''), 4096, /neither a zstd nor an LZ4 frame/],
  ])('a storage item that is not what it says: %s', async (_, packed, declared, message) => {
    const path = await folder.write(
      'storage.zbi',
      buildZbi([{ type: 'RDSK', payload: packed, extra: declared, flags: 0x30001 }]),
    );
    await expectFailure(verifyZbi(path), 'image_damaged', message);
  });

  it('an uncompressed storage item whose size contradicts itself', async () => {
    const path = await folder.write('extra.zbi', buildZbi([bootfsItem(zeros, zeros, 1)]));
    await expectFailure(verifyZbi(path), 'image_damaged', /has 4096 bytes and declares 1/);
  });

  it('zip bomb BOOTFS, declared 4 GiB: refused by its number, in bounded memory and time', async () => {
    const before = process.memoryUsage().rss;
    const bomb = bootfsItem(Buffer.alloc(0), zstdBomb(1024 ** 3), 0xffffffff);
    const path = await folder.write('bomb.zbi', buildZbi([kernelItem(), bomb]));
    for (const work of [() => verifyZbi(path), () => readFileOfZbi(path, 'x')]) {
      await expectFailure(work(), 'invalid_input', /offset 0x60 .*declares 4294967295 bytes/);
    }
    expect(process.memoryUsage().rss - before).toBeLessThan(100 * 1024 * 1024);
  });

  it('stops when it is told to', async () => {
    const path = await folder.write('abort.zbi', buildZbi([kernelItem()]));
    await expect(verifyZbi(path, { signal: AbortSignal.abort() })).rejects.toMatchObject({ name: 'AbortError' });
  });
});
