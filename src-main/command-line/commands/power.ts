/** stop, restart, reset, pause, resume: what is done to a guest that runs. */
import { parseArgs } from 'node:util';
import { SlipwayError } from '../../../src-shared/contract/errors.ts';
import type { InstanceView } from '../../../src-shared/model/instance.ts';
import type { Command, CommandContext, ExitCode } from '../context.ts';
import { reportLaunch } from '../launch-report.ts';
import { idOf, onlyName } from '../named-instance.ts';
import { secondsOf } from '../option-values.ts';
import { instanceJson, instanceLines } from '../terminal-output.ts';
import { UsageError } from '../usage.ts';
import { waitForInstance } from '../wait-for.ts';

export const stop: Command = async (args, context) => {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { all: { type: 'boolean' }, now: { type: 'boolean' } },
  });
  const { output } = context;
  if (values.all && positionals.length > 0) throw new UsageError('either --all or a NAME, not both');
  const ids = values.all ? await runningIds(context) : [await idOf(positionals, context)];
  const views = await Promise.all(ids.map((id) => stopOne(id, values.now ?? false, context)));
  if (views.length === 0) output.note('Nothing runs.');
  const json = views.map(instanceJson);
  output.result(values.all ? json : json[0], instanceLines(views));
  return views.some(({ status }) => status.processLives) ? 1 : 0;
};

async function stopOne(id: string, now: boolean, context: CommandContext): Promise<InstanceView> {
  const { client, output } = context;
  const { view } = await client.call('instance.show', { id });
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

function isOver({ status }: InstanceView): boolean {
  return ['stopped', 'failed'].includes(status.phase) && !status.processLives;
}

async function runningIds({ client }: CommandContext): Promise<string[]> {
  const views = await client.call('instance.list', {});
  return views.filter((view) => view.status.processLives || view.status.phase === 'staging').map((view) => view.id);
}

async function ended(id: string, { client, signal }: CommandContext): Promise<InstanceView> {
  const view = await waitForInstance(client, id, isOver, { timeoutMs: 0, signal });
  if (view === null) throw new SlipwayError('timed_out', `${id} did not end in time.`);
  return view;
}

export const restart: Command = async (args, context) => {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { timeout: { type: 'string' } },
  });
  const timeoutMs = values.timeout === undefined ? null : secondsOf(values.timeout, '--timeout');
  const id = await idOf(positionals, context);
  const { view } = await context.client.call('instance.show', { id });
  // What does not run is restarted by starting it.
  await context.client.call(isOver(view) ? 'instance.start' : 'instance.restart', { id });
  return reportLaunch({ id, boot: view.status.boot + 1, timeoutMs }, context);
};

export const reset: Command = (args, context) => act('instance.reset', args, context);
export const pause: Command = (args, context) => act('instance.pause', args, context);
export const resume: Command = (args, context) => act('instance.resume', args, context);

async function act(
  call: 'instance.reset' | 'instance.pause' | 'instance.resume',
  args: string[],
  context: CommandContext,
): Promise<ExitCode> {
  const id = await onlyName(args, context);
  const view = await context.client.call(call, { id });
  context.output.result(instanceJson(view), instanceLines([view]));
  return 0;
}
