/**
 * A picture of a guest's first display. QEMU writes it into the instance's `run/`, from where it is read and removed.
 */
import { randomBytes } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { SlipwayError } from '../../../src-shared/contract/errors.ts';
import type { QmpExecutor } from '../qmp/client.ts';
import { type ScreendumpOptions, screendump } from '../qmp/commands.ts';
import { pngOfPpm } from './png.ts';

/** ffx's own limit. A screen is drawn in milliseconds. */
const screendumpMs = 10_000;
const pngSignature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

/**
 * @throws SlipwayError `qmp_error` (no display, or one without a size), `timed_out`, and what the connection throws.
 */
export async function takeScreenshot(
  qmp: QmpExecutor,
  { directory, engineVersion }: { readonly directory: string; readonly engineVersion: string },
): Promise<Uint8Array> {
  const filename = join(directory, `screen-${randomBytes(6).toString('hex')}`);
  try {
    await dump(qmp, filename, knowsPng(engineVersion));
    const picture = await readFile(filename);
    if (picture.subarray(0, 8).equals(pngSignature)) return picture;
    const png = pngOfPpm(picture);
    if (png !== null) return png;
    throw new SlipwayError('qmp_error', 'QEMU wrote no picture of the display.', {
      cause: 'What it wrote is not a PPM image with at least one pixel.',
    });
  } finally {
    await rm(filename, { force: true });
  }
}

async function dump(qmp: QmpExecutor, filename: string, png: boolean): Promise<void> {
  const options = (format: ScreendumpOptions['format']) => ({ filename, format, timeoutMs: screendumpMs });
  try {
    await screendump(qmp, options(png ? 'png' : 'ppm'));
  } catch (error) {
    const raw = error instanceof SlipwayError ? (error.failure.raw ?? error.message) : '';
    if (/no console|not a graphical|no graphic/i.test(raw)) throw noDisplay(raw);
    // Built without libpng: it has the argument and not the format.
    if (!png || !(error instanceof SlipwayError) || error.code !== 'qmp_error') throw error;
    await dump(qmp, filename, false);
  }
}

function noDisplay(raw: string): SlipwayError {
  return new SlipwayError('qmp_error', 'This guest has no display to take a picture of.', {
    cause: 'QEMU has no graphical console for it.',
    hint: 'Its serial console shows what it says. Add a display device to have a picture.',
    raw,
  });
}

/** `format` came with QEMU 7.1. */
function knowsPng(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > 7 || (major === 7 && minor >= 1);
}
