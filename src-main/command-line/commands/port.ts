/** port add, remove, list, check: the mappings of an instance, also while it runs. */
import { parseArgs } from 'node:util';
import {
  type Door,
  isLoopback,
  type PortCheck,
  type PortOwner,
  type PortStatus,
} from '../../../src-shared/model/ports.ts';
import type { Command, CommandContext, ExitCode } from '../context.ts';
import { alignColumns } from '../display-width.ts';
import { idOrObvious } from '../named-instance.ts';
import { portMappingOf } from '../option-values.ts';
import { UsageError } from '../usage.ts';

type Part = (args: string[], context: CommandContext) => Promise<ExitCode>;

export const port: Command = (args, context) => {
  const [word = '', ...rest] = args;
  const part = Object.hasOwn(parts, word) ? parts[word] : undefined;
  if (part === undefined) throw new UsageError(`port takes ${Object.keys(parts).join(', ')}; not "${word}"`);
  return part(rest, context);
};

const list: Part = async (args, context) => {
  const { client, output } = context;
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { probe: { type: 'boolean', default: false } },
  });
  const id = await idOrObvious(positionals, context);
  const ports = values.probe
    ? await client.call('port.probe', { id, speak: true })
    : (await client.call('instance.show', { id })).view.ports;
  output.result(ports, portLines(ports));
  if (ports.length === 0) output.note(`No port of ${id} is mapped. The first one: slipway port add ${id} ssh:22`);
  return 0;
};

const add: Part = async (args, context) => {
  const { rest: text, names } = lastOf(args, 'which mapping? NAME:GUEST[:[ADDRESS:]HOST][/udp]');
  const mapping = portMappingOf(text, 'port add');
  const id = await idOrObvious(names, context);
  const status = await context.client.call('port.add', { id, mapping });
  context.output.result(status, portLines([status]));
  return 0;
};

const remove: Part = async (args, context) => {
  const { rest: name, names } = lastOf(args, 'which port? See: slipway port list');
  const id = await idOrObvious(names, context);
  const removed = await context.client.call('port.remove', { id, name });
  context.output.result(removed, `${name} is closed. Undo: slipway port add ${id} ${mappingText(removed)}`);
  return 0;
};

/** 1 where one of them cannot be had, so that a script can ask before it starts something. */
const check: Part = async (args, { client, output }) => {
  const { positionals } = parseArgs({ args, allowPositionals: true });
  if (positionals.length === 0) throw new UsageError('which mapping? NAME:GUEST[:[ADDRESS:]HOST][/udp]');
  const mappings = positionals.map((text) => portMappingOf(text, 'port check'));
  const checks = await client.call('port.check', { mappings });
  const rows = checks.map((found, index) => [mappings[index]?.name ?? '', checkWord(found), checkMore(found)]);
  output.result(
    checks.map((found, index) => ({ name: mappings[index]?.name, ...found })),
    alignColumns(rows).join('\n'),
  );
  return checks.every(({ failure }) => failure === null) ? 0 : 1;
};

const parts: Readonly<Record<string, Part>> = { list, add, remove, check };

/** `[INSTANCE] WHAT`: the instance may be left out where only one can be meant. */
function lastOf(args: string[], missing: string): { rest: string; names: string[] } {
  const { positionals } = parseArgs({ args, allowPositionals: true });
  const rest = positionals.at(-1);
  if (rest === undefined) throw new UsageError(missing);
  if (positionals.length > 2)
    throw new UsageError(`one port at a time, not also: ${positionals.slice(1, -1).join(' ')}`);
  return { rest, names: positionals.slice(0, -1) };
}

/** What QEMU listens on besides. */
export function doorLines(doors: readonly Door[]): string[] {
  return doors.map(({ what, name, protocol, address, port }) => {
    const about = what === 'forward' ? `forward to guest port ${name}` : `${what} ${name}`.trim();
    return `${about.padEnd(10)} ${address}:${port}/${protocol}  ${isLoopback({ bind: address }) ? 'loopback' : 'LAN'}`;
  });
}

export function portLines(ports: readonly PortStatus[]): string {
  return alignColumns(
    ports.map((status) => [
      status.name,
      `${status.guest}/${status.protocol}`,
      status.host === null ? '-' : `${status.bind}:${status.host}`,
      isLoopback(status) ? '' : 'LAN',
      stateWord(status),
    ]),
  ).join('\n');
}

function stateWord({ state, answer, owner, failure }: PortStatus): string {
  switch (state) {
    case 'pending':
      return 'at the next launch';
    case 'mapped':
      return 'mapped';
    case 'answering':
      return answer == null ? 'answers' : `answers: ${answer}`;
    case 'accepting':
      return 'accepts, silent';
    case 'refused':
      return 'nobody listens in the guest';
    case 'unanswered':
      return "the guest's network does not answer";
    case 'failed':
      return owner == null ? `failed: ${failure?.message ?? ''}` : `taken by ${ownerWord(owner)}`;
  }
}

function ownerWord({ pid, program, uid, instance }: PortOwner): string {
  if (pid === null) return `a process of another user (uid ${uid})`;
  const process = `${program ?? 'a process'}, pid ${pid}`;
  return instance === null ? process : `the guest "${instance.name}" (${process})`;
}

function checkWord({ state }: PortCheck): string {
  return state === 'chosen' ? 'free: one is chosen' : state;
}

function checkMore({ failure, suggestion }: PortCheck): string {
  return [failure?.message, suggestion === null ? null : `Port ${suggestion} is free.`].filter(Boolean).join(' ');
}

function mappingText({
  name,
  guest,
  host,
  bind,
  protocol,
}: Pick<PortStatus, 'name' | 'guest' | 'host' | 'bind' | 'protocol'>) {
  const address = isLoopback({ bind }) ? '' : `${bind}:`;
  const suffix = protocol === 'udp' ? '/udp' : '';
  return `${name}:${guest}${host === null && address === '' ? '' : `:${address}${host ?? 0}`}${suffix}`;
}
