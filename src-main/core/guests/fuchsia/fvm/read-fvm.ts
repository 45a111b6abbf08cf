/**
 * Reads an FVM's metadata: finds both copies, checks their hashes, chooses the one that counts, and walks the tables in
 * small pieces. Must never write, or hold more than a piece of a table.
 */
import { createHash } from 'node:crypto';
import { damagedImage, type OpenImage, type ReadOptions, readBytes, withImage } from '../sparse/image-file.ts';
import {
  allocationEntryBytes,
  allocationTableOffset,
  copyBytesOf,
  type FvmHeader,
  type FvmPartition,
  fvmBlockBytes,
  hashBytes,
  hashedBytesOf,
  hashOffset,
  headerProblem,
  parseFvmHeader,
  parsePartitions,
  partitionCount,
  partitionOfEntry,
  partitionTableBytes,
  sliceOffsetOf,
} from './fvm-format.ts';

interface FvmCopy {
  readonly name: 'A' | 'B';
  readonly offset: number;
  readonly header: FvmHeader;
  /** The header as it is in the file, fields that are not known here included. */
  readonly block: Buffer;
}

export interface Fvm {
  /** The valid copy with the larger generation; A where both are equal. */
  readonly active: FvmCopy;
  /** What is wrong with the copies, as sentences; at most one each. */
  readonly problems: readonly string[];
}

export interface FvmRun {
  readonly firstSlice: number;
  readonly count: number;
}

export interface FvmSurvey {
  readonly allocatedSlices: number;
  /** 0: there is none. */
  readonly highestSlice: number;
  /** Allocated slices by the partition they name, those that cannot exist under the last number. */
  readonly slicesOf: Uint32Array;
}

export interface FvmFacts {
  readonly activeCopy: 'A' | 'B';
  /** Decimal text: it does not fit a double. */
  readonly generation: string;
  readonly sliceBytes: number;
  readonly sliceCount: number;
  readonly allocatedSlices: number;
  /** Size of the disk, which a trimmed file does not reach. */
  readonly imageBytes: number;
  readonly partitions: readonly FvmPartition[];
  /** Sentences; empty: the image is sound. It can be started and extended all the same. */
  readonly problems: readonly string[];
}

/**
 * What an image contains, and what is wrong with it.
 *
 * @throws SlipwayError as `withImage`, and `image_damaged` when neither copy is valid; the signal's reason.
 */
export function inspectFvm(path: string, options: ReadOptions): Promise<FvmFacts> {
  return withImage(path, options, async (image) => {
    const { active, problems } = await readFvm(image);
    const { header, offset, name } = active;
    const partitions = parsePartitions(await readBytes(image, offset + fvmBlockBytes, partitionTableBytes));
    const survey = await surveySlices(image, active);
    return {
      activeCopy: name,
      generation: String(header.generation),
      sliceBytes: header.sliceBytes,
      sliceCount: header.sliceCount,
      allocatedSlices: survey.allocatedSlices,
      imageBytes: Math.max(image.bytes, header.usedBytes),
      partitions,
      problems: [...problems, ...tableProblems(partitions, survey), ...endProblems(image, active, survey)],
    };
  });
}

/** @throws SlipwayError `image_damaged` when neither copy is valid; the signal's reason. */
export async function readFvm(image: OpenImage): Promise<Fvm> {
  const first = await readCopy(image, 'A', 0);
  const offset = first.header === null ? null : copyBytesOf(first.header);
  let second = offset === null ? null : await readCopy(image, 'B', offset);
  // A damaged first header says nothing, or the wrong thing, of where the second one is.
  if (first.copy === null && second?.copy == null) second = (await findSecondCopy(image)) ?? second;
  const problems = [first.problem, second === null ? 'The second copy was not found.' : second.problem].filter(
    (problem) => problem !== null,
  );
  const [a, b] = [first.copy, second?.copy ?? null];
  const active = a !== null && (b === null || a.header.generation >= b.header.generation) ? a : b;
  if (active === null) throw damagedImage(image, `It has no valid FVM metadata. ${problems.join(' ')}`);
  return { active, problems };
}

interface CopyVerdict {
  readonly copy: FvmCopy | null;
  /** Null when not even the header can be true. */
  readonly header: FvmHeader | null;
  readonly problem: string | null;
}

async function readCopy(image: OpenImage, name: 'A' | 'B', offset: number): Promise<CopyVerdict> {
  const which = name === 'A' ? 'The first copy' : 'The second copy';
  const bad = (problem: string, header: FvmHeader | null = null): CopyVerdict => {
    return { copy: null, header, problem: `${which} is not valid: ${problem}.` };
  };
  if (offset + fvmBlockBytes > image.bytes) return bad('the file ends before it');
  const block = await readBytes(image, offset, fvmBlockBytes);
  const header = parseFvmHeader(block);
  if (header === null) return bad('it does not begin with an FVM header');
  const problem = headerProblem(header, image.bytes);
  if (problem !== null) return bad(`its header ${problem}`);
  if (name === 'B' && copyBytesOf(header) !== offset) return bad('its header belongs to another place', header);
  const isIntact = (await hashOf(image, offset, header, block)).equals(
    block.subarray(hashOffset, hashOffset + hashBytes),
  );
  if (!isIntact) return bad('its hash is wrong', header);
  return { copy: { name, offset, header, block }, header, problem: null };
}

const pieceBytes = 256 * 1024;

async function hashOf(image: OpenImage, offset: number, header: FvmHeader, block: Buffer): Promise<Buffer> {
  // As it was before it was known itself.
  const hash = createHash('sha256').update(Buffer.from(block).fill(0, hashOffset, hashOffset + hashBytes));
  const end = hashedBytesOf(header);
  for (let at = fvmBlockBytes; at < end; at += pieceBytes) {
    hash.update(await readBytes(image, offset + at, Math.min(pieceBytes, end - at)));
  }
  return hash.digest();
}

/** Tables for eight million slices; an image with more that has also lost its first header is past saving. */
const searchBytes = 64 * 1024 * 1024;

/** A second copy begins where its own header says that a copy ends. */
async function findSecondCopy(image: OpenImage): Promise<CopyVerdict | null> {
  const end = Math.min(searchBytes, image.bytes - (image.bytes % fvmBlockBytes));
  for (let at = 0; at < end; at += pieceBytes) {
    const piece = await readBytes(image, at, Math.min(pieceBytes, end - at));
    for (let block = 0; block < piece.length; block += fvmBlockBytes) {
      const header = parseFvmHeader(piece.subarray(block, block + fvmBlockBytes));
      if (header === null || at + block !== copyBytesOf(header)) continue;
      const verdict = await readCopy(image, 'B', at + block);
      if (verdict.copy !== null) return verdict;
    }
  }
  return null;
}

/** Allocated slices in order, neighbours together as far as one piece of the table shows them. */
export async function* allocatedRuns(image: OpenImage, copy: FvmCopy): AsyncGenerator<FvmRun> {
  for await (const { piece, firstSlice } of tablePieces(image, copy)) {
    let start = -1;
    const count = piece.length / allocationEntryBytes;
    for (let n = 0; n <= count; n++) {
      const isAllocated = n < count && partitionOfEntry(piece, n) !== 0;
      if (isAllocated && start < 0) start = n;
      if (isAllocated || start < 0) continue;
      yield { firstSlice: firstSlice + start, count: n - start };
      start = -1;
    }
  }
}

/** Reads the whole allocation table once. Throws the signal's reason. */
export async function surveySlices(image: OpenImage, copy: FvmCopy): Promise<FvmSurvey> {
  const slicesOf = new Uint32Array(partitionCount + 1);
  let allocatedSlices = 0;
  let highestSlice = 0;
  for await (const { piece, firstSlice } of tablePieces(image, copy)) {
    for (let n = 0; n * allocationEntryBytes < piece.length; n++) {
      const partition = partitionOfEntry(piece, n);
      if (partition === 0) continue;
      const slot = Math.min(partition, partitionCount);
      slicesOf[slot] = (slicesOf[slot] ?? 0) + 1;
      allocatedSlices++;
      highestSlice = firstSlice + n;
    }
  }
  return { allocatedSlices, highestSlice, slicesOf };
}

async function* tablePieces(
  image: OpenImage,
  { offset, header }: FvmCopy,
): AsyncGenerator<{ readonly piece: Buffer; readonly firstSlice: number }> {
  const table = offset + allocationTableOffset;
  const perPiece = pieceBytes / allocationEntryBytes;
  for (let slice = 1; slice <= header.sliceCount; slice += perPiece) {
    const entries = Math.min(perPiece, header.sliceCount - slice + 1);
    const piece = await readBytes(image, table + slice * allocationEntryBytes, entries * allocationEntryBytes);
    yield { piece, firstSlice: slice };
  }
}

function tableProblems(partitions: readonly FvmPartition[], { slicesOf }: FvmSurvey): string[] {
  const named = partitions
    .filter(({ index, slices }) => slicesOf[index] !== slices)
    .map(({ index, name, slices }) => `Partition "${name}" counts ${slices} slices and has ${slicesOf[index]}.`);
  const known = new Set(partitions.map(({ index }) => index));
  let lost = 0;
  slicesOf.forEach((count, index) => {
    if (!known.has(index)) lost += count;
  });
  return lost === 0 ? named : [...named, `${lost} slices belong to partitions that do not exist.`];
}

/** Also a condition of extending: what is not in the file cannot be copied. */
export function endProblems(image: OpenImage, { header }: FvmCopy, { highestSlice }: FvmSurvey): string[] {
  if (highestSlice === 0 || sliceOffsetOf(header, highestSlice + 1) <= image.bytes) return [];
  return [`Slice ${highestSlice} is in use and lies behind the end of the file, at ${image.bytes} bytes.`];
}
