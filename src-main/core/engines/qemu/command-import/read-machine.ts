/** The board, its accelerator, processors and memory. */
import { defaultMachine } from './machine-facts.ts';
import { propertyOf, readProperties, spellProperties } from './properties.ts';
import type { Reading } from './reading.ts';

export function readMachine(reading: Reading): void {
  readMachineOptions(reading);
  readAccelerators(reading);
  for (const argument of reading.open('cpu')) {
    if (argument.lacks.length > 0) continue;
    reading.machine.cpu = argument.value ?? reading.machine.cpu;
    reading.field(argument, 'device.cpu');
  }
  readMemory(reading);
  readProcessors(reading);
}

/** Several `-machine` are one: the last value of each property counts. */
function readMachineOptions(reading: Reading): void {
  const merged = new Map<string, string>();
  let name: string | null = null;
  const read = reading.open('machine', 'M').filter(({ lacks }) => lacks.length === 0);
  for (const argument of read) {
    const properties = readProperties(argument.value ?? '');
    name = properties.first ?? propertyOf(properties, 'type') ?? name;
    for (const [key, value] of properties.entries) if (key !== 'type') merged.set(key, value);
  }
  const accelerator = merged.get('accel');
  merged.delete('accel');
  if (accelerator !== undefined) setAcceleration(reading, accelerator.split(':'));
  const kvmBefore2012 = merged.get('enable-kvm');
  if (kvmBefore2012 !== undefined) merged.delete('enable-kvm');
  const { machine } = reading;
  if (name !== null || merged.size > 0) {
    const base = name ?? (machine.architecture === 'x86_64' ? 'pc' : 'virt');
    machine.machine = spellProperties(base, [...merged]);
  }
  for (const argument of read) {
    const onlyAccelerator = readProperties(argument.value ?? '').entries.every(([key]) => key === 'accel');
    const isAcceleration = onlyAccelerator && readProperties(argument.value ?? '').first === null;
    reading.field(
      argument,
      isAcceleration ? 'host.acceleration' : 'device.machine',
      accelerator !== undefined && !isAcceleration ? 'Its accelerator is in the field for acceleration.' : '',
    );
  }
  machine.machine ??= defaultMachine(machine.architecture);
  if (machine.machine === null)
    reading.note('The line names no machine, and QEMU refuses to start without one here; "virt" is taken.');
}

function readAccelerators(reading: Reading): void {
  const accelerators = reading.open('accel').filter(({ lacks }) => lacks.length === 0);
  const named = accelerators.map((argument) => {
    const properties = readProperties(argument.value ?? '');
    const { entries } = properties;
    return {
      argument,
      name: properties.first ?? propertyOf(properties, 'accel') ?? '',
      isPlain: entries.every(([key]) => key === 'accel'),
    };
  });
  const names = named.flatMap(({ name }) => name.split(':'));
  for (const argument of reading.open('enable-kvm')) {
    names.push('kvm');
    reading.field(argument, 'host.acceleration');
  }
  for (const argument of reading.open('no-kvm')) {
    names.push('tcg');
    reading.field(argument, 'host.acceleration');
  }
  if (names.length === 0) return;
  setAcceleration(reading, names);
  const isPlain = named.every((one) => one.isPlain);
  for (const { argument } of named) {
    if (isPlain) reading.field(argument, 'host.acceleration');
    else
      reading.keep(
        argument,
        'Its properties have no field. It takes the place of the accelerator that the field chooses.',
      );
  }
}

function setAcceleration(reading: Reading, names: readonly string[]): void {
  const known = [...new Set(names)];
  const [first] = known;
  if (known.length === 1 && (first === 'kvm' || first === 'tcg' || first === 'hvf')) {
    reading.machine.acceleration = first;
  } else {
    // `kvm:tcg`: the best there is, and that is what `auto` means.
    reading.machine.acceleration = 'auto';
    if (known.some((name) => !['kvm', 'tcg', 'hvf'].includes(name)))
      reading.note(`Of the accelerators ${known.join(', ')} Slipway knows kvm, hvf and tcg; it takes what works here.`);
  }
}

/** In MiB; null for what is no size. `unit`: of a number without a suffix. */
export function readMebibytes(text: string, unit = 'M'): number | null {
  const match = /^(\d+(?:\.\d+)?)\s*([BKMGTP]?)(?:i?B)?$/i.exec(text);
  if (match === null) return null;
  const power = { B: -2, K: -1, M: 0, G: 1, T: 2, P: 3 }[(match[2] || unit).toUpperCase()];
  return power === undefined ? null : Number(match[1]) * 1024 ** power;
}

function readMemory(reading: Reading): void {
  for (const argument of reading.open('m')) {
    const { first, entries } = readProperties(argument.value ?? '');
    const size = entries.findLast(([key]) => key === 'size')?.[1] ?? first;
    const mebibytes = size === null || size === undefined ? null : readMebibytes(size);
    const others = entries.filter(([key]) => key !== 'size');
    if (mebibytes !== null && Number.isInteger(mebibytes) && mebibytes >= 4) {
      reading.machine.memoryMiB = mebibytes;
      settleSplit(reading, argument, 'device.memoryMiB', others, 'The size is in the field for memory');
    } else if (size === null && others.length > 0) {
      reading.keep(argument, 'Has no field.');
    }
  }
}

function readProcessors(reading: Reading): void {
  for (const argument of reading.open('smp')) {
    const { first, entries } = readProperties(argument.value ?? '');
    const number = (key: string) => {
      const text = entries.findLast(([one]) => one === key)?.[1];
      return text === undefined ? null : Number(text);
    };
    const topology = ['drawers', 'books', 'sockets', 'dies', 'clusters', 'modules', 'cores', 'threads'];
    const given = first === null ? number('cpus') : Number(first);
    const product = topology.reduce((all, key) => all * (number(key) ?? 1), 1);
    const count = given ?? number('maxcpus') ?? product;
    if (!Number.isInteger(count) || count < 1) continue;
    reading.machine.processors = count;
    const others = entries.filter(([key]) => key !== 'cpus');
    settleSplit(reading, argument, 'device.processors', others, 'The number of processors is in their field');
  }
}

/** QEMU merges the values of several `-m`, `-smp` and `-name`, so that what a field cannot say stands alone. */
export function settleSplit(
  reading: Reading,
  argument: Parameters<Reading['keep']>[0],
  field: string,
  others: readonly (readonly [string, string])[],
  said: string,
): void {
  if (others.length === 0) {
    reading.field(argument, field);
    return;
  }
  const rest = spellProperties(null, others);
  reading.extras.push([argument.words[0] ?? '', rest]);
  reading.field(argument, field, `${said}; ${rest} has none and stands in the extra arguments.`);
}
