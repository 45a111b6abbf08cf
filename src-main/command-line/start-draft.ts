/** A draft with what the options of `slipway start` ask for. Files are asked for through `grant`; nothing is opened. */

import { SlipwayError } from '../../src-shared/contract/errors.ts';
import { maxSerialPorts } from '../../src-shared/model/console.ts';
import { architectures } from '../../src-shared/model/engine.ts';
import { type DraftInput, debugLogItems } from '../../src-shared/model/spec.ts';
import { defaultStartupMs, type FuchsiaGuestInput, reuseOf, withFuchsiaOptions } from './fuchsia-options.ts';
import { choiceOf, namedPortOf, portMappingOf, portNumberOf, secondsOf, wholeNumberOf } from './option-values.ts';
import type { GrantFile, Guest } from './start-guest.ts';
import type { StartOptions } from './start-options.ts';
import { UsageError } from './usage.ts';

interface DraftChange {
  /** The guest was made from these very options. */
  readonly isNew: boolean;
  readonly platform?: string;
}

/** `base` with what was asked for; what was not asked for stays as it is there. */
export async function withOptions(
  base: DraftInput,
  values: StartOptions,
  grant: GrantFile,
  { isNew, platform = process.platform }: DraftChange = { isNew: true },
): Promise<DraftInput> {
  const given = <T>(value: T | undefined, field: string) => (value === undefined ? {} : { [field]: value });
  const { guest } = base;
  const isFuchsia = guest.kind === 'fuchsia';
  if (guest.kind === 'fuchsia') refuseWhatTheDeviceSays(guest, values);
  const smp = isFuchsia || values.smp === undefined ? undefined : wholeNumberOf(values.smp, '--smp');
  const memory = values.memory === undefined ? undefined : wholeNumberOf(values.memory, '--memory');
  const serialPorts = serialPortsOf(values['serial-ports']);
  const pattern = values['ready-pattern'];
  if (pattern !== undefined) checkPattern(pattern);
  return {
    ...base,
    guest: await changedGuest(guest, values, grant, isNew),
    ...given(values.arch && choiceOf(values.arch, architectures, '--arch'), 'architecture'),
    device: {
      ...base.device,
      ...given(values['qemu-machine'], 'machine'),
      ...given(values.cpu, 'cpu'),
      ...given(memory, 'memoryMiB'),
      ...given(smp, 'processors'),
      ...given(serialPorts, 'serialPorts'),
    },
    host: {
      ...base.host,
      ...given(values.accel && accelerationOf(values.accel, platform), 'acceleration'),
      ...networkOf(base, values),
    },
    runtime: {
      ...base.runtime,
      ...given(values.qemu === undefined ? undefined : await grant(values.qemu), 'binary'),
      debug: { ...base.runtime?.debug, ...debugOf(values, isFuchsia) },
      ...given(values.extra, 'extraArguments'),
      ...(pattern === undefined ? {} : { readiness: [{ kind: 'serial' as const, pattern }] }),
      ...(isFuchsia ? readinessOf(values, isNew) : {}),
      staging: values.restage ? 'restage' : 'reuse',
    },
  };
}

function serialPortsOf(text: string | undefined): number | undefined {
  const ports = text === undefined ? undefined : wholeNumberOf(text, '--serial-ports');
  if (ports !== undefined && (ports < 1 || ports > maxSerialPorts))
    throw new UsageError(`--serial-ports takes 1 to ${maxSerialPorts}`);
  return ports;
}

/** What its virtual device or its flag template decides would be ignored, and is refused instead. */
function refuseWhatTheDeviceSays(guest: FuchsiaGuestInput, values: StartOptions): void {
  for (const option of ['cpu', 'qemu-machine', 'serial-ports'] as const)
    if (values[option] !== undefined) throw new UsageError(`--${option} is not for a fuchsia guest`);
  if (guest.source.from !== 'bundle' && guest.virtualDevice == null) return;
  for (const option of ['arch', 'memory'] as const)
    if (values[option] !== undefined)
      throw new UsageError(`--${option} is what the virtual device says; another one: --device NAME|PATH`);
}

/** How long we wait is also when a silent guest begins to look wrong in the window. */
function readinessOf(values: StartOptions, isNew: boolean) {
  const text = values['startup-timeout'] ?? values.timeout;
  const asked = text === undefined ? 0 : secondsOf(text, '--startup-timeout');
  if (asked >= 1000) return { readinessMs: Math.min(Math.round(asked), maxReadinessMs) };
  return isNew && text === undefined ? { readinessMs: defaultStartupMs } : {};
}

/** The contract's. */
const maxReadinessMs = 24 * 3600_000;

async function changedGuest(guest: Guest, values: StartOptions, grant: GrantFile, isNew: boolean): Promise<Guest> {
  if (guest.kind === 'fuchsia') {
    const changed = isNew ? guest : await withFuchsiaOptions(guest, values, grant);
    return { ...changed, reuse: reuseOf(values, isNew) };
  }
  const kernelArguments = values['kernel-args'];
  if (values.append === undefined && kernelArguments === undefined) return guest;
  if (guest.kind === 'disk' || guest.kind === 'firmware')
    throw new UsageError(
      `--${values.append === undefined ? 'kernel-args' : 'append'} is not for a ${guest.kind} guest`,
    );
  const texts = [values.append, ...(kernelArguments ?? [])].filter((text) => text !== undefined);
  return { ...guest, append: texts.join(' ') };
}

function debugOf(values: StartOptions, isFuchsia: boolean) {
  const gdbPort = values['gdb-port'];
  const port = gdbPort === undefined ? null : portNumberOf(gdbPort, '--gdb-port');
  // How a Fuchsia engine waits for a debugger is its own; any other guest waits at its first instruction.
  const waits = values.debugger && !isFuchsia;
  const items = values['debug-log']?.map((item) => choiceOf(item, debugLogItems, '--debug-log'));
  return {
    ...(values.gdb || port !== null || waits ? { gdb: { port } } : {}),
    ...(values.paused || waits ? { startPaused: true } : {}),
    ...(values['no-reboot'] ? { noReboot: true } : {}),
    ...(values['no-shutdown'] ? { noShutdown: true } : {}),
    ...(items === undefined ? {} : { log: items }),
  };
}

/** QEMU's names, and ffx's two: `hyper` is whatever this host has, `none` is TCG. */
function accelerationOf(text: string, platform: string) {
  const choice = choiceOf(text, ['auto', 'kvm', 'hvf', 'tcg', 'hyper', 'none'] as const, '--accel');
  if (choice === 'hyper') return platform === 'darwin' ? 'hvf' : 'kvm';
  return choice === 'none' ? 'tcg' : choice;
}

type Host = NonNullable<DraftInput['host']>;
type Port = NonNullable<Host['ports']>[number];

function networkOf(base: DraftInput, values: StartOptions): Pick<Host, 'networking' | 'ports'> {
  const { kind } = base.guest;
  const chosen = values.net === undefined ? undefined : choiceOf(values.net, networkings, '--net');
  if (chosen !== undefined && kind !== 'fuchsia' && (chosen === 'tap' || chosen === 'auto'))
    throw new UsageError(`--net ${chosen} is not for a ${kind} guest; user and none are`);
  const asked = values['no-network'] ? 'none' : chosen;
  // A port that is asked for has to be reachable.
  const before = base.host?.networking;
  const forPorts = kind !== 'fuchsia' || before === 'none' || before === 'tap' ? ('user' as const) : before;
  const networking = asked ?? (asksForPorts(values) ? forPorts : undefined);
  if (networking === 'none' || networking === 'tap') return { networking, ports: [] };
  if (networking === undefined && !asksForPorts(values)) return {};
  return {
    ...(networking === undefined ? {} : { networking }),
    ...(asksForPorts(values) ? { ports: portsOf(base, values) } : {}),
  };
}

const networkings = ['auto', 'tap', 'user', 'none'] as const;

export function asksForPorts(values: StartOptions): boolean {
  return [values.port, values['port-map'], values['additional-port-forwards']].some((given) => given !== undefined);
}

function portsOf({ guest, host }: DraftInput, values: StartOptions): Port[] {
  const before = host?.ports ?? [];
  let ports = before;
  if (values.port !== undefined) {
    const named = values.port.map((text) => portMappingOf(text));
    ports = named;
    // A Linux guest keeps its ssh port among others, and Fuchsia its device's, unless they are given anew.
    const kept = guest.kind === 'fuchsia' ? before : guest.kind === 'linux' ? before.filter(isSsh) : [];
    ports = [...named, ...kept.filter(({ name }) => named.every((port) => port.name !== name))];
  }
  for (const text of values['additional-port-forwards'] ?? []) {
    const { name, port } = namedPortOf(text, '--additional-port-forwards', 1);
    ports = [...ports.filter((there) => there.name !== name), { name, protocol: 'tcp', guest: port, host: null }];
  }
  for (const text of values['port-map'] ?? []) {
    const { name, port } = namedPortOf(text, '--port-map', 0);
    if (!ports.some((there) => there.name === name)) throw unknownPort(name, ports);
    ports = ports.map((there) => (there.name === name ? { ...there, host: port === 0 ? null : port } : there));
  }
  return ports;
}

const isSsh = ({ name }: Port) => name === 'ssh';

function unknownPort(name: string, ports: readonly Port[]): SlipwayError {
  const names = ports.map((port) => port.name).join(', ');
  return new SlipwayError('invalid_input', `There is no port called ${name} to map.`, {
    hint:
      names === ''
        ? `Say which port of the guest it is: --additional-port-forwards ${name}:GUESTPORT`
        : `There is: ${names}. Another one: --additional-port-forwards ${name}:GUESTPORT`,
    field: 'host.ports',
  });
}

function checkPattern(pattern: string): void {
  try {
    new RegExp(pattern);
  } catch (error) {
    throw new UsageError(`--ready-pattern: ${error instanceof Error ? error.message : error}`);
  }
}
