/** What a directory takes on disk: the blocks its files occupy, not their apparent size. Reads only. */
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { serialNames } from '../../../src-shared/model/console.ts';
import type { DiskUse } from '../../../src-shared/model/instance.ts';
import { filenames, serialFile } from '../home/filenames.ts';
import { isErrno } from '../kit/errno.ts';

const blockBytes = 512;
const mostTries = 5;

/** Every file with what it is, largest first. What goes while it is looked at is left out. */
export async function diskUseOf(directory: string): Promise<DiskUse[]> {
  const entries = await entriesOf(directory);
  const uses: DiskUse[] = [];
  for (const entry of entries) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const info = await stat(path).catch(() => null);
    if (info === null) continue;
    uses.push({ path, bytes: info.blocks * blockBytes, what: describeFile(path.slice(directory.length + 1)) });
  }
  return uses.sort((a, b) => b.bytes - a.bytes);
}

/** A directory in it may go while it is looked at; one that is gone itself has nothing. */
async function entriesOf(directory: string) {
  for (let tries = 1; ; tries++) {
    try {
      return await readdir(directory, { withFileTypes: true, recursive: true });
    } catch (error) {
      if (!isErrno(error, 'ENOENT')) throw error;
      if (tries === mostTries) return [];
    }
  }
}

function describeFile(relative: string): string {
  const [top, number, file] = relative.split('/');
  if (top === filenames.spec) return 'what was asked for';
  if (top === filenames.staged) return 'staged image';
  if (top === filenames.run) return 'run-time file';
  if (top !== filenames.boots) return 'file';
  const line = serialNames.findIndex((name) => file === serialFile(filenames.serialOutput, name));
  if (line === 0) return `serial transcript of boot ${Number(number)}`;
  if (line > 0) return `transcript of serial line ${line + 1} of boot ${Number(number)}`;
  if (file === filenames.engineLog) return `engine log of boot ${Number(number)}`;
  return `record of boot ${Number(number)}`;
}
