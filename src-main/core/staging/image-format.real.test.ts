import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { detectImage } from './image-format.ts';
import { peekFormat } from './peek-format.ts';

const directory = mkdtempSync(join(tmpdir(), 'formats-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const detect = (bytes: Uint8Array) => detectImage(bytes.subarray(0, 65536), bytes.subarray(-512));

describe('detectImage', () => {
  it.each([
    ['qcow2', 'qcow2', []],
    ['vmdk', 'vmdk', []],
    ['vmdk', 'vmdk', ['-o', 'subformat=monolithicFlat']],
    ['vdi', 'vdi', []],
    ['vpc', 'vpc', []],
    ['vpc', 'vpc', ['-o', 'subformat=fixed']],
    ['vhdx', 'vhdx', []],
    ['raw', 'raw', []],
  ])('knows %s as qemu-img writes it (%s %j)', (format, expected, extra) => {
    const path = join(directory, `x.${format}-${extra.length}`);
    execFileSync('qemu-img', ['create', '-q', '-f', format, ...extra, path, '4M']);
    expect(detect(readFileSync(path))).toEqual({ kind: 'image', format: expected });
    expect(peekFormat(path)).toBe(expected);
  });

  it('calls version 1 of qcow by its name', () => {
    const path = join(directory, 'old');
    execFileSync('qemu-img', ['create', '-q', '-f', 'qcow', path, '4M']);
    expect(detect(readFileSync(path))).toEqual({ kind: 'unsupported', name: 'qcow' });
  });

  it('knows an ISO 9660 image, a hybrid one too', () => {
    const disc = Buffer.alloc(64 * 1024);
    disc.write('CD001', 32769);
    disc.writeUInt16LE(0xaa55, 510);
    expect(detect(disc)).toEqual({ kind: 'image', format: 'iso9660' });
  });

  it.each([
    ['gzip', '\x1f\x8b\x08'],
    ['xz', '\xfd7zXZ\0'],
    ['zstd', '\x28\xb5\x2f\xfd'],
    ['bzip2', 'BZh91AY&SY'],
    ['zip', 'PK\x03\x04'],
  ])('says that %s is not a disk yet', (name, magic) => {
    const bytes = Buffer.alloc(2048);
    bytes.write(magic, 'latin1');
    expect(detect(bytes)).toMatchObject({ kind: 'compressed', name });
  });

  it('takes tiny and empty files for raw', () => {
    expect(detect(Buffer.from('x'))).toEqual({ kind: 'image', format: 'raw' });
    expect(detect(new Uint8Array())).toEqual({ kind: 'image', format: 'raw' });
    expect(peekFormat(join(directory, 'nothing here'))).toBe('raw');
    expect(peekFormat(directory)).toBe('raw');
  });
});
