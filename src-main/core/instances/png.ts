/** A PNG from the one kind of PPM that QEMU writes. Pure. Format: https://www.w3.org/TR/png-3/ and netpbm's ppm(5). */
import { crc32, deflateSync } from 'node:zlib';

const signature = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
/** 8K video has 33 million; what says more is no screen. */
const mostPixels = 100_000_000;

/** null: not a whole binary PPM with 8 bits a channel. */
export function pngOfPpm(ppm: Uint8Array): Uint8Array | null {
  const header = Buffer.from(ppm.subarray(0, 1024)).toString('latin1');
  const [text, width, height] = /^P6\s(?:#.*\n)*\s*(\d+)\s+(\d+)\s+255\s/.exec(header) ?? [];
  if (text === undefined) return null;
  const columns = Number(width);
  const rows = Number(height);
  const rowBytes = columns * 3;
  if (columns === 0 || rows === 0 || columns * rows > mostPixels) return null;
  if (ppm.length < text.length + rowBytes * rows) return null;

  // Every row begins with its filter, and none is what zlib needs no help with.
  const filtered = new Uint8Array((rowBytes + 1) * rows);
  for (let row = 0; row < rows; row++) {
    const from = text.length + row * rowBytes;
    filtered.set(ppm.subarray(from, from + rowBytes), row * (rowBytes + 1) + 1);
  }
  const size = Buffer.alloc(13);
  size.writeUInt32BE(columns, 0);
  size.writeUInt32BE(rows, 4);
  // 8 bits a channel, colour without transparency.
  size.set([8, 2], 8);
  const none = new Uint8Array(0);
  return Buffer.concat([signature, chunk('IHDR', size), chunk('IDAT', deflateSync(filtered)), chunk('IEND', none)]);
}

function chunk(type: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const bytes = Buffer.alloc(body.length + 8);
  bytes.writeUInt32BE(data.length, 0);
  body.copy(bytes, 4);
  bytes.writeUInt32BE(crc32(body), bytes.length - 4);
  return bytes;
}
