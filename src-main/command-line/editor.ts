/** A person's editor on a file, on the terminal this command runs in. */
import { readlink } from 'node:fs/promises';
import { SlipwayError } from '../../src-shared/contract/errors.ts';
import { runTool } from '../core/process/run-tool.ts';

/** ffx's own. */
const defaultEditor = '/usr/bin/nano';

/**
 * `$VISUAL` or `$EDITOR` is words for a shell by custom (`code --wait`), so a shell takes them apart; the file is an
 * argument and never part of that text. A host tool has a session of its own and no terminal: it is given ours by name.
 */
export async function editFile(path: string, signal: AbortSignal): Promise<void> {
  const editor = process.env.VISUAL || process.env.EDITOR || defaultEditor;
  const terminal = process.stdin.isTTY ? await readlink('/proc/self/fd/0').catch(() => '/dev/tty') : null;
  const script = `exec ${editor} "$1"${terminal === null ? '' : ' <"$2" >"$2" 2>&1'}`;
  const environment = Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined);
  const { code, stderr } = await runTool('/bin/sh', ['-c', script, 'sh', path, terminal ?? ''], {
    signal,
    env: Object.fromEntries(environment),
  });
  if (code === 0) return;
  throw new SlipwayError('cancelled', `The editor ended with ${code}; nothing was changed.`, {
    hint: process.env.EDITOR === undefined ? 'Say which editor: EDITOR=vi slipway start …' : undefined,
    raw: stderr,
  });
}
