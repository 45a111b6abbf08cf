/** The server's own file browser, for faces that have no native dialog. Every entry is a token; nothing is opened. */
import { readdir, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import type { FileEntry } from '../../../src-shared/contract/calls/files.ts';
import type { CallOutput } from '../../../src-shared/contract/calls.ts';
import { SlipwayError } from '../../../src-shared/contract/errors.ts';
import type { PathToken } from '../../../src-shared/model/ids.ts';
import type { PathTokens } from './path-tokens.ts';

/** More entries than a person would read; what is beyond is found by typing in another directory. */
const maxEntries = 5000;

export async function browse(token: PathToken | null, tokens: PathTokens): Promise<CallOutput<'files.browse'>> {
  const path = token === null ? homedir() : tokens.resolve(token);
  let names: string[];
  try {
    names = await readdir(path);
  } catch (error) {
    throw new SlipwayError('file_unreadable', `${path} cannot be listed.`, { raw: String(error) });
  }
  const entries = await Promise.all(names.slice(0, maxEntries).map((name) => describe(join(path, name), name, tokens)));
  entries.sort(
    (a, b) => Number(b.kind === 'directory') - Number(a.kind === 'directory') || a.name.localeCompare(b.name),
  );
  const parent = dirname(path);
  return {
    path,
    token: tokens.grant(path).token,
    parent: parent === path ? null : tokens.grant(parent).token,
    entries,
  };
}

async function describe(path: string, name: string, tokens: PathTokens): Promise<FileEntry> {
  const info = await stat(path).catch(() => null);
  const kind = info?.isFile() ? 'file' : info?.isDirectory() ? 'directory' : 'other';
  return {
    name,
    kind,
    bytes: kind === 'file' && info !== null ? info.size : null,
    modifiedAt: info === null ? null : info.mtime.toISOString(),
    token: tokens.grant(path).token,
  };
}
