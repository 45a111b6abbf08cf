/** restart, reset, pause, resume: what is done to a guest that runs. */
import { parseArgs } from 'node:util';
import type { Command, CommandContext, ExitCode } from '../context.ts';
import { reportLaunch } from '../launch-report.ts';
import { idOf, onlyName } from '../named-instance.ts';
import { secondsOf } from '../option-values.ts';
import { isOver } from '../stop-instance.ts';
import { instanceJson, instanceLines } from '../terminal-output.ts';

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
