/**
 * How large the guest's disk becomes: what the virtual device asks for, unless the image is larger than that. Pure, so
 * that it is shown before a launch and not only found out by it.
 */
import { SlipwayError } from '../../../../src-shared/contract/errors.ts';

export interface TargetSize {
  readonly bytes: number;
  /** `image`: the device's storage is smaller than the image, so the image decides. */
  readonly decidedBy: 'device' | 'image';
  /** One sentence for a person, with the numbers. */
  readonly reason: string;
}

/** A guest needs some room for its data volume beside a full image. ffx: the image and a tenth of it, rounded down. */
const roomDivisor = 10;

/**
 * `imageBytes` is what the image has once it is *expanded*: a sparse image's own file is smaller, and a disk made to fit
 * that would cut the image off (which ffx does).
 *
 * @throws SlipwayError `invalid_input` for sizes that are not whole, not positive, or beyond 2^53 bytes.
 */
export function targetSizeOf(storageBytes: number, imageBytes: number): TargetSize {
  requireSize(storageBytes, 'The storage of the device');
  requireSize(imageBytes, 'The disk image');
  if (storageBytes >= imageBytes) {
    return {
      bytes: storageBytes,
      decidedBy: 'device',
      reason: `The disk gets ${inWords(storageBytes)}, as the device says; its image has ${inWords(imageBytes)}.`,
    };
  }
  const bytes = imageBytes + Math.floor(imageBytes / roomDivisor);
  requireSize(bytes, 'The disk image with room for data');
  return {
    bytes,
    decidedBy: 'image',
    reason:
      `The disk gets ${inWords(bytes)}, the image's ${inWords(imageBytes)} and a tenth: ` +
      `the device's ${inWords(storageBytes)} are too small for it.`,
  };
}

function requireSize(bytes: number, what: string): void {
  if (Number.isSafeInteger(bytes) && bytes > 0) return;
  throw new SlipwayError('invalid_input', `${what} cannot have ${bytes} bytes.`, {
    hint: 'Choose a size of at least one byte, in whole bytes.',
  });
}

function inWords(bytes: number): string {
  const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];
  const unit = Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10));
  const value = bytes / 1024 ** unit;
  return `${Number.isInteger(value) ? value : value.toFixed(1)} ${units[unit]}`;
}
