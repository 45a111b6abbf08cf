/**
 * One LZ4 frame as a stream. Format: https://github.com/lz4/lz4/blob/dev/doc/lz4_Frame_format.md. Memory: two blocks of
 * the frame's block size (at most 4 MiB) and 64 KiB. Our own, because the libraries there are keep the whole in memory
 * and check nothing.
 */
import { PayloadDamage } from '../damage.ts';
import { ByteReader } from './byte-reader.ts';
import { decodeLz4Block } from './lz4-block.ts';
import { Xxh32, xxh32 } from './xxh32.ts';

export const lz4Magic = 0x184d2204;

/** A match reaches back this far, across blocks too if they are linked. */
const historyBytes = 64 * 1024;

interface Frame {
  readonly blockBytes: number;
  readonly areLinked: boolean;
  readonly hasBlockChecksums: boolean;
  readonly hasContentChecksum: boolean;
  readonly contentBytes: bigint | null;
}

/** Each chunk is valid only until the next is asked for. @throws PayloadDamage */
export async function* decodeLz4Frame(input: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = new ByteReader(input, 'the LZ4 frame ends too early');
  const frame = await readFrame(reader);
  const window = Buffer.allocUnsafe(historyBytes + frame.blockBytes);
  const hash = new Xxh32();
  let history = 0;
  let total = 0;
  for (let word = await reader.word(); word !== 0; word = await reader.word()) {
    const size = word & 0x7fffffff;
    if (size > frame.blockBytes) throw new PayloadDamage(null, 'an LZ4 block is larger than its frame allows');
    // One piece, because what the reader gave before is gone with the next it gives.
    const bytes = await reader.take(size + (frame.hasBlockChecksums ? 4 : 0));
    const block = bytes.subarray(0, size);
    if (frame.hasBlockChecksums && Buffer.from(bytes.subarray(size)).readUInt32LE(0) !== xxh32(block)) {
      throw new PayloadDamage(null, 'the checksum of an LZ4 block is wrong');
    }
    const room = window.subarray(0, history + frame.blockBytes);
    const isStored = word >>> 31 === 1;
    if (isStored) room.set(block, history);
    const end = isStored ? history + size : decodeLz4Block(block, room, history);
    const decoded = window.subarray(history, end);
    total += decoded.length;
    if (frame.hasContentChecksum) hash.update(decoded);
    yield decoded;
    if (!frame.areLinked) continue;
    const kept = Math.min(end, historyBytes);
    window.copyWithin(0, end - kept, end);
    history = kept;
  }
  if (frame.hasContentChecksum && (await reader.word()) !== hash.digest()) {
    throw new PayloadDamage(null, 'the checksum of the LZ4 frame is wrong');
  }
  if (frame.contentBytes !== null && frame.contentBytes !== BigInt(total)) {
    throw new PayloadDamage(null, `the LZ4 frame says ${frame.contentBytes} bytes and holds ${total}`);
  }
  await reader.requireEnd('bytes follow the end of the LZ4 frame');
}

async function readFrame(reader: ByteReader): Promise<Frame> {
  if ((await reader.word()) !== lz4Magic) throw new PayloadDamage(null, 'it is not an LZ4 frame');
  const start = Buffer.from(await reader.take(2));
  const [flagBits, sizeBits] = [start.readUInt8(0), start.readUInt8(1)];
  if (flagBits >> 6 !== 1 || (flagBits & 0b10) !== 0 || (sizeBits & 0b1000_1111) !== 0) {
    throw new PayloadDamage(null, 'the header of the LZ4 frame has bits that version 1 does not know');
  }
  if ((flagBits & 1) !== 0) throw new PayloadDamage(null, 'the LZ4 frame needs a dictionary');
  const sizeCode = sizeBits >> 4;
  if (sizeCode < 4) throw new PayloadDamage(null, 'the LZ4 frame has an unknown block size');
  const hasContentBytes = (flagBits & 0b1000) !== 0;
  const size = Buffer.from(await reader.take(hasContentBytes ? 8 : 0));
  const check = Buffer.from(await reader.take(1)).readUInt8(0);
  if (((xxh32(Buffer.concat([start, size])) >> 8) & 0xff) !== check) {
    throw new PayloadDamage(null, 'the checksum of the LZ4 header is wrong');
  }
  return {
    blockBytes: 1 << (8 + 2 * sizeCode),
    areLinked: (flagBits & 0b10_0000) === 0,
    hasBlockChecksums: (flagBits & 0b1_0000) !== 0,
    hasContentChecksum: (flagBits & 0b100) !== 0,
    contentBytes: hasContentBytes ? size.readBigUInt64LE(0) : null,
  };
}
