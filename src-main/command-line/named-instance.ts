/** The one NAME most commands take. */
import { parseArgs } from 'node:util';
import type { CommandContext } from './context.ts';
import { UsageError } from './usage.ts';

/** The id of the instance that is named; throws a UsageError unless there is exactly one name. */
export async function idOf(positionals: readonly string[], { client }: CommandContext): Promise<string> {
  const [name, ...more] = positionals;
  if (name === undefined) throw new UsageError('which instance? See: slipway list');
  if (more.length > 0) throw new UsageError(`one instance at a time, not also: ${more.join(' ')}`);
  return (await client.call('instance.find', { name })).id;
}

/** For commands that take nothing else. */
export function onlyName(args: string[], context: CommandContext): Promise<string> {
  return idOf(parseArgs({ args, allowPositionals: true }).positionals, context);
}
