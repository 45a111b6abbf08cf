/** rename, label and duplicate: what an instance is called and filed under, and another of the same kind. */
import { parseArgs } from 'node:util';
import type { Command, CommandContext, ExitCode } from '../context.ts';
import { idOf } from '../named-instance.ts';
import { failureText, instanceJson, instanceLines } from '../terminal-output.ts';
import { UsageError } from '../usage.ts';

export const rename: Command = async (args, context) => {
  const { id, name } = await twoNames(args, 'rename', context);
  const view = await context.client.call('instance.label', { id, name });
  context.output.result(instanceJson(view), instanceLines([view]));
  return 0;
};

export const duplicate: Command = async (args, context) => {
  const { client, output } = context;
  const source = await twoNames(args, 'duplicate', context);
  const view = await client.call('instance.duplicate', source);
  const { findings } = await client.call('instance.show', { id: view.id });
  output.result({ ...instanceJson(view), findings }, instanceLines([view]));
  for (const { failure } of findings) output.note(failureText(failure).trimEnd());
  return 0;
};

export const label: Command = async (args, context): Promise<ExitCode> => {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { name: { type: 'string' }, group: { type: 'string' }, notes: { type: 'string' } },
  });
  const { client, output } = context;
  const id = await idOf(positionals, context);
  if (Object.keys(values).length > 0) await client.call('instance.label', { id, ...values });
  const { view, spec } = await client.call('instance.show', { id });
  const { group, notes } = spec;
  const filed = group === '' ? '' : `\n  group  ${group}`;
  const noted = notes === '' ? '' : `\n  notes  ${notes.replaceAll('\n', '\n         ')}`;
  output.result({ ...instanceJson(view), group, notes }, `${instanceLines([view])}${filed}${noted}`);
  return 0;
};

async function twoNames(args: string[], verb: string, context: CommandContext): Promise<{ id: string; name: string }> {
  const { positionals } = parseArgs({ args, allowPositionals: true });
  const [old, name, ...more] = positionals;
  if (old === undefined || name === undefined || more.length > 0)
    throw new UsageError(
      `${verb} takes two names: the instance, and what the ${verb === 'rename' ? 'new name is' : 'other is to be called'}`,
    );
  return { id: await idOf([old], context), name };
}
