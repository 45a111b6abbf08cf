/**
 * A QEMU command line, or a script that runs one, as the fields of an instance. Owns the order in which the arguments
 * are read and what they come to together. Must never run anything, and must never understand half of an argument: what
 * the fields cannot say exactly stays in the extra arguments as it was.
 */
import { basename } from 'node:path';
import { SlipwayError } from '../../../../../src-shared/contract/errors.ts';
import { limits } from '../../../../../src-shared/limits.ts';
import { type PlainSpec, specSchema } from '../../../../../src-shared/model/spec.ts';
import type { ImportedArgument } from '../../../../../src-shared/model/template.ts';
import type { HeavyJob } from '../../../kit/heavy-work.ts';
import { machinesOwnCpu } from '../../qemu-based/sections/machine.ts';
import { keepRest } from './keep-arguments.ts';
import { readProgram } from './read-architecture.ts';
import { readBoot } from './read-boot.ts';
import { readConsoles } from './read-consoles.ts';
import { readDisks } from './read-disks.ts';
import { readDisplay } from './read-display.ts';
import { readMachine } from './read-machine.ts';
import { readNetwork } from './read-network.ts';
import { readProcess } from './read-process.ts';
import { readCommandText } from './read-text.ts';
import { type ImportedMachine, Reading } from './reading.ts';
import type { ShellHost } from './shell/variables.ts';
import { splitArguments } from './split-arguments.ts';

export type ImportedRequest = Omit<PlainSpec, 'id' | 'version' | 'createdAt'>;

export interface ImportedCommand {
  readonly request: ImportedRequest;
  /** The program as the text has it. */
  readonly binary: string;
  readonly arguments: readonly ImportedArgument[];
  readonly notes: readonly string[];
  readonly unknownVariables: readonly string[];
}

export interface ImportInput {
  readonly text: string;
  readonly host: ShellHost;
  readonly variables: Readonly<Record<string, string>>;
}

/** For a thread of its own: a long script takes longer than others may wait. */
export const importJob: HeavyJob<ImportInput, ImportedCommand> = {
  name: 'import-command',
  run: (input) => importCommand(input),
};

/** @throws SlipwayError `invalid_input` where there is no QEMU command, or none that Slipway has an engine for. */
export function importCommand({ text, host, variables }: ImportInput): ImportedCommand {
  const { argv, directory, notes, unknowns, made } = readCommandText(text, host, variables);
  const [program = '', ...words] = argv;
  const isUnknown = unknowns.namesIn(program).length > 0;
  const facts = readProgram(
    unknowns.spell(program),
    (path) => new URL(path, `file://${directory}/`).pathname,
    isUnknown,
  );
  const list = splitArguments(words, unknowns);
  const reading = new Reading(
    list,
    { directory, home: host.home },
    emptyMachine(facts.architecture),
    [...notes, ...facts.notes],
    made,
  );
  const { machine } = reading;
  machine.binary = facts.binary;
  machine.cpu = facts.cpu ?? machinesOwnCpu;
  machine.acceleration = facts.acceleratedByName ? 'auto' : 'tcg';
  readMachine(reading);
  // The board of 1985 has a CPU of its own in either program.
  if (reading.machineName === 'isapc' && !reading.has('cpu')) machine.cpu = machinesOwnCpu;
  if (machine.acceleration === 'tcg' && !reading.has('accel', 'no-kvm', 'machine', 'M'))
    reading.note(
      'The command asks for no acceleration, and neither does the instance; "auto" would be faster where this computer can.',
    );
  readBoot(reading);
  readDisks(reading);
  readNetwork(reading);
  readDisplay(reading);
  readConsoles(reading);
  readProcess(reading);
  const extraArguments = keepRest(reading);
  const request = requestOf(reading, extraArguments);
  return {
    request,
    binary: unknowns.spell(program),
    arguments: list.map((argument) => ({
      args: [...argument.words],
      ...(reading.outcome(argument) ?? { fate: 'kept' as const, field: null, note: '' }),
    })),
    notes: reading.notes,
    unknownVariables: [
      ...new Set([
        ...unknowns.namesIn(program),
        ...list.flatMap((argument) => (reading.forgiven.has(argument) ? [] : argument.lacks)),
      ]),
    ],
  };
}

function emptyMachine(architecture: ImportedMachine['architecture']): ImportedMachine {
  return {
    name: null,
    architecture,
    machine: null,
    cpu: machinesOwnCpu,
    memoryMiB: null,
    processors: null,
    acceleration: 'tcg',
    display: null,
    entropy: false,
    serialPorts: 1,
    networking: 'none',
    networkDevice: null,
    ports: [],
    kernel: null,
    initrd: null,
    append: '',
    bios: null,
    flash: null,
    disks: [],
    binary: null,
    debug: { gdb: null, startPaused: false, noReboot: false, noShutdown: false, log: [] },
  };
}

const requestSchema = specSchema.omit({ id: true, version: true, createdAt: true });

function requestOf(reading: Reading, extraArguments: string): ImportedRequest {
  const { machine, facts } = reading;
  if (extraArguments.length > limits.extraArgumentsLength)
    throw new SlipwayError('invalid_input', 'The command has more arguments without a field than an instance keeps.', {
      cause: `${extraArguments.length} characters would stand in the extra arguments; the limit is ${limits.extraArgumentsLength}.`,
    });
  const parsed = requestSchema.safeParse({
    name: machine.name ?? nameOf(reading),
    architecture: machine.architecture,
    guest: guestOf(reading),
    device: {
      machine: machine.machine,
      cpu: machine.cpu,
      memoryMiB: machine.memoryMiB ?? facts.memoryMiB,
      processors: machine.processors ?? facts.processors,
      serialPorts: machine.serialPorts,
      display: machine.display,
      entropy: machine.entropy,
    },
    host: {
      acceleration: machine.acceleration,
      networking: machine.networking,
      networkDevice: machine.networkDevice,
      ports: machine.ports,
    },
    runtime: { binary: machine.binary, debug: machine.debug, extraArguments },
  });
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new SlipwayError('invalid_input', 'The command cannot be said in the fields of an instance.', {
      cause: issue === undefined ? undefined : `${issue.path.join('.')}: ${issue.message}`,
      field: issue?.path.join('.'),
    });
  }
  return parsed.data as ImportedRequest;
}

function guestOf(reading: Reading): unknown {
  const { kernel, initrd, append, flash, bios, disks } = reading.machine;
  if (kernel !== null) return { kind: 'kernel', kernel, initrd, append, disks };
  if (flash !== null) return { kind: 'firmware', image: { as: 'pflash', ...flash }, efiDirectory: null, disks };
  if (bios !== null) return { kind: 'firmware', image: { as: 'bios', file: bios }, efiDirectory: null, disks };
  if (disks.length === 0) reading.note(nothingToBoot(reading));
  return { kind: 'disk', disks, firmware: 'bios' };
}

function nothingToBoot(reading: Reading): string {
  const boots = reading.arguments.some(
    ({ option, value }) =>
      /^(drive|device|blockdev|fda|fdb|hd[a-d]|cdrom|pflash|sd|mtdblock|readconfig|bios)$/.test(option) &&
      !/^loader,addr/.test(value ?? ''),
  );
  return boots
    ? 'What it boots from stands in the extra arguments as the command has it.'
    : 'The command names nothing to boot from: the machine starts with its own firmware.';
}

/** After what it boots, as `slipway start` names things. */
function nameOf({ machine }: Reading): string {
  const file = machine.kernel ?? machine.disks[0]?.file ?? machine.flash?.code ?? machine.bios ?? '';
  const name = [...basename(file).replace(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu, ' ')].slice(0, 60).join('').trim();
  return name === '' ? 'imported' : name;
}
