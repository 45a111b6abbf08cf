/**
 * Files that are either the old content or the new, never half of it: written beside the target, flushed, renamed over
 * it. Left-over `.tmp` files of a crash are never read.
 */
import { randomBytes } from 'node:crypto';
import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import type * as z from 'zod';

/** Mode 0600: what Slipway writes is the user's alone. Throws what the file system throws (ENOSPC, EACCES). */
export async function writeFileAtomically(path: string, content: string | Uint8Array, mode = 0o600): Promise<void> {
  const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    const file = await open(temporary, 'wx', mode);
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

export async function writeJsonAtomically(path: string, value: unknown): Promise<void> {
  await writeFileAtomically(path, `${JSON.stringify(value, null, 2)}\n`);
}

/** What a JSON file was found to be: a value, nothing there, or something that is not what it should be. */
export type JsonFile<T> = { state: 'ok'; value: T } | { state: 'absent' } | { state: 'broken'; error: string };

/** Reads and checks a JSON file. A broken file is a value, because a broken instance is listed, not thrown. */
export async function readJson<S extends z.ZodType>(path: string, schema: S): Promise<JsonFile<z.output<S>>> {
  const read = await readJsonUnchecked(path);
  if (read.state !== 'ok') return read;
  const parsed = schema.safeParse(read.value);
  return parsed.success ? { state: 'ok', value: parsed.data } : { state: 'broken', error: parsed.error.message };
}

/** More than any file of ours is, and little enough to be parsed in a moment. */
const mostJsonBytes = 32 * 1024 * 1024;
/** Up to here the way to a thread and back takes several times as long as the reading. */
const smallBytes = 64 * 1024;

/** What stands in a JSON file, whatever it is. A FIFO or a device in its place is told, and never waited for. */
export async function readJsonUnchecked(path: string): Promise<JsonFile<unknown>> {
  try {
    const text = readSmall(path) ?? (await readLarge(path));
    return { state: 'ok', value: JSON.parse(text) };
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return { state: 'absent' };
    return { state: 'broken', error: String(error) };
  }
}

const withoutWaiting = constants.O_RDONLY | constants.O_NONBLOCK;

/** null: it is not small. */
function readSmall(path: string): string | null {
  const file = openSync(path, withoutWaiting);
  try {
    const info = fstatSync(file);
    if (!info.isFile()) throw new Error(`${path} is not a regular file`);
    if (info.size > mostJsonBytes) throw new Error(`${path} has ${info.size} bytes`);
    return info.size > smallBytes ? null : readFileSync(file, 'utf8');
  } finally {
    closeSync(file);
  }
}

async function readLarge(path: string): Promise<string> {
  const file = await open(path, withoutWaiting);
  try {
    return await file.readFile('utf8');
  } finally {
    await file.close();
  }
}

/** Narrows a thrown value to a system error with one of these codes. */
export function isErrno(error: unknown, ...codes: string[]): error is NodeJS.ErrnoException {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && codes.includes(error.code);
}
