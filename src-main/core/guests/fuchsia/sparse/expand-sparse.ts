/**
 * Makes a raw disk of an Android sparse image: everything is checked before the first byte is written, data are copied in
 * small pieces, and what the image leaves out stays a hole. Must never allocate by a number that the image says, write
 * zeros, or make a disk that is shorter than the image's.
 */
import type { FileHandle } from 'node:fs/promises';
import { DiskCrc32 } from './crc32.ts';
import { damagedImage, type ImageJob, makeImage, type OpenImage, withImage } from './image-file.ts';
import { chunksOf, inspectSparse, isData, type PlacedChunk, type SparseFacts } from './inspect-sparse.ts';
import { chunkTypes } from './sparse-format.ts';
import { copyRange, pieceBytes, writeData } from './write-data.ts';

interface ExpandJob extends ImageJob {
  /** A larger disk than the image's, the rest a hole. A smaller number changes nothing. */
  readonly atLeastBytes?: number | undefined;
}

interface ExpandResult {
  /** Size of the new file, holes included. */
  readonly bytes: number;
  readonly dataBytes: number;
}

/**
 * @throws SlipwayError as `withImage` and `makeImage`, and `image_damaged` for a damaged image; the signal's reason.
 */
export function expandSparse(job: ExpandJob): Promise<ExpandResult> {
  return withImage(job.source, job, async (image) => {
    const facts = await inspectSparse(image);
    const bytes = Math.max(facts.expandedBytes, job.atLeastBytes ?? 0);
    await makeImage(image, job, { neededBytes: facts.dataBytes }, async (output) => {
      await output.truncate(bytes);
      await writeChunks(image, output, facts, job);
    });
    return { bytes, dataBytes: facts.dataBytes };
  });
}

async function writeChunks(image: OpenImage, output: FileHandle, facts: SparseFacts, job: ImageJob): Promise<void> {
  // The sum of an image that has none is of no use, and costs as much as the copy.
  const crc = facts.hasChecksum ? new DiskCrc32() : null;
  let done = 0;
  const onPiece = (piece: Buffer): void => {
    crc?.add(piece);
    done += piece.length;
    job.onProgress?.(done, facts.dataBytes);
  };
  for await (const chunk of chunksOf(image, facts.header)) {
    if (chunk.type === chunkTypes.raw) {
      await copyRange(image, output, { from: chunk.payloadOffset, to: chunk.position, length: chunk.bytes }, onPiece);
    } else if (isData(chunk)) {
      await writeFill(image, output, chunk, onPiece);
    } else if (chunk.type === chunkTypes.crc) {
      checkSum(image, chunk, crc?.sum ?? 0);
    } else {
      crc?.addZeros(chunk.bytes);
    }
  }
}

async function writeFill(
  image: OpenImage,
  output: FileHandle,
  chunk: PlacedChunk,
  onPiece: (piece: Buffer) => void,
): Promise<void> {
  const word = Buffer.alloc(4);
  word.writeUInt32LE(chunk.word);
  const pattern = Buffer.alloc(Math.min(pieceBytes, chunk.bytes), word);
  for (let done = 0; done < chunk.bytes; ) {
    image.signal?.throwIfAborted();
    const piece = pattern.subarray(0, Math.min(pattern.length, chunk.bytes - done));
    await writeData(output, piece, chunk.position + done);
    done += piece.length;
    onPiece(piece);
  }
}

function checkSum(image: OpenImage, chunk: PlacedChunk, sum: number): void {
  if (chunk.word === sum) return;
  const hex = (value: number) => `0x${value.toString(16).padStart(8, '0')}`;
  throw damagedImage(
    image,
    `The check sum in chunk ${chunk.index + 1} is ${hex(chunk.word)}, and ${hex(sum)} is right.`,
  );
}
