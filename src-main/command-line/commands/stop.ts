/** `slipway stop`: ends guests and keeps what they are; with --delete it is moved to the trash, as far as it is ours. */
import { parseArgs } from 'node:util';
import type { InstanceView } from '../../../src-shared/model/instance.ts';
import type { Command, CommandContext } from '../context.ts';
import { idOrObvious } from '../named-instance.ts';
import { isOver, stopOne } from '../stop-instance.ts';
import { doneJson, instanceJson, instanceLines, sizeText } from '../terminal-output.ts';
import { UsageError } from '../usage.ts';

export const stop: Command = async (args, context) => {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      all: { type: 'boolean' },
      now: { type: 'boolean' },
      // ffx's: stop keeps everything anyway.
      persist: { type: 'boolean', short: 'p' },
      delete: { type: 'boolean' },
    },
  });
  const { output } = context;
  if (values.all && positionals.length > 0) throw new UsageError('either --all or a NAME, not both');
  if (values.persist && values.delete) throw new UsageError('either --persist or --delete, not both');
  const ids = values.all ? await everyId(context, values.delete ?? false) : [await idOrObvious(positionals, context)];
  const views = await Promise.all(ids.map((id) => stopOne(id, values.now ?? false, context)));
  if (views.length === 0) output.note(values.delete ? 'There is nothing to stop or to delete.' : 'Nothing runs.');
  const trash = values.delete ? await moveToTrash(views, context) : new Map<string, string>();
  const json = views.map((view) => ({
    ...instanceJson(view),
    ...(values.delete ? { trash: trash.get(view.id) } : {}),
  }));
  output.result(
    values.all ? { ...doneJson(output), instances: json } : { ...json[0], ...doneJson(output) },
    instanceLines(views.filter((view) => !trash.has(view.id))),
  );
  return views.some(({ status }) => status.processLives) ? 1 : 0;
};

/** What runs; when it is to be deleted also what does not, so that broken instances can be cleared away. */
async function everyId({ client }: CommandContext, withStopped: boolean): Promise<string[]> {
  const views = await client.call('instance.list', {});
  return views.filter((view) => withStopped || !isOver(view)).map((view) => view.id);
}

/** One after the other, so that what is said is in order. The trash of each, by id. */
async function moveToTrash(views: readonly InstanceView[], { client, output }: CommandContext) {
  const moved = new Map<string, string>();
  for (const { id, name, origin, status } of views) {
    if (status.processLives) continue;
    if (origin === 'ffx') {
      output.note(`${name} is ffx's own and stays where it is; ffx deletes it with: ffx emu stop ${name}`);
      continue;
    }
    const { bytes } = await client.call('instance.deletion', { id });
    const { trash, expiresAt } = await client.call('instance.delete', { id });
    moved.set(id, trash);
    output.note(
      `${name} (${sizeText(bytes)}) is in the trash until ${expiresAt.slice(0, 10)}. Undo: slipway restore ${trash}`,
    );
  }
  return moved;
}
