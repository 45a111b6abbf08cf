/**
 * The two files of every image step: a source that is only read, and a destination that is the old file or the whole new
 * one. Owns opening, the temporary file and its end. Must never change the source, read an image into memory as a whole,
 * or leave a half-written file under the destination's name.
 */
import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { copyFile, type FileHandle, open, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { SlipwayError } from '../../../../../src-shared/contract/errors.ts';
import { openRegular } from '../../../kit/regular-file.ts';

/** What staging knows of the host's files, and lends to guests, which know nothing of staging: room and words. */
export interface HostFiles {
  /** Throws SlipwayError `disk_full` when `neededBytes` do not fit. */
  requireRoom(directory: string, file: string, neededBytes: number): Promise<void>;
  /** A system error from reading as a SlipwayError; anything else as it is. */
  explainRead(error: unknown, path: string, field?: string): unknown;
  /** A system error from writing as a SlipwayError; anything else as it is. */
  explainWrite(error: unknown, file: string, directory: string, neededBytes: number): Promise<unknown>;
}

export interface ReadOptions {
  readonly host: HostFiles;
  readonly signal?: AbortSignal | undefined;
  /** Dotted path in the Spec, for errors about the source. */
  readonly field?: string | undefined;
}

export interface ImageJob extends ReadOptions {
  readonly source: string;
  readonly destination: string;
  /** Bytes of data that are written, of all that will be; holes count nothing. Called often; the caller thins it out. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

export interface OpenImage extends ReadOptions {
  readonly path: string;
  readonly file: FileHandle;
  /** Size of the file, holes included. */
  readonly bytes: number;
  /** What it takes on its disk. */
  readonly allocatedBytes: number;
}

/**
 * Opens an image for the time of `work`.
 *
 * @throws SlipwayError `file_missing`, `file_unreadable`, `file_not_regular`, `file_empty`; what `work` throws.
 */
export async function withImage<T>(
  path: string,
  options: ReadOptions,
  work: (image: OpenImage) => Promise<T>,
): Promise<T> {
  const { host, signal, field } = options;
  signal?.throwIfAborted();
  const file = await openRegular(path, { field });
  try {
    const facts = await file.stat();
    if (facts.size === 0) throw new SlipwayError('file_empty', `${path} is empty (0 bytes).`, { field });
    return await work({
      path,
      file,
      bytes: facts.size,
      allocatedBytes: Math.min(facts.size, facts.blocks * 512),
      host,
      signal,
      field,
    });
  } finally {
    await file.close();
  }
}

/**
 * Exactly `length` bytes, which are small enough for memory: a header, a window of a table.
 *
 * @throws SlipwayError `image_damaged` when the file ends before.
 */
export async function readBytes(image: OpenImage, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(length);
  await readInto(image, buffer, position);
  return buffer;
}

/** Fills the buffer. Throws as `readBytes`, and the signal's reason. */
export async function readInto(image: OpenImage, buffer: Buffer, position: number): Promise<void> {
  image.signal?.throwIfAborted();
  for (let filled = 0; filled < buffer.length; ) {
    const { bytesRead } = await image.file
      .read(buffer, filled, buffer.length - filled, position + filled)
      .catch((error: unknown) => {
        throw image.host.explainRead(error, image.path, image.field);
      });
    if (bytesRead === 0) {
      throw damagedImage(image, `It ends at byte ${position + filled}, and there must be more.`);
    }
    filled += bytesRead;
  }
}

export function damagedImage(image: Pick<OpenImage, 'path' | 'field'>, cause: string): SlipwayError {
  return new SlipwayError('image_damaged', `${image.path} is damaged.`, {
    cause,
    hint: 'Look at the step that was to write it: an interrupted download or a failed build leaves such a file.',
    field: image.field,
  });
}

interface MakeOptions {
  /** Bytes of data the new file will take on its disk. */
  readonly neededBytes: number;
  /** Begin with the source's own blocks, shared, where the file system can. */
  readonly shareBlocks?: boolean;
}

/**
 * Writes a new file beside the destination and gives it the name when all of it is on the disk. The file is the user's
 * alone and writable, whatever the source's mode.
 *
 * @throws SlipwayError `invalid_input` (source and destination are one file), `disk_full`, `file_unreadable` (the source
 * was written to meanwhile); the signal's reason; what `write` throws.
 */
export async function makeImage(
  image: OpenImage,
  job: ImageJob,
  options: MakeOptions,
  write: (output: FileHandle, sharesBlocks: boolean) => Promise<void>,
): Promise<void> {
  const { destination, host, signal } = job;
  const { neededBytes } = options;
  const directory = dirname(destination);
  const name = basename(destination);
  const before = await image.file.stat({ bigint: true });
  const there = await stat(destination, { bigint: true }).catch(() => null);
  if (there !== null && there.dev === before.dev && there.ino === before.ino) {
    throw new SlipwayError('invalid_input', `${image.path} is the file it would be copied to.`, {
      hint: 'Choose the original image, not the copy inside an instance.',
      field: image.field,
    });
  }
  // This form of name is what staging removes after a crash.
  const temporary = join(directory, `${name}.${randomBytes(6).toString('hex')}.tmp`);
  try {
    const isShared = options.shareBlocks === true && (await shareBlocks(image.path, temporary));
    if (!isShared) await host.requireRoom(directory, name, neededBytes);
    const output = await open(temporary, isShared ? 'r+' : 'wx', 0o600);
    try {
      // A shared copy has the source's mode, which may be read-only.
      if (isShared) await output.chmod(0o600);
      await write(output, isShared);
      // Reported as staged only once it would survive the host losing power.
      await output.datasync();
    } finally {
      await output.close();
    }
    const after = await image.file.stat({ bigint: true });
    if (after.size !== before.size || after.mtimeNs !== before.mtimeNs) {
      throw new SlipwayError('file_unreadable', `${image.path} changed while it was read.`, {
        hint: 'Wait until the program that writes it has finished, then launch again.',
        field: image.field,
      });
    }
    signal?.throwIfAborted();
    await rename(temporary, destination);
  } catch (error) {
    throw await host.explainWrite(error, name, directory, neededBytes);
  } finally {
    // After the rename there is nothing by this name.
    await rm(temporary, { force: true });
  }
}

/** Whatever the reason that it cannot, the ordinary copy finds it again and has the words for it. */
async function shareBlocks(source: string, temporary: string): Promise<boolean> {
  try {
    await copyFile(source, temporary, constants.COPYFILE_FICLONE_FORCE | constants.COPYFILE_EXCL);
    return true;
  } catch {
    await rm(temporary, { force: true });
    return false;
  }
}
