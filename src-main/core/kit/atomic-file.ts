/**
 * Files that are either the old content or the new, never half of it: written beside the target, flushed, renamed over
 * it. Left-over `.tmp` files of a crash are never read.
 */
import { randomBytes } from 'node:crypto';
import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import * as z from 'zod';
import { SlipwayError } from '../../../src-shared/contract/errors.ts';
import { readRegularText } from './regular-file.ts';

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

/** Of our own records; the largest, with a whole command line and its findings, has some hundred KiB. */
const largestRecordBytes = 4 * 1024 * 1024;

/** Reads and checks a JSON file. A broken file is a value, because a broken instance is listed, not thrown. */
export async function readJson<S extends z.ZodType>(path: string, schema: S): Promise<JsonFile<z.output<S>>> {
  const read = await readJsonUnchecked(path);
  if (read.state !== 'ok') return read;
  const parsed = schema.safeParse(read.value);
  return parsed.success
    ? { state: 'ok', value: parsed.data }
    : { state: 'broken', error: z.prettifyError(parsed.error) };
}

/** Up to here the way to a thread and back takes several times as long as the reading. */
const smallBytes = 64 * 1024;

/** What stands in a JSON file, whatever it is. A FIFO or a device in its place is told, and never waited for. */
export async function readJsonUnchecked(path: string): Promise<JsonFile<unknown>> {
  try {
    const text = readSmall(path) ?? (await readRegularText(path, { what: 'record', mostBytes: largestRecordBytes }));
    return { state: 'ok', value: JSON.parse(text) };
  } catch (error) {
    if (error instanceof SlipwayError && error.code === 'file_missing') return { state: 'absent' };
    return { state: 'broken', error: error instanceof SlipwayError ? error.message : String(error) };
  }
}

const withoutWaiting = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY;

/** null: it is not small, or no file; why is told by the longer way. */
function readSmall(path: string): string | null {
  let file: number;
  try {
    file = openSync(path, withoutWaiting);
  } catch {
    return null;
  }
  try {
    const info = fstatSync(file);
    return info.isFile() && info.size <= smallBytes ? readFileSync(file, 'utf8') : null;
  } finally {
    closeSync(file);
  }
}
