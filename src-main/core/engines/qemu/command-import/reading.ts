/** One import under way: the arguments that nobody has understood yet, and the machine as far as it is known. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Architecture } from '../../../../../src-shared/model/engine.ts';
import type { PortMapping } from '../../../../../src-shared/model/ports.ts';
import type { Disk, Spec } from '../../../../../src-shared/model/spec.ts';
import type { ImportedArgument } from '../../../../../src-shared/model/template.ts';
import { busOf, type MachineChoice } from '../../qemu-based/sections/machine.ts';
import { type MachineFacts, machineFacts } from './machine-facts.ts';
import type { MadeFile } from './shell/made-file.ts';
import type { CommandArgument } from './split-arguments.ts';

export type Fate = ImportedArgument['fate'];

export interface Outcome {
  readonly fate: Fate;
  readonly field: string | null;
  readonly note: string;
}

/** What the fields will say. Absent is what the schema gives. */
export interface ImportedMachine {
  name: string | null;
  architecture: Architecture;
  machine: string | null;
  cpu: string;
  memoryMiB: number | null;
  processors: number | null;
  acceleration: Spec['host']['acceleration'];
  display: string | null;
  entropy: boolean;
  serialPorts: number;
  networking: 'user' | 'none';
  networkDevice: string | null;
  ports: PortMapping[];
  kernel: string | null;
  initrd: string | null;
  append: string;
  bios: string | null;
  flash: { code: string; variables: string | null } | null;
  disks: Disk[];
  binary: string | null;
  debug: {
    gdb: { port: number | null } | null;
    startPaused: boolean;
    noReboot: boolean;
    noShutdown: boolean;
    log: string[];
  };
}

export class Reading {
  readonly arguments: readonly CommandArgument[];
  readonly directory: string;
  readonly home: string;
  readonly machine: ImportedMachine;
  readonly notes: string[];
  /** Words put into the extra arguments beside those that are kept as they are. */
  readonly extras: string[][] = [];
  /** Arguments that are whole although a variable in them has no value. */
  readonly forgiven = new Set<CommandArgument>();
  readonly #made: ReadonlyMap<string, MadeFile>;
  readonly #outcomes = new Map<CommandArgument, Outcome>();
  /** Kept in other words than the text's. */
  readonly keptAs = new Map<CommandArgument, readonly string[]>();

  constructor(
    list: readonly CommandArgument[],
    places: { directory: string; home: string },
    machine: ImportedMachine,
    notes: readonly string[],
    made: ReadonlyMap<string, MadeFile> = new Map(),
  ) {
    this.#made = made;
    this.arguments = list;
    this.directory = places.directory;
    this.home = places.home;
    this.machine = machine;
    this.notes = [...notes];
  }

  /** What is still unsettled of these options, in its order. */
  open(...options: string[]): CommandArgument[] {
    return this.arguments.filter((argument) => options.includes(argument.option) && !this.#outcomes.has(argument));
  }

  has(...options: string[]): boolean {
    return this.arguments.some(({ option }) => options.includes(option));
  }

  settle(argument: CommandArgument, fate: Fate, field: string | null, note: string): void {
    this.#outcomes.set(argument, { fate, field, note });
  }

  field(argument: CommandArgument, field: string, note = ''): void {
    this.settle(argument, 'field', field, note);
  }

  slipway(argument: CommandArgument, note: string): void {
    this.settle(argument, 'slipway', null, note);
  }

  /** Stands in the extra arguments: as it is, or as `words`. */
  keep(argument: CommandArgument, note: string, words: readonly string[] | null = null): void {
    if (words !== null) this.keptAs.set(argument, words);
    this.settle(argument, 'kept', null, note);
  }

  outcome(argument: CommandArgument): Outcome | null {
    return this.#outcomes.get(argument) ?? null;
  }

  note(text: string): void {
    if (!this.notes.includes(text)) this.notes.push(text);
  }

  /** What a file is made from, where the script makes it and it is not there already. */
  origin(text: string): MadeFile | null {
    const made = this.#made.get(text) ?? null;
    return made === null || existsSync(this.path(text)) ? null : made;
  }

  path(text: string): string {
    return resolve(this.directory, text);
  }

  get machineName(): string {
    const { architecture, machine } = this.machine;
    return machine?.split(',', 1)[0] ?? (architecture === 'x86_64' ? 'pc' : 'virt');
  }

  get facts(): MachineFacts {
    return machineFacts(this.machine.architecture, this.machineName);
  }

  get machineChoice(): MachineChoice {
    const name = this.machineName;
    return { machine: this.machine.machine ?? name, name, bus: this.bus, why: '' };
  }

  get bus() {
    return busOf(this.machine.architecture, this.machineName);
  }
}
