/**
 * What the host and the Spec add to a failure: who has the port, whose lock it is, what a name was meant to be, and the
 * fixes that follow. Looks, and changes nothing; never throws, because it is asked while something has failed already.
 */
import type { Failure, Fix } from '../../../src-shared/contract/errors.ts';
import type { Spec } from '../../../src-shared/model/spec.ts';
import type { EmulatorEngine } from '../engines/engine.ts';
import { thisHost } from '../engines/qemu/host-facts.ts';
import { portState } from '../network/free-port.ts';
import { describeOwner, findPortOwner, type InstanceOf, type PortOwner, shownOwner } from '../network/port-owner.ts';
import { nearestFreePort } from '../network/suggest-port.ts';
import { closestNames } from './facts/closest-names.ts';
import { findLockHolder } from './facts/lock-holder.ts';
import { whyNotOpened } from './facts/path-facts.ts';
import { diskOf, fieldOfPath, renamed } from './facts/spec-fields.ts';
import type { Subject } from './rules/rule.ts';

export interface CompletionContext {
  readonly spec: Spec;
  readonly engine: EmulatorEngine;
  readonly instanceOf: InstanceOf;
}

interface Facts {
  readonly cause?: string | undefined;
  readonly hint?: string | undefined;
  readonly field?: string | undefined;
  readonly fixes?: readonly Fix[];
}

const mostFixes = 4;

/** `subject`: what the engine's words are about; null: what the failure's own field says. */
export async function completeFailure(
  failure: Failure,
  subject: Subject | null,
  context: CompletionContext,
): Promise<Failure> {
  const about = subject ?? subjectOf(failure, context.spec);
  const found = about === null ? {} : await factsOf(about, failure, context).catch((): Facts => ({}));
  const field = failure.field === undefined ? found.field : failure.field;
  const fixes = [...(found.fixes ?? []), ...(failure.fixes ?? []), ...editFix(found.field ?? field)];
  const different = fixes.filter((fix, index) => fixes.findIndex(({ label }) => label === fix.label) === index);
  return {
    ...failure,
    cause: [...new Set([failure.cause, found.cause])].filter((text) => text !== undefined).join(' ') || undefined,
    hint: found.hint ?? failure.hint,
    field,
    ...(different.length === 0 ? {} : { fixes: different.slice(0, mostFixes) }),
  };
}

/** Findings of ours say by their field what they are about. */
function subjectOf({ code, field = '', message }: Failure, spec: Spec): Subject | null {
  const { device, host, runtime } = spec;
  if (code === 'port_busy') {
    const row = host.ports[Number(/^host\.ports\.(\d+)/.exec(field)?.[1] ?? -1)];
    const port = field === 'runtime.debug.gdb.port' ? runtime.debug.gdb?.port : row?.host;
    return typeof port === 'number' ? { about: 'port', address: row?.bind ?? '127.0.0.1', port } : null;
  }
  if (field === 'device.machine' && device.machine !== null && /\bno machine\b|no machine called/.test(message))
    return { about: 'name', of: 'machine', name: device.machine.split(',', 1)[0] ?? '' };
  if (field === 'device.cpu' && device.cpu !== null && /\bno CPU\b/.test(message))
    return { about: 'name', of: 'cpu', name: device.cpu.split(',', 1)[0] ?? '' };
  if (code === 'memory_insufficient' && field === 'device.memoryMiB') return { about: 'memory' };
  if (code === 'engine_unsuitable' && field === 'host.acceleration') return { about: 'accelerator' };
  if (/^guest\.disks\.\d+\.format$/.test(field)) return { about: 'format' };
  return null;
}

function factsOf(subject: Subject, failure: Failure, context: CompletionContext): Promise<Facts> {
  switch (subject.about) {
    case 'port':
      return portFacts(subject, failure, context);
    case 'lock':
      return lockFacts(subject, failure, context);
    case 'name':
      return nameFacts(subject, context);
    case 'file':
      return fileFacts(subject, context);
    case 'memory':
      return memoryFacts(context);
    case 'processors':
      return processorFacts(subject, context);
    case 'accelerator':
      return acceleratorFacts(context);
    case 'format':
    case 'damage':
      return imageFacts(subject, failure, context);
  }
}

type About<K extends Subject['about']> = Extract<Subject, { about: K }>;

async function portFacts(
  { address, port }: About<'port'>,
  failure: Failure,
  context: CompletionContext,
): Promise<Facts> {
  const { spec, instanceOf } = context;
  const on = address === '' || address === 'localhost' ? '127.0.0.1' : address;
  const row = spec.host.ports.findIndex(({ host }) => host === port);
  const protocol = spec.host.ports[row]?.protocol ?? 'tcp';
  const owner = await findPortOwner(protocol, on, port);
  const free = await nearestFreePort({ protocol, address: on, port }, portState);
  const fixes: Fix[] = [];
  if (spec.runtime.debug.gdb?.port === port) fixes.push(set('Use a socket', 'runtime.debug.gdb.port', null));
  else if (row >= 0 && free !== null) fixes.push(set(`Use port ${free}`, `host.ports.${row}.host`, free));
  else if (free !== null) {
    const changed = spec.runtime.extraArguments.replace(new RegExp(`(?<=[:=])${port}\\b`), String(free));
    if (changed !== spec.runtime.extraArguments) fixes.push(set(`Use port ${free}`, 'runtime.extraArguments', changed));
  }
  // A finding of ours has looked already.
  const known = failure.rule === undefined && failure.cause !== undefined;
  const cause = owner === null || known ? undefined : `${capital(describeOwner(owner, instanceOf))} has port ${port}.`;
  return { cause, fixes: [...fixes, ...stopFix(owner, context)] };
}

async function lockFacts({ path }: About<'lock'>, failure: Failure, context: CompletionContext): Promise<Facts> {
  const found = diskOf(context.spec, `${path} ${failure.raw ?? ''}`, undefined);
  const file = path.startsWith('/') ? path : (found?.disk.file ?? '');
  const holder = await findLockHolder(file);
  const field = found === null ? undefined : `guest.disks.${found.index}.access`;
  const copy =
    field === undefined || found?.disk.access === 'copy' ? [] : [set('Launch on a private copy', field, 'copy')];
  return {
    cause: holder === null ? undefined : `${capital(describeOwner(holder, context.instanceOf))} has it open.`,
    field,
    fixes: [...stopFix(holder, context), ...copy],
  };
}

async function nameFacts({ of, name: said }: About<'name'>, { spec, engine }: CompletionContext): Promise<Facts> {
  const settled = await engine.settle(spec);
  const capabilities = await engine.detect(settled);
  const candidates = {
    machine: capabilities.machines.map((machine) => machine.name),
    device: capabilities.devices,
    cpu: capabilities.cpus ?? [],
  }[of];
  // QEMU 6.0 to 9.0 does not say which machine it was.
  const asked = /(?:^|\s)-(?:machine|M)\s+(?:type=)?([^\s,]+)/.exec(spec.runtime.extraArguments)?.[1];
  const name = said !== '' ? said : (asked ?? spec.device.machine?.split(',', 1)[0] ?? '');
  const close = closestNames(name, candidates);
  const fixes = close.flatMap((candidate): Fix[] => {
    const changes = renamed(spec, name, candidate);
    return changes.length === 0 ? [] : [{ kind: 'set', label: `Use ${candidate}`, changes }];
  });
  if (close.length === 0) return {};
  return {
    hint: `Did you mean ${close.join(', ')}? \`${capabilities.binary} -${of} help\` lists them all.`,
    field: fixes[0]?.kind === 'set' ? fixes[0].changes[0]?.field : undefined,
    fixes: fixes.slice(0, 2),
  };
}

async function fileFacts({ path, use }: About<'file'>, { spec }: CompletionContext): Promise<Facts> {
  const field =
    fieldOfPath(spec, path) ?? (spec.runtime.extraArguments.includes(path) ? 'runtime.extraArguments' : undefined);
  return { cause: (await whyNotOpened(path, use)) ?? undefined, field };
}

async function memoryFacts({ spec }: CompletionContext): Promise<Facts> {
  const { totalMiB, availableMiB } = await thisHost();
  const asked = spec.device.memoryMiB;
  let less = 64;
  while (less * 2 <= availableMiB * 0.75 && less * 2 < asked) less *= 2;
  return {
    cause: `The guest is to have ${asked} MiB; ${availableMiB} of the host’s ${totalMiB} MiB are free.`,
    fixes: less < asked ? [set(`Give it ${less} MiB`, 'device.memoryMiB', less)] : [],
  };
}

async function processorFacts({ most }: About<'processors'>, { spec }: CompletionContext): Promise<Facts> {
  if (!(most >= 1) || spec.device.processors <= most) return {};
  return { fixes: [set(`Give it ${most} processors`, 'device.processors', most)] };
}

async function acceleratorFacts({ spec }: CompletionContext): Promise<Facts> {
  const emulated = [{ field: 'host.acceleration', value: 'tcg' }];
  // The host's own CPU is there with an accelerator alone; `max` is the most that is emulated.
  if (spec.device.cpu === 'host') emulated.push({ field: 'device.cpu', value: 'max' });
  const emulate: Fix[] =
    spec.host.acceleration === 'tcg' ? [] : [{ kind: 'set', label: 'Emulate it (TCG, slow)', changes: emulated }];
  return { fixes: [...emulate, { kind: 'open', label: 'Open the Doctor', page: 'doctor' }] };
}

async function imageFacts(
  { about }: About<'format' | 'damage'>,
  failure: Failure,
  { spec }: CompletionContext,
): Promise<Facts> {
  const found = diskOf(spec, failure.raw ?? '', failure.field);
  if (found === null) return {};
  const { index, disk } = found;
  if (about === 'damage') {
    const text = `qemu-img check ${shellWord(disk.file)}`;
    return {
      field: `guest.disks.${index}.file`,
      fixes: [{ kind: 'copy', label: 'Copy the command that checks it', text }],
    };
  }
  const field = `guest.disks.${index}.format`;
  return { field, fixes: disk.format === 'auto' ? [] : [set('Look at its format at launch', field, 'auto')] };
}

/** Only what this home itself runs can be stopped from here. */
function stopFix(owner: PortOwner | null, { spec, instanceOf }: CompletionContext): Fix[] {
  const instance = shownOwner(owner, instanceOf)?.instance ?? null;
  if (instance === null || instance.id === null || instance.id === spec.id) return [];
  return [{ kind: 'stop', label: `Stop "${instance.name}" and launch`, instance: instance.id }];
}

function editFix(field: string | undefined): Fix[] {
  return field === undefined ? [] : [{ kind: 'edit', label: 'Change it in the form', field }];
}

function set(label: string, field: string, value: string | number | null): Fix {
  return { kind: 'set', label, changes: [{ field, value }] };
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function shellWord(text: string): string {
  return /^[\w./:@%+-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
