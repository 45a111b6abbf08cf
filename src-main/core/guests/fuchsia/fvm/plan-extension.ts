/** What `fvm extend --length` does to an image of these dimensions. Decisions only, no I/O. */
import { SlipwayError } from '../../../../../src-shared/contract/errors.ts';
import { dimensionsFor, type FvmDimensions } from './fvm-format.ts';

export interface Extension {
  readonly lengthBytes: number;
  /** `--length-is-lowerbound`: an image that already has the length is kept as it is, where else it is an error. */
  readonly isLowerBound: boolean;
}

export type ExtensionPlan =
  | { readonly action: 'extend'; readonly dimensions: FvmDimensions; readonly bytes: number }
  /** Same tables and slices; only a trimmed file gets its full length back. */
  | { readonly action: 'keep'; readonly bytes: number };

/** @throws SlipwayError `invalid_input` when the length is none, or not larger than what the image has. */
export function planExtension(current: FvmDimensions, fileBytes: number, extension: Extension): ExtensionPlan {
  const { lengthBytes, isLowerBound } = extension;
  if (!Number.isSafeInteger(lengthBytes) || lengthBytes <= 0) {
    throw new SlipwayError('invalid_input', `An FVM image cannot be extended to ${lengthBytes} bytes.`);
  }
  const { usedBytes, sliceBytes, sliceCount } = current;
  const dimensions = lengthBytes > usedBytes ? dimensionsFor(lengthBytes, sliceBytes) : null;
  // Larger tables can take more room than the length gives: then there would be fewer slices than before.
  if (dimensions !== null && dimensions.sliceCount >= sliceCount) {
    return { action: 'extend', dimensions, bytes: lengthBytes };
  }
  // A length that the format cannot count is no reason to leave the disk smaller than it was asked to be.
  const isTooLong = lengthBytes > usedBytes && dimensions === null;
  if (isLowerBound && !isTooLong) return { action: 'keep', bytes: Math.max(fileBytes, usedBytes, lengthBytes) };
  throw new SlipwayError('invalid_input', `The FVM image cannot be extended to ${lengthBytes} bytes.`, {
    cause: isTooLong
      ? `More slices of ${sliceBytes} bytes would fit than the format can count.`
      : `It has ${usedBytes} bytes already, with ${sliceCount} slices of ${sliceBytes}.`,
    hint: isTooLong ? 'Choose less storage for the device.' : `Choose more than ${usedBytes + sliceBytes} bytes.`,
  });
}
