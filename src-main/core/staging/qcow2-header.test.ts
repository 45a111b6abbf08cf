import { describe, expect, it } from 'vitest';
import { parseQcow2Header } from './qcow2-header.ts';

/** A version 3 header as docs/interop/qcow2.txt lays it out. */
function headerOf(fields: {
  version?: number;
  backing?: string;
  clusterBits?: number;
  features?: bigint;
  size?: bigint;
}): Buffer {
  const bytes = Buffer.alloc(4096);
  const name = Buffer.from(fields.backing ?? '');
  bytes.write('QFI\xfb', 'latin1');
  bytes.writeUInt32BE(fields.version ?? 3, 4);
  if (name.length > 0) {
    bytes.writeBigUInt64BE(512n, 8);
    bytes.writeUInt32BE(name.length, 16);
    name.copy(bytes, 512);
  }
  bytes.writeUInt32BE(fields.clusterBits ?? 16, 20);
  bytes.writeBigUInt64BE(fields.size ?? 1048576n, 24);
  bytes.writeBigUInt64BE(fields.features ?? 0n, 72);
  return bytes;
}

describe('parseQcow2Header', () => {
  it('reads version, size and backing file', () => {
    expect(parseQcow2Header(headerOf({ backing: '/x/a:b,c é.img', size: 5n << 40n }))).toEqual({
      version: 3,
      virtualSize: 5n << 40n,
      backingFile: '/x/a:b,c é.img',
      clusterBytes: 65536,
      snapshots: 0,
      hasExternalData: false,
    });
  });

  it('knows version 2, no backing file and an external data file', () => {
    expect(parseQcow2Header(headerOf({ version: 2, features: 4n }))).toMatchObject({
      backingFile: null,
      hasExternalData: false,
    });
    expect(parseQcow2Header(headerOf({ features: 4n }))?.hasExternalData).toBe(true);
  });

  it('refuses what is not qcow2, cut or absurd', () => {
    expect(parseQcow2Header(headerOf({ version: 1 }))).toBeNull();
    expect(parseQcow2Header(headerOf({ clusterBits: 40 }))).toBeNull();
    expect(parseQcow2Header(headerOf({}).subarray(0, 71))).toBeNull();
    expect(parseQcow2Header(headerOf({ backing: '/base' }).subarray(0, 513))).toBeNull();
    expect(parseQcow2Header(Buffer.alloc(4096))).toBeNull();
    expect(parseQcow2Header(new Uint8Array())).toBeNull();
  });
});
