/**
 * The layout of an FVM (Fuchsia volume manager) image. Source: src/storage/fvm/format.h and format.cc of Fuchsia. Pure:
 * bytes in, numbers and words out. All numbers little-endian; slices count from 1.
 *
 *     copy A | copy B | slice 1 | slice 2 | …      a copy: header block | partition table | allocation table
 */

export const fvmBlockBytes = 8192;
export const partitionCount = 1024;
const partitionEntryBytes = 64;
export const partitionTableBytes = partitionCount * partitionEntryBytes;
/** Bytes of a copy before its allocation table. */
export const allocationTableOffset = fvmBlockBytes + partitionTableBytes;
export const allocationEntryBytes = 8;
export const hashOffset = 64;
export const hashBytes = 32;

const magic = 0x54524150204d5646n; // "FVM PART"
const newestVersion = 1;
/** Fuchsia's own limits: kMaxVSlices, and the slice size that keeps their product in 64 bits. */
const mostSlices = 2 ** 31;
const mostSliceBytes = 2 ** 33;

export interface FvmHeader {
  readonly version: number;
  /** Slices that can be allocated. */
  readonly sliceCount: number;
  readonly sliceBytes: number;
  /** Bytes of the disk that the image uses, both copies included; a trimmed file may be shorter. */
  readonly usedBytes: number;
  readonly partitionTableBytes: number;
  readonly allocationTableBytes: number;
  /** Of two valid copies the one with the larger number counts. */
  readonly generation: bigint;
}

/** The part of a header that decides where things are. */
export type FvmDimensions = Pick<FvmHeader, 'sliceCount' | 'sliceBytes' | 'usedBytes' | 'allocationTableBytes'>;

/** `block`: a copy's first block. null: it is no FVM header. A number beyond 2^53 is rounded, and refused later. */
export function parseFvmHeader(block: Buffer): FvmHeader | null {
  if (block.readBigUInt64LE(0) !== magic) return null;
  const number = (offset: number) => Number(block.readBigUInt64LE(offset));
  return {
    version: number(8),
    sliceCount: number(16),
    sliceBytes: number(24),
    usedBytes: number(32),
    partitionTableBytes: number(40),
    allocationTableBytes: number(48),
    generation: block.readBigUInt64LE(56),
  };
}

/** A copy's first block with other dimensions; its hash is left as it is. */
export function withDimensions(block: Buffer, dimensions: FvmDimensions): Buffer {
  const changed = Buffer.from(block);
  changed.writeBigUInt64LE(BigInt(dimensions.sliceCount), 16);
  changed.writeBigUInt64LE(BigInt(dimensions.sliceBytes), 24);
  changed.writeBigUInt64LE(BigInt(dimensions.usedBytes), 32);
  changed.writeBigUInt64LE(BigInt(dimensions.allocationTableBytes), 48);
  return changed;
}

/** Why no image can have this header, as the end of "its header …", or null. What passes has sums below 2^53. */
export function headerProblem(header: FvmHeader, fileBytes: number): string | null {
  const { sliceCount, sliceBytes, usedBytes, allocationTableBytes } = header;
  if (header.version > newestVersion) return `is of version ${header.version}, and ${newestVersion} is known`;
  if (sliceCount > mostSlices) return `counts ${sliceCount} slices, and ${mostSlices} are the most`;
  if (sliceBytes === 0) return 'gives slices a size of 0 bytes';
  if (sliceBytes > mostSliceBytes) return `gives slices ${sliceBytes} bytes, and ${mostSliceBytes} are the most`;
  if (sliceBytes % fvmBlockBytes !== 0) return `gives slices ${sliceBytes} bytes, not a multiple of ${fvmBlockBytes}`;
  if (header.partitionTableBytes !== partitionTableBytes) {
    return `gives the partition table ${header.partitionTableBytes} bytes, and ${partitionTableBytes} are right`;
  }
  const least = allocationTableBytesFor(sliceCount);
  if (allocationTableBytes < least || allocationTableBytes % fvmBlockBytes !== 0) {
    return `gives the allocation table ${allocationTableBytes} bytes, and ${sliceCount} slices need ${least}`;
  }
  if (allocationTableBytes > allocationTableBytesFor(mostSlices)) {
    return `gives the allocation table ${allocationTableBytes} bytes, more than any image needs`;
  }
  if (dataOffsetOf(header) > fileBytes) {
    return `has tables of ${dataOffsetOf(header)} bytes in a file of ${fileBytes}`;
  }
  const needed = dataOffsetOf(header) + sliceCount * sliceBytes;
  if (usedBytes > Number.MAX_SAFE_INTEGER) return 'asks for a disk of more than 2^53 bytes';
  return needed > usedBytes ? `has ${sliceCount} slices that end at ${needed}, on a disk of ${usedBytes} bytes` : null;
}

/** Entry 0 is never used, so there is one more than there are slices. */
function allocationTableBytesFor(sliceCount: number): number {
  return roundUp(allocationEntryBytes * (sliceCount + 1), fvmBlockBytes);
}

/** Bytes of one copy of the metadata, which is also where the second one begins. */
export function copyBytesOf(dimensions: FvmDimensions): number {
  return allocationTableOffset + dimensions.allocationTableBytes;
}

export function dataOffsetOf(dimensions: FvmDimensions): number {
  return 2 * copyBytesOf(dimensions);
}

export function sliceOffsetOf(dimensions: FvmDimensions, slice: number): number {
  return dataOffsetOf(dimensions) + (slice - 1) * dimensions.sliceBytes;
}

/**
 * Bytes of a copy that its hash is over. The format counts one entry too few here, so with 1024 slices the last entry is
 * outside; what is written must follow it.
 */
export function hashedBytesOf(dimensions: FvmDimensions): number {
  return allocationTableOffset + roundUp(allocationEntryBytes * dimensions.sliceCount, fvmBlockBytes);
}

/**
 * What an image of this length is laid out as: tables for every slice that could ever fit, then as many as do; below 1
 * when not even the tables fit. null: more than the format can count.
 */
export function dimensionsFor(lengthBytes: number, sliceBytes: number): FvmDimensions | null {
  const most = Math.floor(lengthBytes / sliceBytes);
  if (most > mostSlices) return null;
  const allocationTableBytes = allocationTableBytesFor(most);
  const dataOffset = 2 * (allocationTableOffset + allocationTableBytes);
  const sliceCount = Math.floor((lengthBytes - dataOffset) / sliceBytes);
  return { sliceCount, sliceBytes, allocationTableBytes, usedBytes: dataOffset + sliceCount * sliceBytes };
}

export interface FvmPartition {
  /** Its place in the table, which the allocation table names it by. */
  readonly index: number;
  /** As far as it is readable. */
  readonly name: string;
  readonly slices: number;
  /** Not yet switched to, as during an update. */
  readonly isInactive: boolean;
}

/** The partitions that have slices. `table`: the whole partition table. */
export function parsePartitions(table: Buffer): FvmPartition[] {
  const partitions: FvmPartition[] = [];
  for (let index = 1; index < partitionCount; index++) {
    const entry = table.subarray(index * partitionEntryBytes, (index + 1) * partitionEntryBytes);
    const slices = entry.readUInt32LE(32);
    if (slices === 0) continue;
    const name = (entry.toString('latin1', 40, 64).split('\0')[0] ?? '').replace(/[^ -~]/g, '?');
    partitions.push({ index, name, slices, isInactive: (entry.readUInt32LE(36) & 1) === 1 });
  }
  return partitions;
}

/** The partition that the nth entry of a piece of the allocation table belongs to; 0: the slice is free. */
export function partitionOfEntry(piece: Buffer, n: number): number {
  return piece.readUInt16LE(n * allocationEntryBytes);
}

function roundUp(value: number, unit: number): number {
  return Math.ceil(value / unit) * unit;
}
