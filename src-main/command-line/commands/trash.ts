/** delete and restore: nothing is destroyed, it is moved. */
import { parseArgs } from 'node:util';
import { isConfirmed } from '../confirm.ts';
import type { Command } from '../context.ts';
import { idOf } from '../named-instance.ts';
import { instanceJson, instanceLines, sizeText } from '../terminal-output.ts';
import { UsageError } from '../usage.ts';

/** Named `remove` because `delete` is a word of the language. */
export const remove: Command = async (args, context) => {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { yes: { type: 'boolean', short: 'y' } },
  });
  const { client, output, signal } = context;
  if (!values.yes && (output.machine || !process.stdin.isTTY))
    throw new UsageError('delete asks first; say --yes where nobody can answer');
  const id = await idOf(positionals, context);
  const { files, bytes } = await client.call('instance.deletion', { id });
  if (!values.yes) {
    const list = files.map((file) => `  ${sizeText(file.bytes).padStart(10)}  ${file.path}  (${file.what})`);
    output.note([...list, `Move ${id} to the trash (${sizeText(bytes)})?`].join('\n'));
    if (!(await isConfirmed('', signal))) {
      output.note('Nothing was deleted.');
      return 1;
    }
  }
  const { trash, expiresAt } = await client.call('instance.delete', { id });
  output.result(
    { id, trash, expiresAt, bytes, files },
    `${id} is in the trash until ${expiresAt.slice(0, 10)}. Undo: slipway restore ${trash}`,
  );
  return 0;
};

export const restore: Command = async (args, { client, output }) => {
  const { positionals } = parseArgs({ args, allowPositionals: true });
  const [trash, ...more] = positionals;
  if (trash === undefined || more.length > 0)
    throw new UsageError('restore takes one thing: what slipway delete printed');
  const view = await client.call('instance.restore', { trash });
  output.result(instanceJson(view), instanceLines([view]));
  return 0;
};
