/** stop, restart, reset, pause, resume, delete: what is done to an instance that is there. */
import { createInterface } from 'node:readline/promises';
import { parseArgs } from 'node:util';
import type { InstanceView } from '../../../src-shared/model/instance.ts';
import { statusWord } from '../../../src-shared/model/instance.ts';
import type { Command, CommandContext, ExitCode } from '../context.ts';
import { instanceJson, instanceLine, sizeText } from '../terminal-output.ts';
import { UsageError } from '../usage.ts';
import { waitForInstance } from '../wait-for.ts';

export const stop: Command = async (args, context) => {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { all: { type: 'boolean' }, now: { type: 'boolean' } },
  });
  const { client, output } = context;
  const ids = values.all ? await runningIds(context) : [await idOf(positionals, context)];
  const stopped = await Promise.all(
    ids.map(async (id) => {
      output.note(`Stopping ${id}...`);
      await client.call('instance.stop', { id });
      if (values.now) await client.call('instance.stop', { id }).catch(ignoreWhenGone);
      return ended(id, context);
    }),
  );
  const views = stopped.filter((view) => view !== null);
  const json = views.map(instanceJson);
  output.result(values.all ? json : json[0], views.map(instanceLine).join('\n'));
  return 0;
};

export const restart: Command = async (args, context) => {
  const id = await idOf(parseArgs({ args, allowPositionals: true }).positionals, context);
  const { view: before } = await context.client.call('instance.show', { id });
  await context.client.call('instance.restart', { id });
  const view = await waitForInstance(
    context.client,
    id,
    ({ status }) => (status.boot > before.status.boot && status.ready) || status.phase === 'failed',
    { timeoutMs: 0, signal: context.signal },
  );
  return say(view, context);
};

export const reset: Command = (args, context) => act('instance.reset', args, context);
export const pause: Command = (args, context) => act('instance.pause', args, context);
export const resume: Command = (args, context) => act('instance.resume', args, context);

async function act(
  call: 'instance.reset' | 'instance.pause' | 'instance.resume',
  args: string[],
  context: CommandContext,
): Promise<ExitCode> {
  const id = await idOf(parseArgs({ args, allowPositionals: true }).positionals, context);
  return say(await context.client.call(call, { id }), context);
}

/** Named `remove` because `delete` is a word of the language. */
export const remove: Command = async (args, context) => {
  const { values, positionals } = parseArgs({ args, allowPositionals: true, options: { yes: { type: 'boolean' } } });
  const id = await idOf(positionals, context);
  const { client, output } = context;
  const { files, bytes } = await client.call('instance.deletion', { id });
  const list = files.map((file) => `  ${sizeText(file.bytes).padStart(10)}  ${file.path}  (${file.what})`).join('\n');
  if (!values.yes) {
    if (output.machine || !process.stdin.isTTY)
      throw new UsageError('delete asks first; say --yes where nobody can answer');
    output.note(`${list}\nMove ${id} to the trash (${sizeText(bytes)})?`);
    if (!(await confirmed())) return 1;
  }
  const { trash, expiresAt } = await client.call('instance.delete', { id });
  output.result({ id, trash, expiresAt, bytes, files }, `${id} is in the trash until ${expiresAt.slice(0, 10)}.`);
  return 0;
};

async function confirmed(): Promise<boolean> {
  const prompt = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(es)?$/i.test((await prompt.question('[y/N] ')).trim());
  } finally {
    prompt.close();
  }
}

async function runningIds({ client }: CommandContext): Promise<string[]> {
  const views = await client.call('instance.list', {});
  return views.filter((view) => view.status.processLives || view.status.phase === 'staging').map((view) => view.id);
}

function ended(id: string, { client, signal }: CommandContext): Promise<InstanceView | null> {
  return waitForInstance(
    client,
    id,
    ({ status }) => ['stopped', 'failed'].includes(status.phase) && !status.processLives,
    {
      timeoutMs: 0,
      signal,
    },
  );
}

function ignoreWhenGone(): void {
  // The first request was enough: it stopped before the second came.
}

/** The one NAME every such command takes, as an id. */
export async function idOf(positionals: readonly string[], { client }: CommandContext): Promise<string> {
  const [name, ...more] = positionals;
  if (name === undefined) throw new UsageError('which instance? See: slipway list');
  if (more.length > 0) throw new UsageError(`one instance at a time, not also: ${more.join(' ')}`);
  return (await client.call('instance.find', { name })).id;
}

function say(view: InstanceView | null, { output }: CommandContext): ExitCode {
  if (view === null) return 1;
  output.result(instanceJson(view), instanceLine(view));
  return statusWord(view.status) === 'failed' ? 1 : 0;
}
