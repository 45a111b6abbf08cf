/** list, show, logs: what only looks. */
import { parseArgs } from 'node:util';
import type { InstanceDetails } from '../../../src-shared/model/instance.ts';
import { statusWord } from '../../../src-shared/model/instance.ts';
import type { Command, CommandContext } from '../context.ts';
import { failureText, instanceJson, instanceLine, sizeText } from '../terminal-output.ts';
import { idOf } from './power.ts';

export const list: Command = async (args, { client, output }) => {
  const { values } = parseArgs({ args, options: { 'only-running': { type: 'boolean' } } });
  const all = await client.call('instance.list', {});
  const views = values['only-running'] ? all.filter((view) => view.status.phase === 'running') : all;
  output.result(views.map(instanceJson), views.map(instanceLine).join('\n'));
  return 0;
};

export const show: Command = async (args, context) => {
  const id = await idOf(parseArgs({ args, allowPositionals: true }).positionals, context);
  const details = await context.client.call('instance.show', { id });
  context.output.result({ ...instanceJson(details.view), ...details }, describe(details));
  return 0;
};

function describe(details: InstanceDetails): string {
  const { view, spec } = details;
  const { status } = view;
  const section = (title: string, lines: readonly string[]) =>
    lines.length === 0 ? '' : `\n${title}\n${lines.join('\n')}\n`;
  return [
    `${view.name}  [${statusWord(status)}]\n`,
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

const chunkBytes = 512 * 1024;
/** How often a followed log is asked for more. */
const followMs = 200;

export const logs: Command = async (args, context) => {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { engine: { type: 'boolean' }, boot: { type: 'string' }, follow: { type: 'boolean', short: 'f' } },
  });
  const id = await idOf(positionals, context);
  const file = values.engine ? ('engine' as const) : ('serial' as const);
  const boot = values.boot === undefined ? null : Number(values.boot);
  if (context.output.machine) {
    const text = await readAll(context, id, boot, file);
    context.output.result({ id, file, bytes: text.length, text: text.toString('utf8') }, '');
    return 0;
  }
  let offset = 0;
  for (;;) {
    const part = await context.client.call('instance.log', { id, boot, file, offset, length: chunkBytes });
    const bytes = Buffer.from(part.base64, 'base64');
    offset = part.offset + bytes.length;
    if (bytes.length > 0) await write(bytes);
    if (offset < part.size) continue;
    if (!values.follow || context.signal.aborted) return 0;
    const { view } = await context.client.call('instance.show', { id });
    if (!view.status.processLives && offset >= part.size && bytes.length === 0) return 0;
    await new Promise((resolve) => setTimeout(resolve, followMs));
  }
};

async function readAll({ client }: CommandContext, id: string, boot: number | null, file: 'serial' | 'engine') {
  const chunks: Buffer[] = [];
  for (let offset = 0; ; ) {
    const part = await client.call('instance.log', { id, boot, file, offset, length: chunkBytes });
    const bytes = Buffer.from(part.base64, 'base64');
    chunks.push(bytes);
    offset = part.offset + bytes.length;
    if (bytes.length === 0 || offset >= part.size) return Buffer.concat(chunks);
  }
}

function write(bytes: Uint8Array): Promise<void> {
  return new Promise((resolve) => {
    if (process.stdout.write(bytes)) resolve();
    else process.stdout.once('drain', resolve);
  });
}
