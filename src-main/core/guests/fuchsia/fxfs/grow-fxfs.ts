/**
 * Stages an Fxfs image: a private, writable disk of the size the guest is to have. The file system is not looked into; it
 * grows by itself when it finds a larger disk. Must never make a disk shorter than the image.
 */

import { copyImage } from '../sparse/copy-image.ts';
import { expandSparse } from '../sparse/expand-sparse.ts';
import { type ImageJob, type OpenImage, type ReadOptions, withImage } from '../sparse/image-file.ts';
import { detectSparse, inspectSparse } from '../sparse/inspect-sparse.ts';

export interface FxfsFacts {
  readonly format: 'raw' | 'android-sparse';
  /** Size of the disk in the image: the expanded one, which the file's own size says nothing of. */
  readonly imageBytes: number;
  /** What a copy needs on the host's disk; the rest are holes. */
  readonly dataBytes: number;
}

/**
 * What there is to decide a target size by, before anything is written.
 *
 * @throws SlipwayError as `withImage`, and `image_damaged` for a damaged sparse image.
 */
export function inspectFxfs(path: string, options: ReadOptions): Promise<FxfsFacts> {
  return withImage(path, options, factsOf);
}

async function factsOf(image: OpenImage): Promise<FxfsFacts> {
  if (!(await detectSparse(image))) {
    return { format: 'raw', imageBytes: image.bytes, dataBytes: image.allocatedBytes };
  }
  const { expandedBytes, dataBytes } = await inspectSparse(image);
  return { format: 'android-sparse', imageBytes: expandedBytes, dataBytes };
}

interface GrowJob extends ImageJob {
  /** Size of the disk; an image that is larger keeps its own. */
  readonly targetBytes: number;
}

interface GrowResult extends FxfsFacts {
  /** Size of the new disk. */
  readonly bytes: number;
}

/** @throws SlipwayError as `withImage` and `makeImage`; the signal's reason. */
export function growFxfs(job: GrowJob): Promise<GrowResult> {
  return withImage(job.source, job, async (image) => {
    const facts = await factsOf(image);
    const bytes = Math.max(job.targetBytes, facts.imageBytes);
    if (facts.format === 'android-sparse') await expandSparse({ ...job, atLeastBytes: bytes });
    else await copyImage(image, job, bytes);
    return { ...facts, bytes };
  });
}
