/**
 * Disks, CD-ROMs and the EFI directory. Files are opened with `-blockdev driver=FORMAT,file.driver=file`: QEMU guesses
 * neither a format nor a protocol, so `a:b,c.img` is a file like any other.
 */
import { assertNever } from '../../../../../src-shared/contract/errors.ts';
import type { Architecture } from '../../../../../src-shared/model/engine.ts';
import type { PlannedArgument } from '../../../../../src-shared/model/instance.ts';
import type { StagedDisk } from '../../../staging/staged-images.ts';
import type { PlanInput } from '../../engine.ts';
import { option } from '../option.ts';
import { isQ35, type MachineChoice, virtioDevice } from './machine.ts';
import { diskNode, objectIds, row, slipwayField } from './row.ts';

/** How a disk is attached, once what the board and the medium cannot do is taken into account. */
export type Attachment = 'virtio' | 'ide' | 'ahci' | 'scsi' | 'nvme' | 'usb' | 'board';

/**
 * A CD-ROM exists on IDE, SCSI and USB only. Asked for on virtio or NVMe it goes where boot loaders and installers look
 * for one: the on-board IDE or AHCI of a PC, SCSI elsewhere. IDE on a board that has none comes with its own controller.
 */
export function attachmentOf(
  disk: Pick<StagedDisk, 'interface' | 'media'>,
  architecture: Architecture,
  machine: Pick<MachineChoice, 'bus'>,
): Attachment {
  if (machine.bus === 'board') return 'board';
  if (machine.bus === 'virtio-mmio') return disk.interface === 'scsi' || disk.media === 'cdrom' ? 'scsi' : 'virtio';
  const ide = architecture === 'x86_64' ? 'ide' : 'ahci';
  if (disk.interface === 'ide') return ide;
  if (disk.media === 'cdrom' && (disk.interface === 'virtio' || disk.interface === 'nvme')) {
    return architecture === 'x86_64' ? 'ide' : 'scsi';
  }
  return disk.interface;
}

export function diskArguments(input: PlanInput, machine: MachineChoice): PlannedArgument[] {
  const { staged, spec } = input;
  // With -kernel, the boot ROM that loads it has boot index 0 already, and QEMU refuses a second one.
  const bootable = staged.kernel === null && machine.bus !== 'board';
  const afterEfi = staged.efiDirectory === null ? 0 : 1;
  const rows: PlannedArgument[] = [];
  const attachments = staged.disks.map((disk) => attachmentOf(disk, spec.architecture, machine));
  const places = idePlaces(staged.disks, attachments);
  for (const attachment of new Set(attachments)) rows.push(...controllerArguments(attachment, machine));
  for (const [index, disk] of staged.disks.entries()) {
    const attachment = attachments[index] ?? 'virtio';
    if (attachment === 'board') {
      rows.push(onBoardDrive(disk, spec.architecture));
      continue;
    }
    const place = places[index] ?? null;
    const idePlace =
      place !== null && (attachment === 'ide' || attachment === 'ahci') ? placeOfIde(place, attachment, machine) : {};
    rows.push(
      row(disk.field, `${disk.note}.`, '-blockdev', imageNode(diskNode(index), disk)),
      ...attach(disk, index, attachment, machine, idePlace, bootable ? index + afterEfi : null),
    );
  }
  if (staged.efiDirectory !== null) rows.push(...efiDirectoryArguments(staged, machine, bootable));
  return rows;
}

function imageNode(node: string, disk: StagedDisk): string {
  return option(null, {
    'node-name': node,
    driver: disk.format,
    'read-only': disk.readOnly,
    // A sparse image stays sparse when the guest trims.
    discard: disk.readOnly ? null : 'unmap',
    'file.driver': 'file',
    'file.filename': disk.path,
  });
}

function controllerArguments(attachment: Attachment, machine: MachineChoice): PlannedArgument[] {
  switch (attachment) {
    case 'scsi': {
      const driver = virtioDevice('scsi', machine.bus === 'virtio-mmio' ? 'virtio-mmio' : 'pci');
      return [row(slipwayField, 'SCSI controller for the disks below.', '-device', option(driver, { id: 'scsi0' }))];
    }
    case 'usb':
      return [
        row(slipwayField, 'USB controller for the disks below.', '-device', option('qemu-xhci', { id: 'xhci0' })),
      ];
    case 'ahci':
      return [row(slipwayField, 'The board has no IDE of its own.', '-device', option('ich9-ahci', { id: 'ahci0' }))];
    case 'virtio':
    case 'ide':
    case 'nvme':
    case 'board':
      return [];
    default:
      return assertNever(attachment);
  }
}

/** For each disk on IDE its place: the one asked for, else the next that nobody has or asks for. null: not on IDE. */
function idePlaces(disks: readonly StagedDisk[], attachments: readonly Attachment[]): (number | null)[] {
  const onIde = (index: number) => attachments[index] === 'ide' || attachments[index] === 'ahci';
  const taken = new Set(disks.filter((_, index) => onIde(index)).map(({ place }) => place));
  let next = 0;
  return disks.map(({ place }, index) => {
    if (!onIde(index)) return null;
    if (place !== undefined) return place;
    while (taken.has(next)) next++;
    return next++;
  });
}

/**
 * The channel or port of the nth IDE device. QEMU does not move on to the next AHCI port by itself: without a place the
 * second device fails with "bus supports only 1 units".
 */
function placeOfIde(
  count: number,
  attachment: 'ide' | 'ahci',
  machine: MachineChoice,
): Record<string, string | number> {
  if (attachment === 'ahci') return { bus: `ahci0.${count}` };
  if (isQ35(machine.name)) return { bus: `ide.${count}` };
  return { bus: `ide.${Math.floor(count / 2)}`, unit: count % 2 };
}

function attach(
  disk: StagedDisk,
  index: number,
  attachment: Exclude<Attachment, 'board'>,
  machine: MachineChoice,
  idePlace: Record<string, string | number>,
  bootindex: number | null,
): PlannedArgument[] {
  const common = { drive: diskNode(index), bootindex };
  const serial = disk.serial === undefined ? {} : { serial: disk.serial };
  const cdrom = disk.media === 'cdrom';
  const place = bootindex === null ? '' : ` Place ${bootindex + 1} in the boot order.`;
  const device = (text: string, driver: string, properties: Record<string, string | number> = {}) =>
    row(
      `${disk.field}.interface`,
      `${text}${place}`,
      '-device',
      option(driver, { ...properties, ...serial, ...common }),
    );
  switch (attachment) {
    case 'virtio':
      return [device('A virtio disk.', virtioDevice('blk', machine.bus === 'virtio-mmio' ? 'virtio-mmio' : 'pci'))];
    case 'ide':
    case 'ahci':
      return [device(cdrom ? 'An ATAPI CD-ROM.' : 'An ATA disk.', cdrom ? 'ide-cd' : 'ide-hd', idePlace)];
    case 'scsi':
      return [device(cdrom ? 'A SCSI CD-ROM.' : 'A SCSI disk.', cdrom ? 'scsi-cd' : 'scsi-hd', { bus: 'scsi0.0' })];
    case 'nvme':
      return [device('An NVMe disk.', 'nvme', { serial: `slipway-${index}` })];
    case 'usb': {
      // usb-storage cannot be a CD-ROM with -blockdev; usb-bot is the same device with its SCSI disk spelled out.
      const stick = `usb${index}`;
      return [
        row(
          `${disk.field}.interface`,
          'USB mass storage.',
          '-device',
          option('usb-bot', { id: stick, bus: 'xhci0.0' }),
        ),
        device(cdrom ? 'A USB CD-ROM.' : 'A USB disk.', cdrom ? 'scsi-cd' : 'scsi-hd', { bus: `${stick}.0` }),
      ];
    }
    default:
      return assertNever(attachment);
  }
}

/** A board without a bus takes a drive only where its maker soldered a slot: an SD card, or IDE on an ISA PC. */
function onBoardDrive(disk: StagedDisk, architecture: Architecture): PlannedArgument {
  const drive = option(null, {
    if: architecture === 'x86_64' ? 'ide' : 'sd',
    media: disk.media,
    format: disk.format,
    readonly: disk.readOnly,
    'file.driver': 'file',
    'file.filename': disk.path,
  });
  return row(disk.field, `${disk.note}. In the board's own slot, since it has no PCI and no virtio.`, '-drive', drive);
}

function efiDirectoryArguments(
  staged: PlanInput['staged'],
  machine: MachineChoice,
  bootable: boolean,
): PlannedArgument[] {
  const field = 'guest.efiDirectory';
  if (staged.efiDirectory === null) return [];
  if (machine.bus === 'board') return [row(field, 'Left out: this board has no bus for it.')];
  const node = option(null, {
    'node-name': objectIds.efiDirectory,
    driver: 'vvfat',
    'read-only': true,
    dir: staged.efiDirectory,
  });
  const device = option(virtioDevice('blk', machine.bus), {
    drive: objectIds.efiDirectory,
    // Before the disks: the programs in it are what is being tried.
    bootindex: bootable ? 0 : null,
  });
  return [
    row(field, 'The directory as a FAT disk, read-only, with the files that are in it at launch.', '-blockdev', node),
    row(field, bootable ? 'First in the boot order.' : 'Where the firmware finds it.', '-device', device),
  ];
}
