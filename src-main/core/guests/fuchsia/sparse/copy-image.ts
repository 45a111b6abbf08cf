/** The whole of a raw image as a private, writable disk that may be larger: the rest is a hole. */
import { type ImageJob, makeImage, type OpenImage } from './image-file.ts';
import { copyRange } from './write-data.ts';

/**
 * `bytes`: size of the new file, not less than the image's. Shares the source's blocks where the file system can.
 *
 * @throws SlipwayError as `makeImage`; the signal's reason.
 */
export async function copyImage(image: OpenImage, job: ImageJob, bytes: number): Promise<void> {
  const options = { neededBytes: image.allocatedBytes, shareBlocks: true };
  await makeImage(image, job, options, async (output, sharesBlocks) => {
    await output.truncate(bytes);
    let done = sharesBlocks ? image.bytes : 0;
    await copyRange(image, output, { from: 0, to: 0, length: image.bytes - done }, (piece) => {
      done += piece.length;
      job.onProgress?.(done, image.bytes);
    });
    if (sharesBlocks) job.onProgress?.(done, image.bytes);
  });
}
