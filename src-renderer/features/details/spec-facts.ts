/** A Spec as label and value, in the order a person asks. Only what says something: defaults that are off stay away. */
import type { Disk, Spec } from '../../../src-shared/model/spec.ts';
import { factStrings as strings } from '../../strings/facts.ts';
import { type Fact, machine, words } from './facts.ts';
import { fuchsiaFacts, fuchsiaSized } from './fuchsia-facts.ts';

function diskFact(disk: Disk, index: number): Fact {
  const how = [disk.interface, disk.media === 'cdrom' ? strings.cdRom : disk.access, disk.format].join(', ');
  return machine(index === 0 ? strings.disk : strings.nthDisk(index + 1), `${disk.file} (${how})`);
}

function guestFacts({ guest }: Spec): Fact[] {
  const disks = guest.kind === 'demo' || guest.kind === 'fuchsia' ? [] : guest.disks.map(diskFact);
  const append = 'append' in guest && guest.append !== '' ? [machine(strings.kernelCommandLine, guest.append)] : [];
  switch (guest.kind) {
    case 'demo':
      return append;
    case 'linux':
      return [...append, ...disks];
    case 'kernel':
      return [
        machine(strings.kernel, guest.kernel),
        ...(guest.initrd === null ? [] : [machine(strings.initrd, guest.initrd)]),
        ...append,
        ...disks,
      ];
    case 'disk':
      return [...disks, words(strings.firmware, guest.firmware === 'uefi' ? strings.uefi : strings.bios)];
    case 'firmware':
      return [
        ...(guest.image.as === 'bios'
          ? [machine(strings.firmwareImage, guest.image.file)]
          : [
              machine(strings.firmwareCode, guest.image.code),
              ...(guest.image.variables === null ? [] : [machine(strings.firmwareVariables, guest.image.variables)]),
            ]),
        ...(guest.efiDirectory === null ? [] : [machine(strings.efiDirectory, guest.efiDirectory)]),
        ...disks,
      ];
    case 'fuchsia':
      return fuchsiaFacts(guest);
  }
}

function sizeFacts({ guest, device }: Spec): Fact[] {
  // The size of other Fuchsia guests is their device's; the Show tab tells it.
  if (guest.kind === 'fuchsia' && !fuchsiaSized(guest)) return [];
  const processors = strings.processors(device.processors);
  if (guest.kind === 'fuchsia')
    return [words(strings.cpu, processors), words(strings.memory, `${device.memoryMiB} MiB`)];
  return [
    words(strings.machine, device.machine ?? strings.chosen),
    words(strings.cpu, `${device.cpu ?? strings.chosen}, ${processors}`),
    words(strings.memory, `${device.memoryMiB} MiB`),
  ];
}

export function specFacts(spec: Spec): Fact[] {
  const { host, runtime } = spec;
  const { debug } = runtime;
  const debugging = [
    debug.gdb === null ? '' : strings.gdbStub(debug.gdb.port),
    debug.startPaused ? strings.startsPaused : '',
    debug.noReboot ? strings.noReboot : '',
    debug.noShutdown ? strings.noShutdown : '',
    debug.log.length > 0 ? `-d ${debug.log.join(',')}` : '',
  ].filter(Boolean);
  return [
    words(strings.guest, `${spec.guest.kind}, ${spec.architecture}`),
    ...guestFacts(spec),
    ...sizeFacts(spec),
    words(strings.acceleration, host.acceleration),
    words(strings.networking, strings.networks[host.networking]),
    ...(runtime.binary === null ? [] : [machine(strings.binary, runtime.binary)]),
    ...(debugging.length === 0 ? [] : [words(strings.debugging, debugging.join(', '))]),
    ...(runtime.extraArguments === '' ? [] : [machine(strings.extraArguments, runtime.extraArguments)]),
    words(strings.kept, strings.keptBoots(runtime.keepBoots, runtime.transcriptMiB)),
  ];
}
