/** Writes Android sparse images for tests, from the format's description and nothing of the reader. */
import { crc32 } from 'node:zlib';

export type TestChunk =
  | { readonly kind: 'raw'; readonly data: Uint8Array }
  | { readonly kind: 'fill'; readonly value: number; readonly blocks: number }
  | { readonly kind: 'skip'; readonly blocks: number }
  /** The right sum of everything before it, or a wrong one. */
  | { readonly kind: 'crc'; readonly wrong?: boolean };

interface SparseOptions {
  readonly blockBytes: number;
  /** Longer headers, as a later minor version may have. */
  readonly extraHeaderBytes?: number;
  readonly totalBlocks?: number;
  readonly totalChunks?: number;
}

/** `image`: the sparse file; `disk`: what it stands for. */
export function buildSparse(chunks: readonly TestChunk[], options: SparseOptions): { image: Buffer; disk: Buffer } {
  const { blockBytes, extraHeaderBytes: extra = 0 } = options;
  const body: Buffer[] = [];
  let disk: Buffer = Buffer.alloc(0);
  for (const chunk of chunks) {
    const { type, data, content } = describe(chunk, disk, blockBytes);
    const head = Buffer.alloc(12 + extra, 0xee);
    head.writeUInt16LE(type, 0);
    head.writeUInt16LE(0, 2);
    head.writeUInt32LE(content.length / blockBytes, 4);
    head.writeUInt32LE(head.length + data.length, 8);
    body.push(head, Buffer.from(data));
    disk = Buffer.concat([disk, content]);
  }
  const header = Buffer.alloc(28 + extra, 0xee);
  header.write('\x3a\xff\x26\xed', 0, 'latin1');
  header.writeUInt16LE(1, 4);
  header.writeUInt16LE(0, 6);
  header.writeUInt16LE(28 + extra, 8);
  header.writeUInt16LE(12 + extra, 10);
  header.writeUInt32LE(blockBytes, 12);
  header.writeUInt32LE(options.totalBlocks ?? disk.length / blockBytes, 16);
  header.writeUInt32LE(options.totalChunks ?? chunks.length, 20);
  header.writeUInt32LE(0, 24);
  return { image: Buffer.concat([header, ...body]), disk };
}

function describe(
  chunk: TestChunk,
  before: Buffer,
  blockBytes: number,
): { type: number; data: Uint8Array; content: Buffer } {
  switch (chunk.kind) {
    case 'raw':
      return { type: 0xcac1, data: chunk.data, content: Buffer.from(chunk.data) };
    case 'fill': {
      const word = Buffer.from(Uint32Array.of(chunk.value).buffer);
      return { type: 0xcac2, data: word, content: Buffer.alloc(chunk.blocks * blockBytes, word) };
    }
    case 'skip':
      return { type: 0xcac3, data: Buffer.alloc(0), content: Buffer.alloc(chunk.blocks * blockBytes) };
    case 'crc': {
      const sum = crc32(before) ^ (chunk.wrong === true ? 1 : 0);
      return { type: 0xcac4, data: Buffer.from(Uint32Array.of(sum).buffer), content: Buffer.alloc(0) };
    }
  }
}
