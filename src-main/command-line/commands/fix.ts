/** `slipway fix`: what can be done about an instance's failure, and doing it. */
import { parseArgs } from 'node:util';
import { SlipwayError } from '../../../src-shared/contract/errors.ts';
import type { Command } from '../context.ts';
import { fixLines, isOurs } from '../fix-lines.ts';
import { reportLaunch } from '../launch-report.ts';
import { idOf } from '../named-instance.ts';
import { commandName } from '../terminal-output.ts';
import { UsageError } from '../usage.ts';

export const fix: Command = async (args, context) => {
  const { positionals } = parseArgs({ args, allowPositionals: true });
  const [name, number, ...more] = positionals;
  if (more.length > 0) throw new UsageError('one NAME and one NUMBER');
  const id = await idOf(name === undefined ? [] : [name], context);
  const { view } = await context.client.call('instance.show', { id });
  const fixes = view.status.failure?.fixes ?? [];
  if (number === undefined) {
    context.output.result({ fixes }, fixLines(fixes, commandName(view)).join('\n') || 'There is nothing to repair.');
    return 0;
  }
  const index = Number(number) - 1;
  const wanted = fixes[index];
  if (wanted === undefined) {
    throw new SlipwayError('invalid_input', `There is no fix ${number} for ${view.name}.`, {
      hint:
        fixes.length === 0 ? 'There is none at all.' : `There are ${fixes.length}: slipway fix ${commandName(view)}`,
    });
  }
  if (!isOurs(wanted)) {
    throw new SlipwayError('invalid_input', 'That is for you to do.', {
      hint: wanted.kind === 'copy' ? wanted.text : wanted.label,
    });
  }
  const { boot } = view.status;
  await context.client.call('instance.fix', { id, boot, index });
  return reportLaunch({ id, boot: boot + 1, timeoutMs: null }, context);
};
