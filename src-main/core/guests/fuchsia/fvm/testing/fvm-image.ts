/** Writes FVM images for tests, from the format's description and nothing of the reader. Little-endian throughout. */
import { createHash } from 'node:crypto';
import { readPiece, writePieces } from '../../sparse/testing/test-host.ts';

const kib = 1024;

export interface FvmRecipe {
  readonly sliceBytes: number;
  readonly sliceCount: number;
  /** Slices the tables have room for; `sliceCount` when absent. */
  readonly room?: number;
  readonly partitions: readonly {
    readonly name: string;
    /** Physical slices, in the partition's order. */
    readonly slices: readonly number[];
  }[];
  readonly generations?: readonly [bigint, bigint];
  /** Length of the file; all of the disk when absent. */
  readonly fileBytes?: number;
}

export interface FvmPlaces {
  readonly copyBytes: number;
  readonly dataOffset: number;
  readonly usedBytes: number;
}

export function placesOf({ sliceBytes, sliceCount, room = sliceCount }: FvmRecipe): FvmPlaces {
  const table = Math.ceil(((room + 1) * 8) / (8 * kib)) * 8 * kib;
  const copyBytes = 8 * kib + 64 * kib + table;
  return { copyBytes, dataOffset: copyBytes * 2, usedBytes: copyBytes * 2 + sliceBytes * sliceCount };
}

/** What a slice holds: bytes at its begin and end that no other slice has, a hole between. */
export function sliceMarks(slice: number, sliceBytes: number): [number, Buffer][] {
  const mark = createHash('sha256').update(`slice ${slice}`).digest();
  return [
    [0, mark],
    [sliceBytes - 32, mark],
  ];
}

/** Free slices hold old data too: nobody wipes them. */
export function writeFvm(path: string, recipe: FvmRecipe): FvmPlaces {
  const places = placesOf(recipe);
  const pieces: [number, Buffer][] = [];
  const [first, second] = recipe.generations ?? [1n, 1n];
  pieces.push([0, copyOf(recipe, first)], [places.copyBytes, copyOf(recipe, second)]);
  for (let slice = 1; slice <= recipe.sliceCount; slice++) {
    for (const [offset, mark] of sliceMarks(slice, recipe.sliceBytes)) {
      pieces.push([places.dataOffset + (slice - 1) * recipe.sliceBytes + offset, mark]);
    }
  }
  const fileBytes = recipe.fileBytes ?? places.usedBytes;
  writePieces(
    path,
    fileBytes,
    pieces.filter(([offset]) => offset < fileBytes),
  );
  return places;
}

function copyOf(recipe: FvmRecipe, generation: bigint): Buffer {
  const { copyBytes, usedBytes } = placesOf(recipe);
  const copy = Buffer.alloc(copyBytes);
  copy.write('FVM PART', 0, 'latin1');
  const words = [1, recipe.sliceCount, recipe.sliceBytes, usedBytes, 64 * kib, copyBytes - 72 * kib];
  for (const [index, word] of words.entries()) copy.writeBigUInt64LE(BigInt(word), 8 + 8 * index);
  copy.writeBigUInt64LE(generation, 56);
  copy.writeBigUInt64LE(1n, 96);
  recipe.partitions.forEach(({ name, slices }, place) => {
    const index = place + 1;
    const entry = 8 * kib + 64 * index;
    copy.fill(0x11 * index, entry, entry + 32);
    copy.writeUInt32LE(slices.length, entry + 32);
    copy.write(name, entry + 40, 24, 'latin1');
    slices.forEach((slice, virtual) => {
      copy.writeBigUInt64LE(BigInt(index) | (BigInt(virtual) << 16n), 72 * kib + 8 * slice);
    });
  });
  return withHash(copy, recipe.sliceCount);
}

/** A copy whose hash is right for what it says now. */
export function withHash(copy: Buffer, sliceCount: number): Buffer {
  copy.fill(0, 64, 96);
  const covered = 72 * kib + Math.ceil((8 * sliceCount) / (8 * kib)) * 8 * kib;
  createHash('sha256').update(copy.subarray(0, covered)).digest().copy(copy, 64);
  return copy;
}

/** A copy in a file, and the numbers in its header. */
export function readCopy(path: string, offset: number): { bytes: Buffer; words: Record<string, number> } {
  const word = (at: number) => Number(readPiece(path, offset + at, 8).readBigUInt64LE());
  const words = {
    sliceCount: word(16),
    sliceBytes: word(24),
    usedBytes: word(32),
    tableBytes: word(48),
    generation: word(56),
  };
  return { bytes: readPiece(path, offset, 72 * kib + words.tableBytes), words };
}
