/**
 * What the command line prints: text for people on stdout, or JSON only; everything said along the way on stderr. All of it
 * comes through here (a test looks), because most of it is not ours: names, notes, logs, errors, scripts. A terminal gets
 * it made visible; a file or a pipe gets the bytes.
 */
import type { Failure } from '../../src-shared/contract/errors.ts';
import type { InstanceView } from '../../src-shared/model/instance.ts';
import { statusWord } from '../../src-shared/model/instance.ts';
import type { PortStatus } from '../../src-shared/model/ports.ts';
import { alignColumns, displayWidth } from './display-width.ts';
import { engineState } from './engine-state.ts';
import { VisibleStream, visible, visibleJson } from './visible-text.ts';

export interface Output {
  readonly machine: boolean;
  /** What `note` was given so far. */
  readonly notes: readonly string[];
  /** The command's result. One of the two is printed. */
  result(json: unknown, text: string): void;
  /** Said along the way; never on stdout. For a machine it is kept for the result. */
  note(text: string): void;
  /** The same without a line of its own, and for nobody but a person who waits. */
  progress(text: string): void;
  /** A part of a file, on stdout. Resolves when the terminal or the pipe took it. `raw`: a terminal gets it as it is. */
  bytes(bytes: Uint8Array, raw?: boolean): Promise<void>;
  /** The file is over. */
  endOfBytes(raw?: boolean): void;
  failure(failure: Failure): void;
  misuse(message: string, hint: string): void;
}

interface Stream {
  /** Whether a person's terminal is behind it. */
  readonly isTTY?: boolean;
  write(text: string | Uint8Array): unknown;
  once?(event: 'drain', listener: () => void): unknown;
}

export interface Streams {
  readonly stdout: Stream;
  readonly stderr: Stream;
}

function tell(stream: Stream, text: string): boolean {
  return stream.write(stream.isTTY ? visible(text) : text) !== false;
}

export function createOutput(machine: boolean, streams: Streams = process): Output {
  const notes: string[] = [];
  const stdout = { write: (text: string) => tell(streams.stdout, text) };
  const stderr = { write: (text: string) => tell(streams.stderr, text) };
  const document = (json: unknown) => {
    const text = `${JSON.stringify(json)}\n`;
    stdout.write(streams.stdout.isTTY ? visibleJson(text.slice(0, -1)).concat('\n') : text);
  };
  const shown = new VisibleStream();
  return {
    machine,
    notes,
    result(json, text) {
      if (machine) document(json);
      else if (text !== '') stdout.write(text.endsWith('\n') ? text : `${text}\n`);
    },
    note(text) {
      notes.push(text);
      if (!machine) stderr.write(`${text}\n`);
    },
    progress(text) {
      if (!machine) stderr.write(text);
    },
    bytes(bytes, raw = false) {
      const { stdout: stream } = streams;
      const taken = stream.write(stream.isTTY && !raw ? shown.push(bytes) : bytes) !== false;
      return taken ? Promise.resolve() : new Promise((resolve) => stream.once?.('drain', resolve));
    },
    endOfBytes(raw = false) {
      if (streams.stdout.isTTY && !raw) streams.stdout.write(shown.end());
    },
    failure(failure) {
      if (machine) document(failureJson(failure));
      stderr.write(failureText(failure));
    },
    misuse(message, hint) {
      if (machine) document(failureJson({ code: 'invalid_input', message }));
      stderr.write(`slipway: ${message}\n${hint}`);
    },
  };
}

/** ffx's three-way status beside our own: whoever reads one need not know the other. */
export function failureJson(failure: Failure) {
  const { message } = failure;
  return {
    error: failure,
    ...(failure.code === 'internal' ? { unexpected_error: { message } } : { user_error: { message } }),
  };
}

/** The `ok` of the same status: everything a person would have been told. */
export function doneJson(output: Output) {
  return { ok: { messages: [...output.notes] } };
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
    engine_state: engineState(view),
    phase: view.status.phase,
    guest: view.guestKind,
    origin: view.origin,
    group: view.group,
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
    panic: view.status.panic?.line ?? null,
    reset_loop: view.status.resetLoop,
    failure: view.status.failure,
  };
}

/** ffx's width of `[state] `, so that what cuts its lines cuts ours. */
const stateColumns = 16;
/** What `alignColumns` puts behind every cell. */
const gapColumns = 2;

/** One line per instance: state, name, guest, ports. */
export function instanceLines(views: readonly InstanceView[]): string {
  return alignColumns(
    views.map((view) => [
      padded(`[${statusWord(view.status)}]`, stateColumns - gapColumns),
      view.name,
      `${view.guestKind}/${view.architecture}`,
      [...mappedPorts(view), ...deathText(view)].join(', '),
    ]),
  ).join('\n');
}

function mappedPorts({ ports }: InstanceView): string[] {
  return ports.filter((port) => port.host !== null && port.state !== 'pending').map(portText);
}

/** What it died of is worth more than anything else on its line. */
function deathText({ status }: InstanceView): string[] {
  const resets = status.resetLoop === null ? [] : [`${status.resetLoop} resets in a row`];
  return [...resets, ...(status.panic === null ? [] : [status.panic.line])];
}

function padded(text: string, columns: number): string {
  return text + ' '.repeat(Math.max(0, columns - displayWidth(text)));
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
