import { crc32, inflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { pngOfPpm } from './png.ts';

const ppm = (header: string, pixels: number[]) => Buffer.concat([Buffer.from(header), Buffer.from(pixels)]);
const pixels = [255, 0, 0, 0, 255, 0, 0, 0, 255, 1, 2, 3, 4, 5, 6, 7, 8, 9];

/** Type and data of each chunk, its check sum checked. */
function chunksOf(png: Uint8Array): Map<string, Buffer> {
  const bytes = Buffer.from(png);
  expect(bytes.subarray(0, 8).toString('hex')).toBe('89504e470d0a1a0a');
  const chunks = new Map<string, Buffer>();
  for (let at = 8; at < bytes.length; ) {
    const length = bytes.readUInt32BE(at);
    const body = bytes.subarray(at + 4, at + 8 + length);
    expect(bytes.readUInt32BE(at + 8 + length)).toBe(crc32(body));
    chunks.set(body.subarray(0, 4).toString(), body.subarray(4));
    at += 12 + length;
  }
  return chunks;
}

describe('pngOfPpm', () => {
  it.each(['P6\n3 2\n255\n', 'P6 # made by hand\n3 2 255\n'])('keeps every pixel of %j', (header) => {
    const png = pngOfPpm(ppm(header, pixels));
    expect(png).not.toBeNull();
    const chunks = chunksOf(png ?? new Uint8Array());
    expect([...chunks.keys()]).toEqual(['IHDR', 'IDAT', 'IEND']);
    const size = chunks.get('IHDR') ?? Buffer.alloc(13);
    expect([size.readUInt32BE(0), size.readUInt32BE(4), size[8], size[9]]).toEqual([3, 2, 8, 2]);
    const rows = inflateSync(chunks.get('IDAT') ?? Buffer.alloc(0));
    expect([...rows]).toEqual([0, ...pixels.slice(0, 9), 0, ...pixels.slice(9)]);
  });

  it.each([
    ['no pixels', ppm('P6\n0 2\n255\n', [])],
    ['cut off', ppm('P6\n3 2\n255\n', pixels.slice(1))],
    ['16 bits a channel', ppm('P6\n3 2\n65535\n', pixels)],
    ['a text image', ppm('P3\n3 2\n255\n', pixels)],
    ['a bomb', ppm('P6\n99999999 99999999\n255\n', pixels)],
    ['nothing', Buffer.alloc(0)],
  ])('%s is no picture', (_, bytes) => expect(pngOfPpm(bytes)).toBeNull());
});
