/** The one NAME most commands take, and which instance is meant where it may be left out. */
import { parseArgs } from 'node:util';
import { SlipwayError } from '../../src-shared/contract/errors.ts';
import type { InstanceView } from '../../src-shared/model/instance.ts';
import type { CommandContext } from './context.ts';
import { commandName } from './terminal-output.ts';
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

/** Without a name: the one that is meant, by ffx's rules. */
export async function idOrObvious(positionals: readonly string[], context: CommandContext): Promise<string> {
  if (positionals.length > 0) return idOf(positionals, context);
  return obvious(await context.client.call('instance.list', {})).id;
}

/** The only one that runs; where none runs, the only one there is. Pure. */
export function obvious(instances: readonly InstanceView[]): InstanceView {
  const running = instances.filter(({ status }) => status.processLives || status.phase === 'staging');
  const [first, ...others] = running.length > 0 ? running : instances;
  if (first === undefined) {
    throw new SlipwayError('unknown_instance', 'There is no instance.', {
      hint: 'The first one: slipway start --demo, or: slipway start PRODUCT_BUNDLE',
    });
  }
  if (others.length === 0) return first;
  const many = running.length > 0 ? 'Several instances run' : 'There are several instances, and none of them runs';
  throw new SlipwayError('invalid_input', `${many}. Say which one.`, {
    hint: `One of: ${[first, ...others].map(commandName).join(', ')}.`,
  });
}
