import { resolve } from 'node:path';
import { text as textOf } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import type { Template } from '../../../src-shared/model/template.ts';
import { readRegularText } from '../../core/kit/regular-file.ts';
import { confirmReceived } from '../confirm-received.ts';
import type { Command, CommandContext, ExitCode } from '../context.ts';
import { alignColumns } from '../display-width.ts';
import { reportLaunch } from '../launch-report.ts';
import { idOf } from '../named-instance.ts';
import { commandName, instanceJson, instanceLines } from '../terminal-output.ts';
import { UsageError } from '../usage.ts';
import { writeOut } from './export.ts';
import { freeName } from './import.ts';

export const template: Command = (args, context) => {
  const [verb, ...rest] = args;
  const verbs: Readonly<Record<string, Command>> = {
    list,
    save,
    use,
    show,
    delete: remove,
    export: exportFile,
    import: importFile,
  };
  const command = verb !== undefined && Object.hasOwn(verbs, verb) ? verbs[verb] : undefined;
  if (command === undefined)
    throw new UsageError(
      `template list, save, use, show, delete, export or import${verb === undefined ? '' : `, not ${verb}`}`,
    );
  return command(rest, context);
};

const list: Command = async (args, { client, output }) => {
  parseArgs({ args });
  const templates = await client.call('template.list', {});
  output.result(templates, templateLines(templates));
  return 0;
};

const save: Command = async (args, context) => {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { as: { type: 'string' }, about: { type: 'string' }, replace: { type: 'boolean' } },
  });
  const { client } = context;
  const id = await idOf(positionals, context);
  const draft = await client.call('instance.draft', { id });
  const saved = await client.call('template.save', {
    name: values.as ?? draft.name,
    about: values.about ?? '',
    draft,
    replace: values.replace ?? false,
  });
  return say(saved, context);
};

const use: Command = async (args, context) => {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      name: { type: 'string' },
      start: { type: 'boolean' },
      yes: { type: 'boolean', short: 'y', default: false },
    },
  });
  const { client, output } = context;
  const templateName = one(positionals);
  const draft = await client.call('template.draft', { name: templateName });
  await confirmReceived(draft, { yes: values.yes, from: `The template ${templateName}` }, context);
  const name = values.name?.trim() ?? (await freeName(draft.name, client));
  const view = await client.call('instance.create', { ...draft, name });
  if (!values.start) {
    output.result(instanceJson(view), instanceLines([view]));
    output.note(`  start    slipway start ${commandName(view)}`);
    return 0;
  }
  const { id, status } = await client.call('instance.start', { id: view.id });
  return reportLaunch({ id, boot: status.boot, awaitsDebugger: false, timeoutMs: null }, context);
};

const show: Command = async (args, { client, output }) => {
  const { positionals } = parseArgs({ args, allowPositionals: true });
  const { text } = await client.call('template.export', { name: one(positionals) });
  output.result(JSON.parse(text), text);
  return 0;
};

/** Named `remove` because `delete` is a word of the language. */
const remove: Command = async (args, { client, output }) => {
  const { positionals } = parseArgs({ args, allowPositionals: true });
  const name = one(positionals);
  await client.call('template.delete', { name });
  output.result({ name }, `The template ${name} is deleted; instances made from it stay.`);
  return 0;
};

const exportFile: Command = async (args, context) => {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { output: { type: 'string', short: 'o' } },
  });
  const { client, output } = context;
  const name = one(positionals);
  const { text, fileName } = await client.call('template.export', { name });
  const path = await writeOut(values.output ?? fileName, text, 0o644, context);
  output.result({ name, path }, path);
  return 0;
};

/** As much as a call may have; see template.import. */
const whatItIs = { what: 'template', mostBytes: 1024 * 1024 };

const importFile: Command = async (args, context) => {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { replace: { type: 'boolean' } },
  });
  const file = one(positionals);
  const path = resolve(context.directory, file);
  const text = await (file === '-' ? textOf(process.stdin) : readRegularText(path, whatItIs));
  return say(await context.client.call('template.import', { text, replace: values.replace ?? false }), context);
};

function one(positionals: readonly string[]): string {
  const [name, ...more] = positionals;
  if (name === undefined) throw new UsageError('which template? See: slipway template list');
  if (more.length > 0) throw new UsageError(`one template at a time, not also: ${more.join(' ')}`);
  return name;
}

function say(saved: Template, { output }: CommandContext): ExitCode {
  output.result(saved, templateLines([saved]));
  return 0;
}

function templateLines(templates: readonly Template[]): string {
  const rows = templates.map(({ name, about, guestKind, architecture, missing, problem }) => [
    name,
    guestKind === null ? '[damaged]' : `${guestKind}/${architecture}`,
    problem ?? (missing.length > 0 ? `not there: ${missing.join(', ')}` : about),
  ]);
  return alignColumns(rows)
    .map((line) => line.trimEnd())
    .join('\n');
}
