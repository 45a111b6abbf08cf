/** `slipway console`: this terminal, or this pipe, on a guest's console. */
import { parseArgs } from 'node:util';
import type { ConsoleName } from '../../../src-shared/contract/calls.ts';
import { ConsoleAttachment } from '../console-attachment.ts';
import type { Command } from '../context.ts';
import { idOf } from '../named-instance.ts';
import { bootOf } from '../option-values.ts';
import { UsageError } from '../usage.ts';

export const attach: Command = async (args, context) => {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      serial: { type: 'boolean', short: 's' },
      monitor: { type: 'boolean' },
      qmp: { type: 'boolean' },
      log: { type: 'boolean' },
      boot: { type: 'string' },
    },
  });
  const [console = 'serial', other] = (['serial', 'monitor', 'qmp', 'log'] as const).filter((name) => values[name]);
  if (other !== undefined) throw new UsageError(`one console at a time: --${console} or --${other}`);
  const boot = bootOf(values.boot);
  if (context.output.machine) throw new UsageError('a console is for a person; see: slipway logs --machine json');
  const id = await idOf(positionals, context);
  const attachment = new ConsoleAttachment(context.client, { id, console: console satisfies ConsoleName, boot });
  if (process.stdin.isTTY) context.output.note(`${id}: ${console} console. Ctrl-] leaves.`);
  // An earlier boot and the log take no keys either, but nobody would expect it of them.
  const { view } = await context.client.call('instance.show', { id });
  if (!view.status.processLives && boot === null && console !== 'log')
    context.output.note(`${view.name} does not run: what is typed goes nowhere until its next boot.`);
  const reason = await attachment.run(process.stdin, process.stdout, context.signal);
  if (reason !== null) context.output.note(reason);
  return 0;
};
