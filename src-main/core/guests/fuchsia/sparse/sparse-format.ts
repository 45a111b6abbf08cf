/**
 * Android's sparse image format, version 1: a header and chunks that say what the next blocks of the disk hold.
 * Source: system/core/libsparse/sparse_format.h of AOSP. All numbers little-endian. Pure: bytes in, numbers and words out.
 */

/** Type in the file; `skip` is "don't care": the format leaves the blocks open, and everybody reads them as zeros. */
export const chunkTypes = { raw: 0xcac1, fill: 0xcac2, skip: 0xcac3, crc: 0xcac4 } as const;

export interface SparseHeader {
  readonly majorVersion: number;
  /** Bytes from the start of the file to the first chunk; 28, or more in a later minor version. */
  readonly headerBytes: number;
  /** 12, or more in a later minor version. */
  readonly chunkHeaderBytes: number;
  readonly blockBytes: number;
  readonly totalBlocks: number;
  readonly totalChunks: number;
}

export interface SparseChunk {
  readonly type: number;
  /** Blocks of the disk that it stands for. */
  readonly blocks: number;
  /** Bytes in the file after the chunk's header. */
  readonly payloadBytes: number;
}

export const sparseHeaderBytes = 28;
export const chunkHeaderBytes = 12;
const magic = 0xed26ff3a;

/** Whether a file that begins with these bytes says it is one. The rest may still be damaged. */
export function isAndroidSparse(head: Uint8Array): boolean {
  return head.length >= 4 && viewOf(head).getUint32(0, true) === magic;
}

/** `bytes`: the first 28 of a file that says it is one. */
export function parseSparseHeader(bytes: Uint8Array): SparseHeader {
  const view = viewOf(bytes);
  // The word at 24 is a check sum of the whole disk that no known writer fills in and no reader looks at.
  return {
    majorVersion: view.getUint16(4, true),
    headerBytes: view.getUint16(8, true),
    chunkHeaderBytes: view.getUint16(10, true),
    blockBytes: view.getUint32(12, true),
    totalBlocks: view.getUint32(16, true),
    totalChunks: view.getUint32(20, true),
  };
}

/** Why no image can have this header, or null. What passes has an expanded size below 2^53 bytes. */
export function headerProblem(header: SparseHeader, fileBytes: number): string | null {
  const { blockBytes, headerBytes, totalChunks } = header;
  if (header.majorVersion !== 1) return `It is of version ${header.majorVersion} of the sparse format; 1 is known.`;
  if (headerBytes < sparseHeaderBytes) return `Its header has ${headerBytes} bytes, and 28 are the least.`;
  if (header.chunkHeaderBytes < chunkHeaderBytes) {
    return `Its chunk headers have ${header.chunkHeaderBytes} bytes, and 12 are the least.`;
  }
  if (blockBytes === 0 || blockBytes % 4 !== 0) return `Its blocks have ${blockBytes} bytes, not a multiple of 4.`;
  if (header.totalBlocks === 0) return 'It stands for a disk of 0 blocks.';
  if (expandedBytesOf(header) > Number.MAX_SAFE_INTEGER) return 'It stands for a disk of more than 2^53 bytes.';
  const least = headerBytes + totalChunks * header.chunkHeaderBytes;
  if (least > fileBytes) return `Its ${totalChunks} chunks take at least ${least} bytes, and it has ${fileBytes}.`;
  return null;
}

export function expandedBytesOf(header: SparseHeader): number {
  return header.blockBytes * header.totalBlocks;
}

/** `bytes`: the first 12 of a chunk. A chunk that is shorter than its own header has a negative payload. */
export function parseChunk(bytes: Uint8Array, header: SparseHeader): SparseChunk {
  const view = viewOf(bytes);
  return {
    type: view.getUint16(0, true),
    blocks: view.getUint32(4, true),
    payloadBytes: view.getUint32(8, true) - header.chunkHeaderBytes,
  };
}

/** Blocks of the disk that a chunk fills; a check sum fills none, whatever it says. */
export function blocksOf(chunk: SparseChunk): number {
  return chunk.type === chunkTypes.crc ? 0 : chunk.blocks;
}

/** Why a chunk at this place of the disk cannot be, or null. */
export function chunkProblem(chunk: SparseChunk, header: SparseHeader, firstBlock: number): string | null {
  const expected = expectedPayload(chunk, header);
  if (expected === null) return `is of an unknown type, 0x${chunk.type.toString(16)}`;
  if (chunk.payloadBytes !== expected) return `has ${chunk.payloadBytes} bytes of data, and ${expected} are right`;
  const end = firstBlock + blocksOf(chunk);
  return end > header.totalBlocks ? `ends at block ${end} of a disk with ${header.totalBlocks}` : null;
}

function expectedPayload(chunk: SparseChunk, header: SparseHeader): number | null {
  switch (chunk.type) {
    case chunkTypes.raw:
      return chunk.blocks * header.blockBytes;
    case chunkTypes.fill:
    case chunkTypes.crc:
      return 4;
    case chunkTypes.skip:
      return 0;
    default:
      return null;
  }
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
