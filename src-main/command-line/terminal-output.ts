/** What the command line prints: text for people on stdout, or JSON only; everything said along the way on stderr. */
import type { Failure } from '../../src-shared/contract/errors.ts';
import type { InstanceView } from '../../src-shared/model/instance.ts';
import { statusWord } from '../../src-shared/model/instance.ts';
import type { PortStatus } from '../../src-shared/model/ports.ts';
import { alignColumns } from './display-width.ts';

export interface Output {
  readonly machine: boolean;
  /** The command's result. One of the two is printed. */
  result(json: unknown, text: string): void;
  /** Said along the way; never on stdout. */
  note(text: string): void;
  failure(failure: Failure): void;
}

export function createOutput(machine: boolean): Output {
  return {
    machine,
    result(json, text) {
      if (machine) process.stdout.write(`${JSON.stringify(json)}\n`);
      else if (text !== '') process.stdout.write(text.endsWith('\n') ? text : `${text}\n`);
    },
    note(text) {
      if (!machine) process.stderr.write(`${text}\n`);
    },
    failure(failure) {
      if (machine) process.stdout.write(`${JSON.stringify({ error: failure })}\n`);
      process.stderr.write(failureText(failure));
    },
  };
}

/** Sentence, cause, fix, raw text: in this order, each only where there is one. */
export function failureText(failure: Failure): string {
  const lines = [`slipway: ${failure.message}`];
  if (failure.cause !== undefined) lines.push(`  cause: ${failure.cause}`);
  if (failure.hint !== undefined) lines.push(`  fix:   ${failure.hint}`);
  if (failure.raw !== undefined && failure.raw.trim() !== '') {
    lines.push(
      ...failure.raw
        .trimEnd()
        .split('\n')
        .map((line) => `  | ${line}`),
    );
  }
  return `${lines.join('\n')}\n`;
}

/** An instance as the machine output shows it: flat, stable names. */
export function instanceJson(view: InstanceView) {
  return {
    id: view.id,
    name: view.name,
    state: statusWord(view.status),
    phase: view.status.phase,
    guest: view.guestKind,
    architecture: view.architecture,
    ready: view.status.ready,
    boot: view.status.boot,
    pid: view.status.pid,
    accelerator: view.status.acceleration?.accelerator ?? null,
    ports: view.ports.map(({ name, protocol, guest, host, bind, state }) => ({
      name,
      protocol,
      guest,
      host,
      bind,
      state,
    })),
    failure: view.status.failure,
  };
}

/** One line per instance: state, name, guest, ports. */
export function instanceLines(views: readonly InstanceView[]): string {
  return alignColumns(
    views.map((view) => [
      `[${statusWord(view.status)}]`,
      view.name,
      `${view.guestKind}/${view.architecture}`,
      view.ports
        .filter((port) => port.host !== null && port.state !== 'pending')
        .map(portText)
        .join(', '),
    ]),
  ).join('\n');
}

function portText({ name, bind, host, protocol, state }: PortStatus): string {
  return `${name} ${bind}:${host}${protocol === 'udp' ? '/udp' : ''}${state === 'failed' ? ' (failed)' : ''}`;
}

/** How an instance is named in a command: its name, unless a shell would take that apart. */
export function commandName({ id, name }: Pick<InstanceView, 'id' | 'name'>): string {
  return /^[\w.+@-]+$/.test(name) && !name.startsWith('-') ? name : id;
}

export function sizeText(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`;
}
