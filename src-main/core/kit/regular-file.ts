/**
 * The only way a path that is not ours is opened for reading: what a user, a bundle, a template, a script, the
 * environment or a record names may be a FIFO that nobody writes into, a device, an endless file of /proc, a file on a
 * server that went away. Each is a sentence in a moment, never a thread of this process that waits for ever.
 */
import { closeSync, constants, fstatSync, openSync, readSync, statSync } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { SlipwayError } from '../../../src-shared/contract/errors.ts';
import { isErrno } from './errno.ts';
import { unawaited } from './unawaited.ts';

export interface RegularFileOptions {
  /** Dotted path in a draft, for the error. */
  readonly field?: string | undefined;
  /** Block devices are fine where the guest works on the original. */
  readonly allowDevice?: boolean;
  /** How long a file system may take to open it. */
  readonly answerMs?: number;
}

export interface ContentOptions extends RegularFileOptions {
  /** What it is, for the sentence: `template`, `script`. */
  readonly what: string;
  /** No honest one is larger. */
  readonly mostBytes: number;
}

/** Without O_NONBLOCK, opening a FIFO would wait for a writer that never comes; a terminal must not become ours. */
const flags = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY;
/** Network file systems that live answer in milliseconds, a disk that has to spin up in seconds. */
const defaultAnswerMs = 8000;

/** How the file system is asked; a test's may hang. */
export interface FileSystem {
  stat: typeof stat;
  open: typeof open;
}
const hostFiles: FileSystem = { stat, open };

/**
 * Opens it for reading. Whoever gets it closes it.
 *
 * @throws SlipwayError `file_missing`, `file_unreadable`, `file_not_regular`, each with a hint.
 */
export async function openRegular(
  path: string,
  options: RegularFileOptions = {},
  files: FileSystem = hostFiles,
): Promise<FileHandle> {
  const { field, answerMs = defaultAnswerMs } = options;
  try {
    if (silent.has(dirname(path))) throw noAnswer(path, answerMs, field);
    // Looked at first, because opening some devices already does something; and again, because it may be another now.
    requireRegular(await answered(files.stat(path), path, answerMs, field), path, options);
    const opening = files.open(path, flags);
    let file: FileHandle;
    try {
      file = await answered(opening, path, answerMs, field);
    } catch (error) {
      unawaited(
        opening.then(
          (late) => late.close(),
          () => undefined,
        ),
        'a file that was opened too late could not be closed',
      );
      throw error;
    }
    try {
      requireRegular(await file.stat(), path, options);
      return file;
    } catch (error) {
      await file.close();
      throw error;
    }
  } catch (error) {
    throw explainRead(error, path, field);
  }
}

/** The same at once, for what may not wait. Returns the descriptor. Throws as `openRegular`. */
export function openRegularSync(path: string, options: RegularFileOptions = {}): number {
  try {
    requireRegular(statSync(path), path, options);
    const file = openSync(path, flags);
    try {
      requireRegular(fstatSync(file), path, options);
      return file;
    } catch (error) {
      closeSync(file);
      throw error;
    }
  } catch (error) {
    throw explainRead(error, path, options.field);
  }
}

/**
 * All of a small file as text, as long as it was when it was opened: one that grows meanwhile is not followed.
 *
 * @throws SlipwayError as `openRegular`, and `invalid_input` where it is larger than any honest one.
 */
export async function readRegularText(path: string, options: ContentOptions): Promise<string> {
  return (await readRegularBytes(path, options)).toString('utf8');
}

/** All of a file that is small enough for memory. Throws as `readRegularText`. */
export async function readRegularBytes(path: string, options: ContentOptions): Promise<Buffer> {
  const { field, what, mostBytes } = options;
  const file = await openRegular(path, options);
  try {
    const { size } = await file.stat();
    // What /proc has says that it is empty; so one byte more is asked for than there may be.
    const bytes = size > mostBytes ? null : await readUpTo(file, size === 0 ? mostBytes + 1 : size);
    if (bytes !== null && bytes.length <= mostBytes) return bytes;
    throw new SlipwayError('invalid_input', `${path} is too large for a ${what}.`, {
      cause: `It has ${bytes === null ? size : `more than ${mostBytes}`} bytes; a ${what} has at most ${mostBytes}.`,
      hint: 'Choose another file; this one is probably something else.',
      field,
    });
  } catch (error) {
    throw explainRead(error, path, field);
  } finally {
    await file.close();
  }
}

/** The same at once. */
export function readRegularTextSync(path: string, mostBytes: number): string {
  const file = openRegularSync(path);
  try {
    const bytes = Buffer.alloc(Math.min(mostBytes, fstatSync(file).size));
    let filled = 0;
    while (filled < bytes.length) {
      const read = readSync(file, bytes, filled, bytes.length - filled, filled);
      if (read === 0) break;
      filled += read;
    }
    return bytes.toString('utf8', 0, filled);
  } finally {
    closeSync(file);
  }
}

async function readUpTo(file: FileHandle, most: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let filled = 0;
  while (filled < most) {
    const chunk = Buffer.alloc(Math.min(most - filled, 1024 * 1024));
    const { bytesRead } = await file.read(chunk, 0, chunk.length, filled);
    if (bytesRead === 0) break;
    chunks.push(chunk.subarray(0, bytesRead));
    filled += bytesRead;
  }
  return Buffer.concat(chunks);
}

/** Directories that have not answered yet, after too long. Each holds a thread, and there are few of them. */
const silent = new Set<string>();

async function answered<T>(work: Promise<T>, path: string, ms: number, field: string | undefined): Promise<T> {
  const directory = dirname(path);
  let timer: NodeJS.Timeout | undefined;
  const silence = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      silent.add(directory);
      const speaks = () => silent.delete(directory);
      unawaited(work.then(speaks, speaks), 'a file system that answers again could not be noted');
      reject(noAnswer(path, ms, field));
    }, ms);
  });
  try {
    return await Promise.race([work, silence]);
  } finally {
    clearTimeout(timer);
  }
}

function noAnswer(path: string, ms: number, field: string | undefined): SlipwayError {
  return new SlipwayError('file_unreadable', `The file system of ${path} does not answer.`, {
    cause: `Opening it has taken longer than ${Math.ceil(ms / 1000)} s. A network disk or a mounted program that went away does that.`,
    hint: 'Look with: findmnt --target PATH. Unmount it (umount -l), or use a copy on a local disk.',
    field,
  });
}

function requireRegular(facts: FileKind, path: string, { allowDevice, field }: RegularFileOptions): void {
  if (facts.isFile() || (allowDevice === true && facts.isBlockDevice())) return;
  throw new SlipwayError('file_not_regular', `${path} is ${kindOf(facts)}, not a file.`, {
    hint: facts.isDirectory() ? 'Choose the file inside it.' : 'Choose a regular file.',
    field,
  });
}

/** For `catch`: what is not there is nothing; what cannot be read is not the same as that. */
export function nullWhereMissing(error: unknown): null {
  // Below a file there will never be one: that is something to be told.
  const isBelowFile = error instanceof SlipwayError && error.failure.raw?.startsWith('ENOTDIR') === true;
  if (error instanceof SlipwayError && error.code === 'file_missing' && !isBelowFile) return null;
  throw error;
}

/** A system error from reading `path`, in words. Anything else comes back as it is. */
export function explainRead(error: unknown, path: string, field?: string): unknown {
  if (error instanceof SlipwayError || !(error instanceof Error)) return error;
  const details = { raw: error.message, field };
  if (isErrno(error, 'ENOENT', 'ENOTDIR')) {
    return new SlipwayError('file_missing', `${path} does not exist.`, {
      ...details,
      hint: 'Was it built? Was it moved, or is its disk not mounted? Choose the file again.',
    });
  }
  if (isErrno(error, 'EACCES', 'EPERM')) {
    return new SlipwayError('file_unreadable', `You may not read ${path}.`, {
      ...details,
      hint: 'Look at its permissions and those of the folders above it: ls -l, namei -l.',
    });
  }
  if (isErrno(error, 'EAGAIN')) {
    return new SlipwayError('file_unreadable', `${path} has nothing to read now, and says nothing of when it will.`, {
      ...details,
      hint: 'It is no ordinary file. Choose a regular one.',
    });
  }
  if (isErrno(error, 'EIO', 'ESTALE', 'ENXIO', 'ELOOP', 'ENAMETOOLONG', 'ENODEV', 'EINVAL', 'EISDIR', 'ENOTCONN')) {
    return new SlipwayError('file_unreadable', `${path} could not be read.`, {
      ...details,
      hint: 'Look at it with: stat, dmesg.',
    });
  }
  return error;
}

export interface FileKind {
  isFile(): boolean;
  isDirectory(): boolean;
  isFIFO(): boolean;
  isSocket(): boolean;
  isBlockDevice(): boolean;
  isCharacterDevice(): boolean;
}

export function kindOf(facts: FileKind): string {
  if (facts.isDirectory()) return 'a folder';
  if (facts.isFIFO()) return 'a FIFO';
  if (facts.isSocket()) return 'a socket';
  if (facts.isBlockDevice()) return 'a block device';
  return facts.isCharacterDevice() ? 'a character device' : 'something else';
}
