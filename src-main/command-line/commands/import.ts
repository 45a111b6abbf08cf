import { resolve } from 'node:path';
import { text as textOf } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import type { CallOutput } from '../../../src-shared/contract/calls.ts';
import type { ImportedArgument } from '../../../src-shared/model/template.ts';
import { readRegularText } from '../../core/kit/regular-file.ts';
import type { SessionClient } from '../../headless/session-client.ts';
import { confirmReceived } from '../confirm-received.ts';
import type { Command, CommandContext } from '../context.ts';
import { alignColumns } from '../display-width.ts';
import { reportLaunch } from '../launch-report.ts';
import { commandName, instanceJson, instanceLines } from '../terminal-output.ts';
import { UsageError } from '../usage.ts';

export const importText: Command = async (args, context) => {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      name: { type: 'string' },
      start: { type: 'boolean' },
      'dry-run': { type: 'boolean' },
      set: { type: 'string', multiple: true },
      yes: { type: 'boolean', short: 'y', default: false },
    },
  });
  const [file = '-', ...more] = positionals;
  if (more.length > 0)
    throw new UsageError(`one text at a time, not also: ${more.join(' ')}; quote a command line and pipe it in`);
  if (values.start && values['dry-run']) throw new UsageError('either --start or --dry-run, not both');
  const { client, output, directory } = context;
  const text = await readText(file, context);
  const variables = Object.fromEntries((values.set ?? []).map(variableOf));
  const { token } = await client.call('files.grant', { path: directory });
  const imported = await client.call('command.import', { text, directory: token, variables });
  const { draft, ...reading } = imported;
  output.note(readingLines(imported));
  if (values['dry-run']) {
    output.result({ draft, ...reading }, '');
    return 0;
  }
  const from = file === '-' ? 'What was read' : file;
  await confirmReceived(draft, { yes: values.yes, from }, context);
  const name = values.name?.trim() ?? (await freeName(draft.name, client));
  const view = await client.call('instance.create', { ...draft, name });
  if (!values.start) {
    output.result({ ...instanceJson(view), import: reading }, instanceLines([view]));
    output.note(`  start    slipway start ${commandName(view)}`);
    return 0;
  }
  const started = await client.call('instance.start', { id: view.id });
  const launch = { id: started.id, boot: started.status.boot, awaitsDebugger: false, timeoutMs: null };
  return reportLaunch(launch, context);
};

/** As much as a call may have; see command.import. */
const largestTextBytes = 1024 * 1024;

async function readText(file: string, { directory }: CommandContext): Promise<string> {
  if (file === '-') return textOf(process.stdin);
  const path = resolve(directory, file);
  return readRegularText(path, { what: 'script', mostBytes: largestTextBytes });
}

function variableOf(text: string): [string, string] {
  const at = text.indexOf('=');
  if (at < 1) throw new UsageError(`--set ${text} is not VAR=value`);
  return [text.slice(0, at).replace(/^\$(?=\w)/, ''), text.slice(at + 1)];
}

/** As the window names copies. */
export async function freeName(stem: string, client: SessionClient): Promise<string> {
  const names = new Set((await client.call('instance.list', {})).map(({ name }) => name));
  for (let number = 1; ; number++) {
    const name = number === 1 ? stem : `${stem}-${number}`;
    if (!names.has(name)) return name;
  }
}

const fates: readonly (readonly [ImportedArgument['fate'], string])[] = [
  ['kept', 'Kept as extra arguments:'],
  ['dropped', 'Left out:'],
  ['slipway', 'Done by Slipway itself:'],
];

/** What became of the arguments that are no fields, and what to know. */
function readingLines({ binary, arguments: list, notes, unknownVariables }: CallOutput<'command.import'>): string {
  const fields = list.filter(({ fate }) => fate === 'field').length;
  const lines = [`Read ${list.length} arguments of ${binary}; ${fields} became fields.`];
  for (const [fate, title] of fates) {
    const found = list.filter((argument) => argument.fate === fate);
    if (found.length === 0) continue;
    const rows = found.map(({ args, note }) => [`  ${args.join(' ')}`, note]);
    lines.push(title, ...alignColumns(rows).map((line) => line.trimEnd()));
  }
  lines.push(...notes.map((note) => `Note: ${note}`));
  if (unknownVariables.length > 0) {
    const set = unknownVariables.map((name) => `--set '${name}=…'`).join(' ');
    lines.push(`Not known: ${unknownVariables.join(', ')}. Say what they are: ${set}`);
  }
  return lines.join('\n');
}
