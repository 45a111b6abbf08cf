/**
 * Makes a larger copy of an FVM image, as `fvm extend` does: new tables, the same slices at their new places, the rest a
 * hole. What is in the slices is not looked into; the guest's file systems grow by themselves. Must never change the
 * source, copy a slice that nobody uses, or give the new image a name before both copies of its metadata are written.
 */
import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { copyImage } from '../sparse/copy-image.ts';
import { damagedImage, type ImageJob, makeImage, type OpenImage, withImage } from '../sparse/image-file.ts';
import { copyRange, writeData } from '../sparse/write-data.ts';
import {
  allocationEntryBytes,
  copyBytesOf,
  type FvmDimensions,
  fvmBlockBytes,
  hashBytes,
  hashedBytesOf,
  hashOffset,
  partitionTableBytes,
  sliceOffsetOf,
  withDimensions,
} from './fvm-format.ts';
import { type Extension, planExtension } from './plan-extension.ts';
import { allocatedRuns, endProblems, type Fvm, readFvm, surveySlices } from './read-fvm.ts';

type ExtendJob = ImageJob & Extension;

interface ExtendResult {
  readonly outcome: 'extended' | 'kept';
  /** Size of the new file, holes included. */
  readonly bytes: number;
  readonly sliceCount: number;
  /** Where the source's metadata came from; the new image has two good copies of it. Kept images stay as they were. */
  readonly activeCopy: 'A' | 'B';
}

/**
 * @throws SlipwayError as `withImage` and `makeImage`, `image_damaged` for a damaged image, `invalid_input` as
 * `planExtension`; the signal's reason.
 */
export function extendFvm(job: ExtendJob): Promise<ExtendResult> {
  return withImage(job.source, job, async (image) => {
    const fvm = await readFvm(image);
    const { header, name } = fvm.active;
    const plan = planExtension(header, image.bytes, job);
    if (plan.action === 'keep') {
      await copyImage(image, job, plan.bytes);
      return { outcome: 'kept', bytes: plan.bytes, sliceCount: header.sliceCount, activeCopy: name };
    }

    const survey = await surveySlices(image, fvm.active);
    const [problem] = endProblems(image, fvm.active, survey);
    if (problem !== undefined) throw damagedImage(image, problem);
    const dataBytes = survey.allocatedSlices * header.sliceBytes;
    const neededBytes = Math.min(dataBytes, image.allocatedBytes) + 2 * hashedBytesOf(header);
    await makeImage(image, job, { neededBytes }, async (output) => {
      await output.truncate(plan.bytes);
      await copySlices(image, fvm, output, plan.dimensions, (done) => job.onProgress?.(done, dataBytes));
      await writeMetadata(image, fvm, output, plan.dimensions);
    });
    return { outcome: 'extended', bytes: plan.bytes, sliceCount: plan.dimensions.sliceCount, activeCopy: name };
  });
}

async function copySlices(
  image: OpenImage,
  { active }: Fvm,
  output: FileHandle,
  dimensions: FvmDimensions,
  onDone: (bytes: number) => void,
): Promise<void> {
  let done = 0;
  for await (const { firstSlice, count } of allocatedRuns(image, active)) {
    const range = {
      from: sliceOffsetOf(active.header, firstSlice),
      to: sliceOffsetOf(dimensions, firstSlice),
      length: count * dimensions.sliceBytes,
    };
    await copyRange(image, output, range, (piece) => {
      done += piece.length;
      onDone(done);
    });
  }
}

/** Both copies, identical, with the source's generation. The header comes last: without it the tables are nothing. */
async function writeMetadata(
  image: OpenImage,
  { active }: Fvm,
  output: FileHandle,
  dimensions: FvmDimensions,
): Promise<void> {
  const block = withDimensions(active.block, dimensions).fill(0, hashOffset, hashOffset + hashBytes);
  const hash = createHash('sha256').update(block);
  let unhashed = hashedBytesOf(dimensions) - fvmBlockBytes;
  // Entries behind the last slice are not in use, so whatever they say must not become an allocation now.
  const length = partitionTableBytes + (active.header.sliceCount + 1) * allocationEntryBytes;
  const copyTables = (offset: number, onPiece?: (piece: Buffer) => void) =>
    copyRange(image, output, { from: active.offset + fvmBlockBytes, to: offset + fvmBlockBytes, length }, onPiece);

  await copyTables(0, (piece) => {
    hash.update(piece.subarray(0, Math.min(piece.length, unhashed)));
    unhashed -= Math.min(piece.length, unhashed);
  });
  for (const zeros = Buffer.alloc(fvmBlockBytes); unhashed > 0; unhashed -= Math.min(zeros.length, unhashed)) {
    hash.update(zeros.subarray(0, Math.min(zeros.length, unhashed)));
  }
  await copyTables(copyBytesOf(dimensions));
  hash.digest().copy(block, hashOffset);
  for (const offset of [copyBytesOf(dimensions), 0]) await writeData(output, block, offset);
}
