import { readFile, stat, truncate } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { expectFailure, tempFolder } from './testing/temp-folder.ts';
import { bootfsItem, buildBootfs, buildZbi, kernelItem, lz4Stored, zstdStored } from './testing/zbi-builder.ts';
import { extractFromZbi, readFileOfZbi, verifyZbi } from './zbi.ts';
import { collect, readRange, withZbiFile } from './zbi-file.ts';

const folder = tempFolder();
const text = (content: string): Buffer => Buffer.from(content);
const files = [
  { name: 'bin/component', content: Buffer.alloc(5000, 'x') },
  { name: 'data/empty', content: text('') },
  { name: 'data/ssh/other', content: text('other') },
];

describe('a BOOTFS that is not right', () => {
  const file = (name: string | Uint8Array, more = {}) => [{ name, content: text('content'), ...more }];
  const long = `${'n'.repeat(256)}`;
  it.each([
    ['wrong magic', buildBootfs(file('a'), { magic: 7 }), /0x0 bytes into its content: the magic of the BOOTFS/],
    ['directory larger than the whole', buildBootfs(file('a'), { directoryBytes: 1e6 }), /0x4 bytes.*1000000 bytes/],
    ['directory that ends inside an entry', buildBootfs(file('abcd'), { directoryBytes: 16 }), /ends inside an entry/],
    ['directory with a rest', buildBootfs(file('abc'), { directoryBytes: 20 }), /0x20 bytes.*ends inside an entry/],
    ['name with ".."', buildBootfs(file('data/../../etc/passwd')), /"data\/\.\.\/\.\.\/etc\/passwd" has "\.\."/],
    ['name with a leading "/"', buildBootfs(file('/etc/passwd')), /begins with "\/"/],
    ['name with "."', buildBootfs(file('a/./b')), /empty part or "\."/],
    ['name with an empty part', buildBootfs(file('a//b')), /empty part/],
    ['name that ends with "/"', buildBootfs(file('a/')), /empty part/],
    ['name that is only NUL', buildBootfs(file(Buffer.from([0]))), /a name says 1 bytes/],
    ['name longer than 255', buildBootfs(file(long)), /a name says 257 bytes/],
    ['name without NUL', buildBootfs(file(text('abc'))), /does not end with NUL/],
    ['name with NUL inside', buildBootfs(file(text('a\0c\0'))), /NUL in it/],
    ['name that is not UTF-8', buildBootfs(file(Buffer.from([0xff, 0xfe, 0]))), /not UTF-8/],
    ['name with an escape sequence', buildBootfs(file('a\x1b[2J')), /control character/],
    ['the same name twice', buildBootfs([...file('a'), ...file('a')]), /"a" is there twice/],
    ['data off the page', buildBootfs(file('a', { offset: 4097 })), /0x1001, not on a page/],
    ['data past the end', buildBootfs(file('a', { length: 4097 })), /reach to 0x2001, past the end/],
    ['data inside the directory', buildBootfs(file('a', { offset: 0 })), /lie inside the directory/],
    ['shorter than its header', Buffer.alloc(8), /shorter than its header/],
    ['empty', Buffer.alloc(0), /shorter than its header/],
  ])('%s', async (_, bootfs, message) => {
    const path = await folder.write('bootfs.zbi', buildZbi([kernelItem(), bootfsItem(bootfs)]));
    await expectFailure(verifyZbi(path), 'image_damaged', message);
    await expectFailure(verifyZbi(path), 'image_damaged', /offset 0x60: the BOOTFS item there, 0x/);
  });
});

describe('one file of a BOOTFS', () => {
  const bootfs = buildBootfs(files);
  it.each([
    ['uncompressed', bootfs],
    ['zstd', zstdStored(bootfs)],
    ['LZ4', lz4Stored(bootfs)],
  ])('is read and extracted: %s', async (_, packed) => {
    const path = await folder.write('one.zbi', buildZbi([kernelItem(), bootfsItem(bootfs, packed)]));
    for (const { name, content } of files) {
      expect(Buffer.from(await readFileOfZbi(path, name)).equals(content)).toBe(true);
      const destination = folder.path('extracted');
      expect(await extractFromZbi(path, name, destination)).toBe(content.length);
      expect((await readFile(destination)).equals(content)).toBe(true);
      expect((await stat(destination)).mode & 0o777).toBe(0o600);
    }
  });

  it('refuses what is not there, without leaving anything', async () => {
    const path = await folder.write('missing.zbi', buildZbi([bootfsItem(bootfs)]));
    await expectFailure(extractFromZbi(path, 'nope', folder.path('nope')), 'file_missing', /has no file "nope"/);
    await expectFailure(extractFromZbi(path, 'bin/component', path), 'invalid_input', /is the file that it would/);
    await expectFailure(
      extractFromZbi(path, 'bin/component', folder.path('no/such/folder')),
      'invalid_input',
      /cannot be written/,
    );
    const without = await folder.write('without.zbi', buildZbi([kernelItem()]));
    await expectFailure(readFileOfZbi(without, 'x'), 'file_missing', /has no BOOTFS/);
    expect((await folder.names()).filter((name) => name.includes('nope') || name.endsWith('.tmp'))).toEqual([]);
  });

  it('notices that the image changes while it is read', async () => {
    const path = await folder.write('changing.zbi', buildZbi([kernelItem(), bootfsItem(bootfs)]));
    const shrinking = withZbiFile(path, {}, async (file) => {
      await truncate(path, 64);
      return collect(readRange(file, 0, file.sizeBytes), file.sizeBytes);
    });
    await expectFailure(shrinking, 'file_unreadable', /became shorter/);
    const growing = withZbiFile(path, {}, () => truncate(path, 128));
    await expectFailure(growing, 'file_unreadable', /changed while it was read/);
  });
});
