/** What the machine cannot have. Pure. */
import type { Finding } from '../../../../src-shared/model/instance.ts';
import type { PlainSpec } from '../../../../src-shared/model/spec.ts';
import type { EngineCapabilities } from '../engine.ts';
import { attachmentOf } from '../qemu-based/sections/disks.ts';
import { chooseMachine, isQ35, machinesOwnCpu } from '../qemu-based/sections/machine.ts';
import { mostSerialPorts, plannedLines } from '../qemu-based/sections/serial-ports.ts';
import { errorFinding, noteFinding, warningFinding } from './findings.ts';

export function deviceFindings(spec: PlainSpec, capabilities: EngineCapabilities): Finding[] {
  const machine = chooseMachine(spec);
  return [
    ...machineFindings(spec, capabilities, machine.name),
    ...cpuFindings(spec, capabilities),
    ...diskFindings(spec, machine),
    ...serialFindings(spec, capabilities, machine),
  ];
}

function machineFindings(spec: PlainSpec, capabilities: EngineCapabilities, name: string): Finding[] {
  const names = capabilities.machines.map((machine) => machine.name);
  // `-machine type=q35` and `help` are for people who know what they do.
  if (names.includes(name) || name.includes('=') || names.length === 0) return [];
  const whose = spec.device.machine === null ? 'the default machine' : 'a machine';
  return [
    errorFinding('invalid_input', `QEMU ${capabilities.version} has no machine called "${name}".`, {
      cause: `${capabilities.binary} does not list it, and it was to be ${whose}.`,
      hint: `${closeNames(name, names)} All of them: ${capabilities.binary} -machine help`,
      field: 'device.machine',
    }),
  ];
}

/** A warning only: models come with modules and accelerators that the list does not always know. */
function cpuFindings(spec: PlainSpec, { cpus, binary, version }: EngineCapabilities): Finding[] {
  const name = spec.device.cpu?.split(',', 1)[0] ?? null;
  if (
    name === null ||
    cpus === undefined ||
    cpus.length === 0 ||
    name === 'host' ||
    name === machinesOwnCpu ||
    cpus.includes(name)
  )
    return [];
  return [
    warningFinding('invalid_input', `QEMU ${version} lists no CPU called "${name}".`, {
      hint: `${closeNames(name, cpus)} All of them: ${binary} -cpu help`,
      field: 'device.cpu',
    }),
  ];
}

function diskFindings(spec: PlainSpec, machine: ReturnType<typeof chooseMachine>): Finding[] {
  const disks = spec.guest.kind === 'demo' ? [] : spec.guest.disks;
  const findings: Finding[] = [];
  let ideCount = 0;
  for (const [index, disk] of disks.entries()) {
    const field = `guest.disks.${index}`;
    const attachment = attachmentOf(disk, spec.architecture, machine);
    const isIde = attachment === 'ide' || attachment === 'ahci';
    if (isIde) ideCount++;
    if (isIde && disk.media === 'disk' && disk.access === 'read-only') {
      findings.push(
        errorFinding('invalid_input', 'An IDE disk cannot be read-only.', {
          cause: 'The ATA protocol has no such disk, and QEMU refuses one.',
          hint: 'Use an overlay, or attach it as virtio, SCSI, NVMe or USB.',
          field: `${field}.access`,
        }),
      );
    }
    if (disk.media === 'cdrom' && disk.interface === 'nvme') {
      findings.push(
        noteFinding('invalid_input', 'There is no NVMe CD-ROM.', {
          cause: `It is attached by ${isIde ? 'IDE' : 'SCSI'} instead.`,
          field: `${field}.interface`,
        }),
      );
    }
    if (attachment === 'board' && index > 0) {
      findings.push(
        warningFinding('invalid_input', `The machine ${machine.name} may have no slot for another disk.`, {
          cause: 'It has no PCI and no virtio: disks go where its maker put a connector.',
          hint: 'Give the disk in the extra arguments as this board wants it.',
          field,
        }),
      );
    }
  }
  // Two channels of two on a pc; six AHCI ports of one each on q35 and on the controller that boards without IDE get.
  const places = spec.architecture === 'x86_64' && !isQ35(machine.name) ? 4 : 6;
  if (machine.bus === 'pci' && ideCount > places) {
    findings.push(
      errorFinding(
        'invalid_input',
        `The machine has ${places} places for IDE disks and CD-ROMs, and ${ideCount} are asked for.`,
        {
          hint: 'Attach the rest as virtio, SCSI, NVMe or USB.',
          field: 'guest.disks',
        },
      ),
    );
  }
  return findings;
}

function serialFindings(
  spec: PlainSpec,
  { devices, version }: EngineCapabilities,
  machine: ReturnType<typeof chooseMachine>,
): Finding[] {
  const field = 'device.serialPorts';
  const { serialPorts } = spec.device;
  const most = mostSerialPorts(spec.architecture, machine);
  if (most !== null && serialPorts > most) {
    return [
      errorFinding(
        'invalid_input',
        `The machine ${machine.name} has only ${most === 1 ? 'one serial line' : `${most} serial lines`}.`,
        {
          cause: 'It has no PCI for cards with more of them, and QEMU would leave the rest unconnected.',
          hint: `Ask for ${most}, or choose a machine with PCI.`,
          field,
        },
      ),
    ];
  }
  if (most === null && serialPorts > 1) {
    return [
      warningFinding('invalid_input', `The machine ${machine.name} may have fewer than ${serialPorts} serial lines.`, {
        cause: 'QEMU does not say how many a board has, and leaves unconnected what it has no place for.',
        hint: 'A line that stays silent is one that the board does not have.',
        field,
      }),
    ];
  }
  const needsCards = plannedLines(spec, machine).some(({ on }) => on === 'card');
  if (!needsCards || devices.length === 0 || devices.includes('pci-serial')) return [];
  return [
    errorFinding('engine_unsuitable', `QEMU ${version} has no card with a serial line.`, {
      cause: 'The board has too few lines of its own, and the device pci-serial was left out of this QEMU.',
      hint: 'Ask for fewer serial lines, or use a QEMU with pci-serial.',
      field,
    }),
  ];
}

/** Up to four names that are spelled much like this one, or contain it. */
export function closeNames(name: string, candidates: readonly string[]): string {
  const close = candidates
    .map((candidate) => ({ candidate, distance: candidate.includes(name) ? 0 : editDistance(name, candidate) }))
    .filter(({ distance }) => distance <= Math.max(2, Math.floor(name.length / 3)))
    .sort((a, b) => a.distance - b.distance)
    .slice(0, 4)
    .map(({ candidate }) => candidate);
  return close.length === 0 ? 'None has a similar name.' : `Did you mean ${close.join(', ')}?`;
}

/** Levenshtein distance. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const swap = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(swap, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
