/** list and show: what only looks. */
import { parseArgs } from 'node:util';
import type { InstanceDetails } from '../../../src-shared/model/instance.ts';
import { statusWord } from '../../../src-shared/model/instance.ts';
import type { Command } from '../context.ts';
import { engineState } from '../engine-state.ts';
import { idOrObvious } from '../named-instance.ts';
import { plainSections, sectionNames, sectionOf, sectionText } from '../show-sections.ts';
import { commandName, failureText, instanceJson, instanceLines, sizeText } from '../terminal-output.ts';
import { doorLines } from './port.ts';

export const list: Command = async (args, { client, output }) => {
  const { values } = parseArgs({ args, options: { 'only-running': { type: 'boolean' } } });
  const all = await client.call('instance.list', {});
  const views = values['only-running'] ? all.filter((view) => engineState(view) === 'running') : all;
  output.result(views.map(instanceJson), instanceLines(views));
  if (all.length === 0) output.note('There are no instances yet. The first one: slipway start --demo');
  else if (views.length === 0) output.note('Nothing runs.');
  for (const view of views.filter((one) => engineState(one) === 'error'))
    output.note(
      `${view.name} is in error. Why: slipway show ${commandName(view)}   ${
        view.status.processLives ? 'It runs; end it: slipway stop' : 'Clear it: slipway delete'
      } ${commandName(view)}`,
    );
  return 0;
};

/** ffx's sections where they are asked for, in its shapes; otherwise everything Slipway knows. */
export const show: Command = async (args, context) => {
  const { client, output } = context;
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      all: { type: 'boolean' },
      cmd: { type: 'boolean' },
      config: { type: 'boolean' },
      device: { type: 'boolean' },
      net: { type: 'boolean' },
      instance: { type: 'boolean' },
      raw: { type: 'boolean' },
    },
  });
  const asked = sectionNames.filter((name) => {
    const option = name.toLowerCase() as Lowercase<typeof name>;
    return values[option] || (values.all && name !== 'Raw');
  });
  const id = await idOrObvious(positionals, context);
  const details = await client.call('instance.show', { id });
  if (asked.length === 0) {
    output.result({ ...instanceJson(details.view), ...details }, describe(details));
    return 0;
  }
  const isFuchsia = details.view.guestKind === 'fuchsia';
  const sections = isFuchsia ? (await client.call('fuchsia.show', { id })).sections : plainSections(details);
  const shown = asked.map((name) => sectionOf(sections, name)).filter((section) => section !== null);
  output.result(
    shown.map(({ name, value }) => ({ [name]: value })),
    shown.map(sectionText).join('\n'),
  );
  return 0;
};

function describe(details: InstanceDetails): string {
  const { view, spec } = details;
  const { status } = view;
  const section = (title: string, lines: readonly string[]) =>
    lines.length === 0 ? '' : `\n${title}\n${lines.join('\n')}\n`;
  return [
    `${view.name}  [${statusWord(status)}]\n`,
    status.panic === null ? '' : `  panic         ${status.panic.line}\n`,
    status.resetLoop === null ? '' : `  resets        ${status.resetLoop} in a row, without getting anywhere\n`,
    `  id            ${view.id}\n  directory     ${details.directory}\n`,
    `  guest         ${view.guestKind}, ${view.architecture}, ${spec.device.memoryMiB} MiB, ${spec.device.processors} processor(s)\n`,
    status.acceleration === null
      ? ''
      : `  acceleration  ${status.acceleration.accelerator}: ${status.acceleration.reason}\n`,
    status.pid === null ? '' : `  process       ${status.pid}\n`,
    details.gdb === null ? '' : `  gdb           ${details.gdb.line}\n`,
    details.sshLine === null ? '' : `  ssh           ${details.sshLine}\n`,
    section(
      'Conditions',
      status.conditions.map(
        (c) =>
          `  ${c.name.padEnd(8)} ${c.state.padEnd(8)} ${c.text}${c.hint === null ? '' : `\n${' '.repeat(20)}${c.hint}`}`,
      ),
    ),
    section(
      'Ports',
      view.ports.map(
        (port) =>
          `  ${port.name.padEnd(10)} ${port.bind}:${port.host ?? '?'} -> ${port.guest}/${port.protocol}  ${port.state}`,
      ),
    ),
    section(
      'Other open ports of the emulator',
      doorLines(view.doors ?? []).map((line) => `  ${line}`),
    ),
    section(
      'Endpoints',
      details.endpoints.map((endpoint) => `  ${endpoint.name.padEnd(10)} ${endpoint.path}  (${endpoint.about})`),
    ),
    section(
      'Timeline',
      details.timeline.map(
        (step) => `  ${step.startMs.toFixed(0).padStart(7)} ms  ${step.name.padEnd(22)} ${step.result}  ${step.note}`,
      ),
    ),
    section('Command', details.command === null ? [] : [`  ${details.command.shellLine}`]),
    section(
      'Boots',
      details.boots.map(
        (boot) =>
          `  ${String(boot.number).padStart(4)}  ${boot.startedAt}  ${boot.outcome || 'running'}  serial ${sizeText(boot.serialBytes)}`,
      ),
    ),
    status.failure === null ? '' : `\n${failureText(status.failure)}`,
  ].join('');
}
