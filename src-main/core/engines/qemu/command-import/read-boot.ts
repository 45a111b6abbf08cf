/** What the machine starts from: a kernel, firmware, flash. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { limits } from '../../../../../src-shared/limits.ts';
import { propertyOf, readBoolean, readProperties, spellProperties } from './properties.ts';
import type { Reading } from './reading.ts';
import type { CommandArgument } from './split-arguments.ts';

export function readBoot(reading: Reading): void {
  const kernel = reading.open('kernel').at(-1);
  if (kernel?.value != null) readKernel(reading, kernel, kernel.value);
  else readFlash(reading);
  readBios(reading);
}

function readKernel(reading: Reading, kernel: CommandArgument, file: string): void {
  const { machine } = reading;
  machine.kernel = reading.path(file);
  reading.field(kernel, 'guest.kernel', ofVariables(kernel));
  const initrd = reading.open('initrd').at(-1);
  if (initrd?.value != null) {
    const path = reading.path(initrd.value);
    // A Multiboot kernel takes several modules, each with arguments of its own.
    const isList = /[, ]/.test(initrd.value) && !existsSync(path);
    if (isList) {
      const modules = initrd.value.split(/,(?!,)/).map((module) => {
        const [name = '', ...words] = module.split(' ');
        return [reading.path(name), ...words].join(' ');
      });
      reading.keep(initrd, 'Several modules have no field. Their files are named by whole paths.', [
        '-initrd',
        modules.join(','),
      ]);
    } else {
      machine.initrd = path;
      reading.field(initrd, 'guest.initrd', ofVariables(initrd));
    }
  }
  const append = reading.open('append').at(-1);
  if (append?.value != null && append.value.length <= limits.kernelCommandLineBytes) {
    // To a kernel, as to a shell, what is not set is nothing.
    machine.append = append.lacks.reduce(
      (text, name) => text.replaceAll(name.startsWith('$') ? name : `$${name}`, ''),
      append.value,
    );
    reading.field(append, 'guest.append', ofVariables(append));
  }
}

export function ofVariables({ lacks }: CommandArgument): string {
  return lacks.length === 0
    ? ''
    : `Needs the value of ${[...new Set(lacks)].map((name) => name.replace(/^(?!\$)/, '$')).join(', ')}.`;
}

/** Where distributions put firmware that a line names without a directory. */
const firmwareDirectories = [
  ...['/usr/share/qemu', '/usr/share/seabios', '/usr/share/ovmf', '/usr/share/OVMF', '/usr/share/qemu-efi-aarch64'],
  ...['/usr/local/share/qemu', '/opt/homebrew/share/qemu', '/usr/lib/ipxe/qemu'],
];

function readBios(reading: Reading): void {
  const bios = reading.open('bios').at(-1);
  if (bios?.value == null) return;
  const { machine } = reading;
  const isRiscv = machine.architecture === 'riscv64';
  if (isRiscv && bios.value === 'default') {
    reading.slipway(bios, 'OpenSBI, as Slipway gives it to every RISC-V guest.');
    return;
  }
  if (isRiscv && bios.value === 'none') {
    reading.keep(bios, 'Without firmware: stands after the firmware that Slipway names, and the last one counts.');
    return;
  }
  const path = firmwarePath(reading, bios.value);
  if (machine.kernel === null && machine.flash === null) {
    machine.bios = path;
    reading.field(bios, 'guest.image.file', ofVariables(bios));
  } else {
    reading.keep(bios, 'Firmware beside a kernel has no field.', ['-bios', path]);
  }
}

/** QEMU looks beside itself for what is not where it runs. */
function firmwarePath(reading: Reading, file: string): string {
  const here = reading.path(file);
  if (file.includes('/') || existsSync(here)) return here;
  const given = reading.arguments.filter(({ option }) => option === 'L').map(({ value }) => reading.path(value ?? ''));
  const found = [...given, ...firmwareDirectories]
    .map((directory) => join(directory, file))
    .find((path) => existsSync(path));
  return found ?? here;
}

interface Flash {
  readonly argument: CommandArgument;
  readonly file: string;
  readonly readOnly: boolean;
  readonly unit: number | null;
}

/** A pair of flash images, or read-only code alone. Anything else stays as it is: the guest may write to it. */
function readFlash(reading: Reading): void {
  const byNode = flashNodes(reading);
  if (byNode !== null) return;
  const flashes: Flash[] = [];
  for (const argument of reading.open('drive', 'pflash')) {
    if (argument.option === 'pflash') {
      flashes.push({ argument, file: argument.value ?? '', readOnly: false, unit: null });
      continue;
    }
    const properties = readProperties(argument.value ?? '');
    if (propertyOf(properties, 'if') !== 'pflash') continue;
    const file = propertyOf(properties, 'file', 'file.filename') ?? properties.first;
    const known = [
      'if',
      'file',
      'file.filename',
      'format',
      'driver',
      'readonly',
      'read-only',
      'unit',
      'index',
      'id',
      'snapshot',
      'file.locking',
      'cache',
      'media',
    ];
    const format = propertyOf(properties, 'format', 'driver');
    const isPlain =
      properties.entries.every(([key]) => known.includes(key)) &&
      (format === null || format === 'raw' || format === 'qcow2');
    if (file === null || !isPlain) return;
    const unit = propertyOf(properties, 'unit', 'index');
    flashes.push({
      argument,
      file,
      readOnly: readBoolean(propertyOf(properties, 'readonly', 'read-only')) === true,
      unit: unit === null ? null : Number(unit),
    });
  }
  const ordered = [...flashes].sort((a, b) => (a.unit ?? 0) - (b.unit ?? 0));
  const [code, variables, ...more] = ordered;
  if (code === undefined || more.length > 0 || (variables === undefined && !code.readOnly)) {
    for (const { argument, file } of flashes) {
      const words = argument.option === 'pflash' ? ['-pflash', reading.path(file)] : null;
      if (words !== null) reading.keep(argument, 'A flash that the guest writes to, in place: it has no field.', words);
    }
    return;
  }
  takeFlash(reading, code, variables ?? null);
}

function takeFlash(reading: Reading, code: Flash, variables: Flash | null): void {
  reading.machine.flash = {
    code: reading.path(code.file),
    variables: variables === null ? null : variablesPath(reading, variables.file, [variables.argument]),
  };
  reading.field(
    code.argument,
    'guest.image.code',
    code.readOnly ? ofVariables(code.argument) : 'Opened read-only here.',
  );
  if (variables === null) return;
  const note = 'The instance gets a copy of its own; the file itself is not changed.';
  reading.field(variables.argument, 'guest.image.variables', note);
  reading.note(`The firmware's variables: ${note.charAt(0).toLowerCase()}${note.slice(1)}`);
}

/** A script that copies the template first does what Slipway does by itself. */
function variablesPath(reading: Reading, file: string, list: readonly CommandArgument[]): string {
  const origin = reading.origin(file);
  if (origin === null) return reading.path(file);
  for (const argument of list) reading.forgiven.add(argument);
  return reading.path(origin.from);
}

/** `-machine pflash0=NODE` with its `-blockdev`, as libvirt writes it. Null: the machine names none. */
function flashNodes(reading: Reading): true | null {
  const { machine } = reading;
  const properties = readProperties(machine.machine ?? '');
  const names = ['pflash0', 'pflash1'].map((key) => propertyOf(properties, key));
  if (names[0] === null || names[0] === undefined) return null;
  const nodes = reading
    .open('blockdev')
    .map((argument) => ({ argument, properties: readProperties(argument.value ?? '') }));
  const known = new Set([
    'node-name',
    'driver',
    'file',
    'file.driver',
    'filename',
    'file.filename',
    'read-only',
    'auto-read-only',
    'discard',
    'cache.direct',
    'cache.no-flush',
  ]);
  const fileOf = (name: string, used: CommandArgument[]): { file: string; readOnly: boolean } | null => {
    const node = nodes.find((one) => propertyOf(one.properties, 'node-name') === name);
    if (node === undefined || !node.properties.entries.every(([key]) => known.has(key))) return null;
    const driver = propertyOf(node.properties, 'driver') ?? node.properties.first;
    const readOnly = readBoolean(propertyOf(node.properties, 'read-only')) === true;
    used.push(node.argument);
    if (driver === 'file') {
      const file = propertyOf(node.properties, 'filename');
      return file === null ? null : { file, readOnly };
    }
    if (driver !== 'raw' && driver !== 'qcow2') return null;
    const inner = propertyOf(node.properties, 'file');
    if (inner !== null) {
      const below = fileOf(inner, used);
      return below === null ? null : { file: below.file, readOnly };
    }
    const file = propertyOf(node.properties, 'file.filename');
    return file === null ? null : { file, readOnly };
  };
  const usedByCode: CommandArgument[] = [];
  const usedByVariables: CommandArgument[] = [];
  const code = fileOf(names[0], usedByCode);
  const variables = names[1] == null ? null : fileOf(names[1], usedByVariables);
  if (code === null || (names[1] != null && variables === null) || (variables === null && !code.readOnly)) return true;
  machine.machine = spellProperties(
    properties.first,
    properties.entries.filter(([key]) => key !== 'pflash0' && key !== 'pflash1'),
  );
  machine.flash = {
    code: reading.path(code.file),
    variables: variables === null ? null : variablesPath(reading, variables.file, usedByVariables),
  };
  for (const argument of usedByCode) reading.field(argument, 'guest.image.code');
  for (const argument of usedByVariables)
    reading.field(
      argument,
      'guest.image.variables',
      'The instance gets a copy of its own; the file itself is not changed.',
    );
  return true;
}
