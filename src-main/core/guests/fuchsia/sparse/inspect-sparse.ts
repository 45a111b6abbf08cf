/** What a sparse image will be once it is expanded, from its chunks' headers alone: known, and checked, before a byte is written. */
import { damagedImage, type OpenImage, readBytes } from './image-file.ts';
import {
  blocksOf,
  chunkHeaderBytes,
  chunkProblem,
  chunkTypes,
  expandedBytesOf,
  headerProblem,
  isAndroidSparse,
  parseChunk,
  parseSparseHeader,
  type SparseChunk,
  type SparseHeader,
  sparseHeaderBytes,
} from './sparse-format.ts';

export interface SparseFacts {
  readonly header: SparseHeader;
  /** Size of the disk. */
  readonly expandedBytes: number;
  /** What must be written of it; the rest are holes. */
  readonly dataBytes: number;
  /** It has check sums that expansion must follow. */
  readonly hasChecksum: boolean;
}

export interface PlacedChunk extends SparseChunk {
  readonly index: number;
  /** Where it begins on the disk, and how much of it it fills, in bytes. */
  readonly position: number;
  readonly bytes: number;
  /** Where its data begin in the file. */
  readonly payloadOffset: number;
  /** The word that a fill repeats or a check sum has to be; 0 for the others. */
  readonly word: number;
}

/** Whether the image says it is one. */
export async function detectSparse(image: OpenImage): Promise<boolean> {
  return image.bytes >= sparseHeaderBytes && isAndroidSparse(await readBytes(image, 0, 4));
}

/** @throws SlipwayError `image_damaged` for anything that is not a whole sparse image; the signal's reason. */
export async function inspectSparse(image: OpenImage): Promise<SparseFacts> {
  if (!(await detectSparse(image))) throw damagedImage(image, 'It does not begin as an Android sparse image does.');
  const header = parseSparseHeader(await readBytes(image, 0, sparseHeaderBytes));
  const problem = headerProblem(header, image.bytes);
  if (problem !== null) throw damagedImage(image, problem);
  let dataBytes = 0;
  let hasChecksum = false;
  for await (const chunk of chunksOf(image, header)) {
    if (isData(chunk)) dataBytes += chunk.bytes;
    hasChecksum ||= chunk.type === chunkTypes.crc;
  }
  return { header, expandedBytes: expandedBytesOf(header), dataBytes, hasChecksum };
}

/** Whether expansion writes anything for it. */
export function isData(chunk: PlacedChunk): boolean {
  return chunk.type === chunkTypes.raw || (chunk.type === chunkTypes.fill && chunk.word !== 0);
}

/** Headers lie close together where an image is mostly holes, far apart where it is mostly data. */
const windowBytes = 16 * 1024;

/**
 * Every chunk in order, each checked against the file and the disk; at the end, that they fill the disk.
 *
 * @throws SlipwayError `image_damaged`; the signal's reason.
 */
export async function* chunksOf(image: OpenImage, header: SparseHeader): AsyncGenerator<PlacedChunk> {
  const read = windowReader(image);
  let offset = header.headerBytes;
  let block = 0;
  for (let index = 0; index < header.totalChunks; index++) {
    const fail = (problem: string) =>
      damagedImage(image, `Chunk ${index + 1} of ${header.totalChunks}, at byte ${offset} of the file, ${problem}.`);
    const chunk = parseChunk(await read(offset, chunkHeaderBytes), header);
    const problem = chunkProblem(chunk, header, block);
    if (problem !== null) throw fail(problem);
    const payloadOffset = offset + header.chunkHeaderBytes;
    if (payloadOffset + chunk.payloadBytes > image.bytes) throw fail('goes on after the end of the file');
    const hasWord = chunk.type === chunkTypes.fill || chunk.type === chunkTypes.crc;
    const word = hasWord ? (await read(payloadOffset, 4)).readUInt32LE() : 0;
    const blocks = blocksOf(chunk);
    const [position, bytes] = [block * header.blockBytes, blocks * header.blockBytes];
    yield { ...chunk, index, position, bytes, payloadOffset, word };
    offset = payloadOffset + chunk.payloadBytes;
    block += blocks;
  }
  if (block !== header.totalBlocks) {
    throw damagedImage(image, `Its chunks fill ${block} blocks of a disk with ${header.totalBlocks}.`);
  }
}

/** Reads a few bytes at rising offsets, with one system call for many of them. */
function windowReader(image: OpenImage): (offset: number, length: number) => Promise<Buffer> {
  let start = 0;
  let window: Buffer = Buffer.alloc(0);
  return async (offset, length) => {
    if (offset < start || offset + length > start + window.length) {
      start = offset;
      // A file that ends before gives the error; one that ends after it gives what it has.
      window = await readBytes(image, offset, Math.max(length, Math.min(windowBytes, image.bytes - offset)));
    }
    return window.subarray(offset - start, offset - start + length);
  };
}
