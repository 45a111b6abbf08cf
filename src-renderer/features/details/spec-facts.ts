/** A Spec as label and value, in the order a person asks. Only what says something: defaults that are off stay away. */
import type { Disk, Spec } from '../../../src-shared/model/spec.ts';
import { type Fact, machine, words } from './facts.ts';
import { fuchsiaFacts, fuchsiaSized } from './fuchsia-facts.ts';

function diskFact(disk: Disk, index: number): Fact {
  const how = [disk.interface, disk.media === 'cdrom' ? 'CD-ROM' : disk.access, disk.format].join(', ');
  return machine(index === 0 ? 'Disk' : `Disk ${index + 1}`, `${disk.file} (${how})`);
}

function guestFacts({ guest }: Spec): Fact[] {
  const disks = guest.kind === 'demo' || guest.kind === 'fuchsia' ? [] : guest.disks.map(diskFact);
  const append = 'append' in guest && guest.append !== '' ? [machine('Kernel command line', guest.append)] : [];
  switch (guest.kind) {
    case 'demo':
      return append;
    case 'linux':
      return [...append, ...disks];
    case 'kernel':
      return [
        machine('Kernel', guest.kernel),
        ...(guest.initrd === null ? [] : [machine('Initrd', guest.initrd)]),
        ...append,
        ...disks,
      ];
    case 'disk':
      return [...disks, words('Firmware', guest.firmware === 'uefi' ? 'UEFI' : 'BIOS')];
    case 'firmware':
      return [
        ...(guest.image.as === 'bios'
          ? [machine('Firmware image', guest.image.file)]
          : [
              machine('Firmware code', guest.image.code),
              ...(guest.image.variables === null ? [] : [machine('Firmware variables', guest.image.variables)]),
            ]),
        ...(guest.efiDirectory === null ? [] : [machine('EFI directory', guest.efiDirectory)]),
        ...disks,
      ];
    case 'fuchsia':
      return fuchsiaFacts(guest);
  }
}

const networks: Record<Spec['host']['networking'], string> = {
  user: 'user mode',
  none: 'none',
  tap: 'tap',
  auto: 'automatic: tap where one is ready, else user mode',
};

function sizeFacts({ guest, device }: Spec): Fact[] {
  // The size of other Fuchsia guests is their device's; the Show tab tells it.
  if (guest.kind === 'fuchsia' && !fuchsiaSized(guest)) return [];
  const processors = `${device.processors} ${device.processors === 1 ? 'processor' : 'processors'}`;
  if (guest.kind === 'fuchsia') return [words('CPU', processors), words('Memory', `${device.memoryMiB} MiB`)];
  return [
    words('Machine', device.machine ?? 'chosen by Slipway'),
    words('CPU', `${device.cpu ?? 'chosen by Slipway'}, ${processors}`),
    words('Memory', `${device.memoryMiB} MiB`),
  ];
}

export function specFacts(spec: Spec): Fact[] {
  const { host, runtime } = spec;
  const { debug } = runtime;
  const debugging = [
    debug.gdb === null ? '' : `gdb stub on ${debug.gdb.port ?? 'a free port'}`,
    debug.startPaused ? 'starts paused' : '',
    debug.noReboot ? 'no reboot' : '',
    debug.noShutdown ? 'no shutdown' : '',
    debug.log.length > 0 ? `-d ${debug.log.join(',')}` : '',
  ].filter(Boolean);
  return [
    words('Guest', `${spec.guest.kind}, ${spec.architecture}`),
    ...guestFacts(spec),
    ...sizeFacts(spec),
    words('Acceleration', host.acceleration),
    words('Networking', networks[host.networking]),
    ...(runtime.binary === null ? [] : [machine('QEMU binary', runtime.binary)]),
    ...(debugging.length === 0 ? [] : [words('Debugging', debugging.join(', '))]),
    ...(runtime.extraArguments === '' ? [] : [machine('Extra arguments', runtime.extraArguments)]),
    words('Kept', `${runtime.keepBoots} boots, up to ${runtime.transcriptMiB} MiB of serial output each`),
  ];
}
