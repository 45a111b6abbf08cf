/** `start --log PATH`: the engine's log at PATH and the serial line at PATH.serial, as links to the files QEMU writes. */
import { lstat, stat, symlink, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { SlipwayError } from '../../src-shared/contract/errors.ts';
import type { BootPaths } from '../core/home/paths.ts';

/** Links, because a copy would need somebody to go on copying after this command has ended. */
export async function linkLogs(path: string, boot: BootPaths): Promise<void> {
  await link(path, boot.engineLog);
  await link(`${path}.serial`, boot.serialOutput);
}

/** Throws before anything is launched that would not have its log. */
export async function refuseTakenLog(path: string): Promise<void> {
  const directory = dirname(path);
  if (!(await stat(directory).catch(() => null))?.isDirectory()) {
    throw new SlipwayError('file_missing', `There is no directory ${directory} for the log.`, {
      hint: `Make it: mkdir -p '${directory}'`,
    });
  }
  for (const there of [path, `${path}.serial`]) {
    const found = await lstat(there).catch(() => null);
    // A link is an earlier start's; an empty file is what mktemp(1) makes.
    if (found === null || found.isSymbolicLink() || (found.isFile() && found.size === 0)) continue;
    const what = found.isDirectory() ? 'a directory' : 'a file with something in it';
    throw new SlipwayError('invalid_input', `${there} is there already, and is ${what}.`, {
      hint: 'Slipway puts a link there. Move it away, or give another --log.',
    });
  }
}

async function link(path: string, target: string): Promise<void> {
  try {
    await unlink(path).catch(() => undefined);
    await symlink(target, path);
  } catch (error) {
    throw new SlipwayError('file_unreadable', `${path} cannot be made a link to the log.`, {
      hint: `The log itself: ${target}`,
      raw: error instanceof Error ? error.message : String(error),
    });
  }
}
