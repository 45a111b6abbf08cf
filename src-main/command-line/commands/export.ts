/** `slipway export`: an instance as a shell script that boots it without Slipway. */
import { chmod, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { SlipwayError } from '../../../src-shared/contract/errors.ts';
import type { Command, CommandContext } from '../context.ts';
import { idOf } from '../named-instance.ts';

export const exportScript: Command = async (args, context) => {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { output: { type: 'string', short: 'o' } },
  });
  const { client, output } = context;
  const id = await idOf(positionals, context);
  const draft = await client.call('instance.draft', { id });
  const { script, notes } = await client.call('command.export', draft);
  const path = values.output === undefined ? null : await writeOut(values.output, script, 0o755, context);
  output.result({ id, path, script, notes }, path === null ? script : '');
  for (const note of notes) output.note(`Note: ${note}`);
  if (path !== null) output.note(`Wrote ${path}`);
  return 0;
};

/** Its whole path. */
export async function writeOut(
  file: string,
  text: string,
  mode: number,
  { directory }: CommandContext,
): Promise<string> {
  const path = resolve(directory, file);
  try {
    await writeFile(path, text, { mode });
    // A file that was there keeps its mode otherwise.
    await chmod(path, mode);
  } catch (error) {
    throw new SlipwayError('file_unreadable', `${path} cannot be written.`, { raw: String(error) });
  }
  return path;
}
