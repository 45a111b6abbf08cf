/** support-bundle: one file for whoever is to help. */
import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { Command } from '../context.ts';
import { idOf } from '../named-instance.ts';

export const supportBundle: Command = async (args, context) => {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { output: { type: 'string', short: 'o' }, serial: { type: 'boolean' } },
  });
  const id = positionals.length === 0 ? null : await idOf(positionals, context);
  const { fileName, base64, files } = await context.client.call('support.bundle', {
    id,
    serial: values.serial ?? false,
  });
  const path = resolve(context.directory, values.output ?? fileName);
  // Never over something that is there: a bundle is worth no file of a person's.
  await writeFile(path, Buffer.from(base64, 'base64'), { mode: 0o600, flag: 'wx' });
  const list = files.map(({ name, about }) => `  ${name.padEnd(32)}${about}`).join('\n');
  if (id !== null && !values.serial)
    context.output.note('What the guest printed is left out; it can hold anything. With it: --serial');
  context.output.result({ path, files }, `${path}\n${list}\nLook through it before you give it away.`);
  return 0;
};
