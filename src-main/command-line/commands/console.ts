/** `slipway console`: this terminal, or this pipe, on a guest's console. */
import { parseArgs } from 'node:util';
import { type ConsoleName, isSerial } from '../../../src-shared/model/console.ts';
import { ConsoleAttachment } from '../console-attachment.ts';
import type { Command } from '../context.ts';
import { idOrObvious } from '../named-instance.ts';
import { bootOf, choiceOf, serialLineOf } from '../option-values.ts';
import { UsageError } from '../usage.ts';

/** ffx's words for its three; `command` is the monitor, `machine` is QMP. */
const consoleTypes = { serial: 'serial', command: 'monitor', machine: 'qmp' } as const;
type ConsoleType = keyof typeof consoleTypes;

export const attach: Command = async (args, context) => {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      serial: { type: 'boolean', short: 's' },
      monitor: { type: 'boolean' },
      command: { type: 'boolean', short: 'c' },
      qmp: { type: 'boolean' },
      machine: { type: 'boolean', short: 'm' },
      'console-type': { type: 'string' },
      log: { type: 'boolean' },
      line: { type: 'string' },
      boot: { type: 'string' },
      raw: { type: 'boolean' },
    },
  });
  const kind = oneConsole(values);
  if (values.line !== undefined && kind !== 'serial')
    throw new UsageError(`--line is of the serial lines, not of the ${kind} console`);
  const console = kind === 'serial' ? serialLineOf(values.line) : kind;
  const boot = bootOf(values.boot);
  if (context.output.machine) throw new UsageError('a console is for a person; see: slipway logs --machine json');
  const id = await idOrObvious(positionals, context);
  const attachment = new ConsoleAttachment(context.client, { id, console, boot }, { raw: values.raw ?? false });
  if (process.stdin.isTTY)
    context.output.note(`${id}: ${console} console. Ctrl-] leaves.${isSerial(console) ? ' Enter ~B is a break.' : ''}`);
  // An earlier boot and the log take no keys either, but nobody would expect it of them.
  const { view } = await context.client.call('instance.show', { id });
  if (!view.status.processLives && boot === null && console !== 'log')
    context.output.note(`${view.name} does not run: what is typed goes nowhere until its next boot.`);
  const { action, text } = await attachment.run(process.stdin, process.stdout, context.signal);
  if (action === 'leave') context.output.note(`Left ${id}.`);
  else if (text !== null) context.output.note(text);
  return 0;
};

type Chosen = Readonly<Partial<Record<'serial' | 'monitor' | 'command' | 'qmp' | 'machine' | 'log', boolean>>> & {
  readonly 'console-type'?: string | undefined;
};

/** The same console may be asked for in two ways; two consoles may not. */
function oneConsole(values: Chosen): ConsoleName {
  const asked: { readonly option: string; readonly console: ConsoleName }[] = [];
  for (const option of ['serial', 'monitor', 'qmp', 'log'] as const)
    if (values[option]) asked.push({ option: `--${option}`, console: option });
  for (const option of ['command', 'machine'] as const)
    if (values[option]) asked.push({ option: `--${option}`, console: consoleTypes[option] });
  const type = values['console-type'];
  if (type !== undefined) {
    const known = choiceOf(type, Object.keys(consoleTypes) as ConsoleType[], '--console-type');
    asked.push({ option: `--console-type ${known}`, console: consoleTypes[known] });
  }
  const [first] = asked;
  const other = asked.find(({ console }) => console !== first?.console);
  if (first !== undefined && other !== undefined)
    throw new UsageError(`one console at a time: ${first.option} or ${other.option}`);
  return first?.console ?? 'serial';
}
