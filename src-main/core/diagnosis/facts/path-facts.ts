/** Why a path cannot be opened: the first folder that is missing or closed, or whose the file is. Reads, never changes. */
import { Stats } from 'node:fs';
import { access, constants, readFile, stat } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import { isErrno } from '../../kit/errno.ts';

/** One sentence; null where nothing stands in the way now. Never throws. `path` is absolute. */
export async function whyNotOpened(path: string, use: 'read' | 'write'): Promise<string | null> {
  const parts = path.split(sep).filter((part) => part !== '');
  let at = '/';
  for (const [index, part] of parts.entries()) {
    at = join(at, part);
    const isLast = index === parts.length - 1;
    const facts = await stat(at).catch((error: unknown) => error);
    if (isErrno(facts, 'ENOENT'))
      return isLast ? `${at} does not exist; its folder does.` : `There is no folder ${at}.`;
    if (isErrno(facts, 'EACCES', 'EPERM'))
      return `You may not look into the folder ${dirname(at)}${await ownerOf(dirname(at))}.`;
    if (!(facts instanceof Stats)) return null;
    if (!isLast && !facts.isDirectory()) return `${at} is a file, not a folder.`;
    if (!isLast && !(await may(at, constants.X_OK)))
      return `You may not look into the folder ${at}${await ownerOf(at)}.`;
  }
  const wanted = use === 'read' ? constants.R_OK : constants.R_OK | constants.W_OK;
  return (await may(path, wanted))
    ? null
    : `You may not ${use === 'read' ? 'read' : 'write to'} it${await ownerOf(path)}.`;
}

async function may(path: string, mode: number): Promise<boolean> {
  return access(path, mode).then(
    () => true,
    () => false,
  );
}

/** `: it belongs to root, mode 0600, and you are uid 1000`. */
async function ownerOf(path: string): Promise<string> {
  const facts = await stat(path).catch(() => null);
  if (facts === null) return '';
  const mode = (facts.mode & 0o7777).toString(8).padStart(4, '0');
  return `: it belongs to ${await userName(facts.uid)}, mode ${mode}, and you are uid ${process.getuid?.() ?? '?'}`;
}

async function userName(uid: number): Promise<string> {
  const users = await readFile('/etc/passwd', 'utf8').catch(() => '');
  const line = users.split('\n').find((user) => user.split(':')[2] === String(uid));
  return line?.split(':')[0] ?? `uid ${uid}`;
}
