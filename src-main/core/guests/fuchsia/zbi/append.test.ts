import { spawnSync } from 'node:child_process';
import { utimesSync } from 'node:fs';
import { link, readFile, symlink } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { bootloaderFile, emulatorAdditions, entropy, mergeCommandLines, serialNumber } from './additions.ts';
import { appendToZbi } from './append.ts';
import { itemTypes } from './format.ts';
import { writeWhole } from './output-file.ts';
import { expectFailure, tempFolder } from './testing/temp-folder.ts';
import {
  type BuiltItem,
  bootfsItem,
  buildBootfs,
  buildItem,
  buildZbi,
  kernelItem,
  lz4Stored,
  zstdBomb,
  zstdStored,
} from './testing/zbi-builder.ts';
import { listZbi, readFileOfZbi, verifyZbi } from './zbi.ts';

const folder = tempFolder();
const text = (content: string): Buffer => Buffer.from(content);
const keys = text('ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIF6rZ slipway\n');
const kernel = kernelItem('KRN8', Buffer.alloc(3001, 'k'));
const imageArguments: BuiltItem = { type: 'IARG', payload: text('odd'), crc: 'none' };
const firstWords: BuiltItem = { type: 'CMDL', payload: text('first=1 \0') };
const moreWords: BuiltItem = { type: 'CMDL', payload: text('second') };
const platform: BuiltItem = { type: 'PLID', payload: Buffer.alloc(40, 3) };
const bootfs = buildBootfs([
  { name: 'a/b', content: text('nested') },
  { name: 'a-b', content: Buffer.alloc(9000, 'z') },
  { name: 'data/ssh/authorized_keys', content: text('an old key\n') },
]);
const random = Buffer.from(Array.from({ length: 64 }, (_, index) => 255 - index));

const source = (packed: Buffer = bootfs): Buffer =>
  buildZbi([kernel, bootfsItem(bootfs, packed), firstWords, imageArguments, moreWords, platform]);

describe('appendToZbi', () => {
  it.each([
    ['uncompressed', bootfs],
    ['zstd', zstdStored(bootfs)],
    ['LZ4', lz4Stored(bootfs)],
  ])('append keys → list → extract → bytes equal; order of §5.1; BOOTFS was %s', async (_, packed) => {
    const [from, to] = [await folder.write('in.zbi', source(packed)), folder.path('out.zbi')];
    const additions = emulatorAdditions({
      authorizedKeys: keys,
      serialNumber: 'EM-0123456AB',
      commandLine: 'third=3\nfourth',
      entropy: random,
    });
    const { bytes } = await appendToZbi(from, to, additions);
    const rebuilt = buildBootfs([
      { name: 'a/b', content: text('nested') },
      { name: 'a-b', content: Buffer.alloc(9000, 'z') },
      { name: 'data/ssh/authorized_keys', content: keys },
    ]);
    const expected = buildZbi([
      kernel,
      imageArguments,
      platform,
      { type: 'BTFL', payload: Buffer.concat([Buffer.from([19]), text('ssh.authorized_keys'), keys]) },
      { type: 'SRLN', payload: text('EM-0123456AB') },
      { type: 'RAND', payload: random },
      { type: 'CMDL', payload: text('first=1 second third=3\nfourth\0') },
      bootfsItem(rebuilt),
    ]);
    const written = await readFile(to);
    expect(written.equals(expected)).toBe(true);
    expect(bytes).toBe(expected.length);
    await verifyZbi(to);
    expect((await listZbi(to, { architecture: 'aarch64' })).bootable.isBootable).toBe(true);
    expect(Buffer.from(await readFileOfZbi(to, 'data/ssh/authorized_keys')).equals(keys)).toBe(true);
    expect((await readFile(from)).equals(source(packed))).toBe(true);
  });

  it('plain items: everything else stays byte for byte, several BOOTFS and odd padding too', async () => {
    const image = source(zstdStored(bootfs));
    const body = Buffer.concat([image.subarray(32), buildItem(bootfsItem(bootfs))]);
    // Padding that is not zero is none of our business.
    const at = body.indexOf('odd');
    body.writeUInt8(0x77, at + 3);
    const all = Buffer.concat([buildZbi([], { length: body.length }), body]);
    const [from, to] = [await folder.write('in.zbi', all), folder.path('out.zbi')];
    await appendToZbi(from, to, { items: [entropy(random), serialNumber('EM-1')] });
    const added = Buffer.concat([
      buildItem({ type: 'RAND', payload: random }),
      buildItem({ type: 'SRLN', payload: text('EM-1') }),
    ]);
    const length = body.length + added.length;
    expect((await readFile(to)).equals(Buffer.concat([buildZbi([], { length }), body, added]))).toBe(true);
  });

  it('only words: the BOOTFS is copied as it is, behind the one CMDLINE', async () => {
    const packed = zstdStored(bootfs);
    const [from, to] = [await folder.write('in.zbi', source(packed)), folder.path('out.zbi')];
    await appendToZbi(from, to, { commandLine: 'x' });
    const merged: BuiltItem = { type: 'CMDL', payload: text('first=1 second x\0') };
    const expected = buildZbi([kernel, imageArguments, platform, merged, bootfsItem(bootfs, packed)]);
    expect((await readFile(to)).equals(expected)).toBe(true);
  });

  it('an image without BOOTFS and CMDLINE gets a BOOTFS, and no CMDLINE', async () => {
    const [from, to] = [await folder.write('in.zbi', buildZbi([kernel])), folder.path('out.zbi')];
    await appendToZbi(from, to, { bootfsFiles: [{ name: 'k', content: keys }] });
    const expected = buildZbi([kernel, bootfsItem(buildBootfs([{ name: 'k', content: keys }]))]);
    expect((await readFile(to)).equals(expected)).toBe(true);
  });

  it('files that share their data share them in the new BOOTFS: an image does not grow by being rebuilt', async () => {
    const shared = buildBootfs([
      { name: 'a', content: Buffer.alloc(8000, 1) },
      ...['b', 'c', 'd'].map((name) => ({ name, content: text(''), offset: 4096, length: 8000 })),
    ]);
    const [from, to] = [await folder.write('in.zbi', buildZbi([bootfsItem(shared)])), folder.path('out.zbi')];
    await appendToZbi(from, to, { bootfsFiles: [{ name: 'e', content: text('new') }] });
    const { items } = await listZbi(to, { contents: true });
    const entry = (name: string, dataOffset: number, dataLength: number) => ({ name, dataOffset, dataLength });
    expect(items[0]?.bootfs).toEqual([
      ...['a', 'b', 'c', 'd'].map((name) => entry(name, 4096, 8000)),
      entry('e', 12_288, 3),
    ]);
    expect(items[0]?.lengthBytes).toBe(16_384);
  });

  it('refuses its own source as the destination, under any name', async () => {
    const from = await folder.write('same.zbi', source());
    await symlink(from, folder.path('link.zbi'));
    await link(from, folder.path('hard.zbi'));
    for (const to of [from, folder.path('link.zbi'), folder.path('hard.zbi')]) {
      await expectFailure(appendToZbi(from, to, {}), 'invalid_input', /is the file that it would be written to/);
    }
    expect((await readFile(from)).equals(source())).toBe(true);
  });

  it.each<[string, BuiltItem[], RegExp]>([
    ['a bad CRC in a copied item', [{ ...platform, crc: 1 }], /PLATFORM_ID item there has CRC 00000001/],
    ['a bad CRC in a CMDLINE', [{ ...firstWords, crc: 1 }], /CMDLINE item there has CRC/],
    ['a bad CRC in the BOOTFS', [{ ...bootfsItem(bootfs), crc: 1 }], /BOOTFS item there has CRC/],
    ['a name with ".." in the BOOTFS', [bootfsItem(buildBootfs([{ name: '../x', content: keys }]))], /has "\.\."/],
    ['a bomb that declares 4 GiB', [bootfsItem(bootfs, zstdBomb(1024 ** 3), 0xffffffff)], /declares 4294967295/],
    ['a bomb that declares little', [bootfsItem(bootfs, zstdBomb(1024 ** 3))], /magic of the BOOTFS|unfolds to more/],
    ['two BOOTFS', [bootfsItem(bootfs), bootfsItem(bootfs)], /has 2 BOOTFS items/],
  ])('leaves the old destination and nothing else after %s', async (_, items, message) => {
    const from = await folder.write('bad.zbi', buildZbi([kernel, ...items]));
    const to = await folder.write('kept.zbi', text('kept'));
    const additions = emulatorAdditions({ authorizedKeys: keys, entropy: random });
    const code = /declares 4294967295|2 BOOTFS/.test(message.source) ? 'invalid_input' : 'image_damaged';
    await expectFailure(appendToZbi(from, to, additions), code, message);
    expect((await readFile(to)).toString()).toBe('kept');
    expect((await folder.names()).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  it('refuses what a BOOTFS cannot hold', async () => {
    const from = await folder.write('in.zbi', source());
    const to = folder.path('never.zbi');
    const adding = (...names: string[]) =>
      appendToZbi(from, to, { bootfsFiles: names.map((name) => ({ name, content: keys })) });
    await expectFailure(adding('../x'), 'invalid_input', /has "\.\."/);
    await expectFailure(adding('/x'), 'invalid_input', /begins with/);
    await expectFailure(adding('x'.repeat(256)), 'invalid_input', /longer than 255/);
    await expectFailure(adding('x', 'x'), 'invalid_input', /twice/);
    await expectFailure(appendToZbi(from, to, { commandLine: 'a\0b' }), 'invalid_input', /NUL/);
    await expectFailure(adding('a/b/c'), 'invalid_input', /a\/b would be a file and a folder/);
    await expectFailure(appendToZbi(from, folder.path('no/folder'), {}), 'invalid_input', /cannot be written/);
    expect(await folder.names()).not.toContain('never.zbi');
  });

  it('stops when it is told to, and says how far it is', async () => {
    const from = await folder.write('in.zbi', source());
    const to = folder.path('stopped.zbi');
    const abort = new AbortController();
    const stopping = appendToZbi(from, to, {}, { signal: abort.signal, onProgress: () => abort.abort() });
    await expect(stopping).rejects.toMatchObject({ name: 'AbortError' });
    expect(await folder.names()).not.toContain('stopped.zbi');
    const seen: number[][] = [];
    await appendToZbi(from, to, {}, { onProgress: (done, total) => seen.push([done, total]) });
    expect(seen.at(-1)).toEqual([source().length, source().length]);
    expect(seen.every(([done = 0, total = 0]) => done <= total)).toBe(true);
  });

  it('keeps the old destination when the source changed meanwhile', async () => {
    const from = await folder.write('rebuilt.zbi', source());
    const to = await folder.write('kept.zbi', text('kept'));
    const touch = () => utimesSync(from, 1, 1);
    await expectFailure(appendToZbi(from, to, {}, { onProgress: touch }), 'file_unreadable', /changed while/);
    expect((await readFile(to)).toString()).toBe('kept');
  });

  it("Fuchsia's own `zbi` finds nothing wrong with it", async (context) => {
    if (spawnSync('zbi', ['--help']).error !== undefined) context.skip("Fuchsia's zbi tool is not installed");
    const [from, to] = [await folder.write('in.zbi', source()), folder.path('out.zbi')];
    await appendToZbi(from, to, emulatorAdditions({ authorizedKeys: keys, entropy: random }));
    const { status, stdout } = spawnSync('zbi', ['--list', to], { encoding: 'utf8' });
    expect(status).toBe(0);
    expect(stdout).toMatch(/^BOOTABLE/);
  });
});

describe('writeWhole', () => {
  it('looks for room before it writes', async () => {
    const writing = writeWhole(folder.path('huge'), 10 ** 18, () => Promise.reject(new Error('it began to write')));
    await expectFailure(writing, 'disk_full', /no room for .*huge: it needs 1000000000000000000 bytes/);
  });

  it('tells a full disk as such, and leaves nothing', async () => {
    const full = Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
    await expectFailure(
      writeWhole(folder.path('full'), 0, () => Promise.reject(full)),
      'disk_full',
      /no room/,
    );
    expect((await folder.names()).filter((name) => name.startsWith('full') || name.startsWith('huge'))).toEqual([]);
  });
});

describe('payloads of the small items', () => {
  it('BOOTLOADER_FILE: u8 name length, name, data', () => {
    expect(bootloaderFile('ab', text('xyz'))).toEqual({ type: itemTypes.bootloaderFile, payload: text('\x02abxyz') });
    expect(() => bootloaderFile('', keys)).toThrow(/1 to 255 bytes/);
    expect(() => bootloaderFile('n'.repeat(256), keys)).toThrow(/1 to 255 bytes/);
  });

  it('SERIAL_NUMBER: unterminated ASCII', () => {
    expect(Buffer.from(serialNumber('EM-0F').payload).toString()).toBe('EM-0F');
    for (const wrong of ['', 'é', 'a b', 'a\0']) expect(() => serialNumber(wrong)).toThrow(/printable ASCII/);
  });

  it('CMDLINE: joined by spaces, one NUL at the end, other bytes as they are', () => {
    const merge = (...parts: string[]) =>
      Buffer.from(mergeCommandLines(parts.map((part) => Buffer.from(part, 'latin1')))).toString('latin1');
    expect(merge('a b\0', ' ', 'c\0garbage', '\xff')).toBe('a b c \xff\0');
    expect(merge()).toBe('\0');
  });
});
