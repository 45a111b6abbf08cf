/** Stops one instance and waits for its end, whoever owns the home. */
import { SlipwayError } from '../../src-shared/contract/errors.ts';
import type { InstanceView } from '../../src-shared/model/instance.ts';
import type { CommandContext } from './context.ts';
import { waitForInstance } from './wait-for.ts';

/** @param now do not wait for the guest. */
export async function stopOne(id: string, now: boolean, context: CommandContext): Promise<InstanceView> {
  const { client, output } = context;
  // Of a list, because a broken instance is listed and cannot be shown.
  const view = (await client.call('instance.list', {})).find((listed) => listed.id === id);
  if (view === undefined) throw new SlipwayError('unknown_instance', `There is no instance ${id}.`);
  if (isOver(view)) {
    output.note(`${view.name} does not run.`);
    return view;
  }
  output.note(`Stopping ${view.name}...`);
  await ask(id, client);
  // A second request goes to the next rung at once.
  if (now) await ask(id, client);
  return ended(id, context);
}

/** It may end by itself, or under an owner that leaves, before the request comes: that is looked at afterwards. */
async function ask(id: string, client: CommandContext['client']): Promise<void> {
  try {
    await client.call('instance.stop', { id });
  } catch (error) {
    const { view } = await client.call('instance.show', { id });
    const lost = error instanceof SlipwayError && error.code === 'connection_lost';
    if (!isOver(view) && !(lost && view.status.phase === 'stopping')) throw error;
  }
}

export function isOver({ status }: InstanceView): boolean {
  return ['stopped', 'failed'].includes(status.phase) && !status.processLives;
}

async function ended(id: string, { client, signal }: CommandContext): Promise<InstanceView> {
  const view = await waitForInstance(client, id, isOver, { timeoutMs: 0, signal });
  if (view === null) throw new SlipwayError('timed_out', `${id} did not end in time.`);
  return view;
}
