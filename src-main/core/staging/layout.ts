/**
 * Where every image of a PlainSpec ends up, and what has to be done for that. Decisions only: the same answer serves the
 * preview of a command line and the staging itself.
 */
import { join } from 'node:path';
import { assertNever, SlipwayError } from '../../../src-shared/contract/errors.ts';
import type { Architecture, FirmwareDescription } from '../../../src-shared/model/engine.ts';
import type { Disk, Guest, PlainSpec } from '../../../src-shared/model/spec.ts';
import type { InstancePaths } from '../home/paths.ts';
import type { ReuseQuestion, StagingMethod } from './reuse.ts';
import type { StagedDisk, StagedImages } from './staged-images.ts';

/** One file to be made in `staged/`. */
export interface WorkItem {
  /** Key in the staging record. */
  readonly slot: string;
  /** Name of the step in the launch timeline. */
  readonly step: string;
  readonly method: Exclude<StagingMethod, 'zbi' | 'fvm' | 'fxfs'>;
  /** Fixed name in `staged/`, whatever the source is called, so that odd names do not reach QEMU. */
  readonly target: string;
  readonly source: string;
  /** QEMU's name for the source's format; `raw` for what is no disk. */
  readonly sourceFormat: string;
  readonly outputFormat: 'qcow2' | 'raw';
  readonly field: string;
  readonly guestWrites: boolean;
  readonly tolerance: ReuseQuestion['tolerance'];
}

/** The built Linux guest in its cache; the initrd is without any key. */
export interface LinuxGuestFiles {
  readonly kernel: string;
  readonly baseInitrd: string;
}

interface LayoutFacts {
  /** Folder with `demo-guest/demo-guest.elf`. */
  readonly assetsDirectory: string;
  /** Only asked for where the guest boots by UEFI. */
  firmware(architecture: Architecture): FirmwareDescription | null;
  /** QEMU's format name of a file whose format is `auto`. */
  formatOf(path: string): string;
  /** null: not built yet. The staged names are known anyway. */
  readonly linuxGuest: LinuxGuestFiles | null;
}

interface Layout {
  readonly images: StagedImages;
  readonly work: readonly WorkItem[];
}

const stagedNames = {
  kernel: 'kernel',
  initrd: 'initrd',
  bios: 'bios',
  code: 'firmware-code',
  variables: 'variables.qcow2',
} as const;

/** The serial console as Linux calls it on QEMU's default machine. */
const linuxConsole: Record<Architecture, string> = { x86_64: 'ttyS0', aarch64: 'ttyAMA0', riscv64: 'ttyS0' };

const nothing: StagedImages = {
  kernel: null,
  initrd: null,
  append: '',
  disks: [],
  bios: null,
  pflash: null,
  efiDirectory: null,
};

/** @throws SlipwayError `guest_unavailable` when a UEFI guest finds no firmware. */
export function layoutOf(spec: PlainSpec, paths: Pick<InstancePaths, 'staged'>, facts: LayoutFacts): Layout {
  const work: WorkItem[] = [];
  const staged = (
    item: Pick<WorkItem, 'slot' | 'step' | 'target' | 'source' | 'field'> & Partial<WorkItem>,
  ): string => {
    work.push({
      method: 'copy',
      sourceFormat: 'raw',
      outputFormat: 'raw',
      guestWrites: false,
      tolerance: 'same-content',
      ...item,
    });
    return join(paths.staged, item.target);
  };
  const plain = (slot: 'kernel' | 'initrd' | 'bios', step: string, source: string, field: string) =>
    staged({ slot, step, target: stagedNames[slot], source, field });
  const disks = (list: readonly Disk[]) => list.map((disk, index) => stageDisk(disk, index, facts, staged));

  const { guest } = spec;
  switch (guest.kind) {
    case 'demo': {
      // Copied, although it is ours: an update of the app must not change what a recorded boot has booted.
      const source = join(facts.assetsDirectory, 'demo-guest', 'demo-guest.elf');
      return {
        images: { ...nothing, kernel: plain('kernel', 'stage the kernel', source, 'guest.kind'), append: guest.append },
        work,
      };
    }
    case 'linux': {
      const { linuxGuest } = facts;
      const kernel = plain('kernel', 'stage the kernel', linuxGuest?.kernel ?? '', 'guest.kind');
      const initrd = staged({
        slot: 'initrd',
        step: 'stage the initrd with the ssh key',
        method: 'append-key',
        target: stagedNames.initrd,
        source: linuxGuest?.baseInitrd ?? '',
        field: 'guest.kind',
      });
      const append = `console=${linuxConsole[spec.architecture]} ${guest.append}`.trim();
      return { images: { ...nothing, kernel, initrd, append, disks: disks(guest.disks) }, work };
    }
    case 'kernel': {
      const kernel = plain('kernel', 'stage the kernel', guest.kernel, 'guest.kernel');
      const initrd = guest.initrd === null ? null : plain('initrd', 'stage the initrd', guest.initrd, 'guest.initrd');
      return { images: { ...nothing, kernel, initrd, append: guest.append, disks: disks(guest.disks) }, work };
    }
    case 'disk': {
      const pflash = guest.firmware === 'uefi' ? installedFirmware(spec.architecture, facts, staged) : null;
      return { images: { ...nothing, pflash, disks: disks(guest.disks) }, work };
    }
    case 'firmware': {
      const images = { ...nothing, efiDirectory: guest.efiDirectory, disks: disks(guest.disks) };
      if (guest.image.as === 'bios') {
        return {
          images: { ...images, bios: plain('bios', 'stage the firmware', guest.image.file, 'guest.image.file') },
          work,
        };
      }
      return { images: { ...images, pflash: ownFirmware(guest.image, facts, staged) }, work };
    }
    default:
      return assertNever(guest);
  }
}

type Stage = (item: Pick<WorkItem, 'slot' | 'step' | 'target' | 'source' | 'field'> & Partial<WorkItem>) => string;

function stageDisk(disk: Disk, index: number, facts: LayoutFacts, staged: Stage): StagedDisk {
  const field = `guest.disks.${index}.file`;
  const sourceFormat = disk.format === 'auto' ? facts.formatOf(disk.file) : disk.format;
  const common = {
    media: disk.media,
    interface: disk.interface,
    ...(disk.place === null ? {} : { place: disk.place }),
    ...(disk.serial === null ? {} : { serial: disk.serial }),
    field: `guest.disks.${index}`,
  };
  const slot = `disk-${index}`;
  const isDisc = disk.media === 'cdrom';
  if (disk.access === 'copy') {
    // The name says the format, so that a person in the folder knows what it is.
    const target = `${slot}.${sourceFormat}`;
    const item = {
      slot,
      step: `stage disk ${index}`,
      target,
      source: disk.file,
      sourceFormat,
      field,
      guestWrites: !isDisc,
    };
    return { ...common, path: staged(item), format: sourceFormat, readOnly: isDisc, note: `copy of ${disk.file}` };
  }
  if (disk.access === 'overlay' && !isDisc) {
    const path = staged({
      slot,
      step: `stage disk ${index}`,
      method: 'overlay',
      target: `${slot}.qcow2`,
      source: disk.file,
      sourceFormat,
      outputFormat: 'qcow2',
      field,
      guestWrites: true,
    });
    return { ...common, path, format: 'qcow2', readOnly: false, note: `overlay on ${disk.file} (${sourceFormat})` };
  }
  const readOnly = isDisc || disk.access === 'read-only';
  const note = readOnly ? `${disk.file}, read-only` : `${disk.file} itself: the guest writes to it`;
  return { ...common, path: disk.file, format: sourceFormat, readOnly, note };
}

function installedFirmware(architecture: Architecture, facts: LayoutFacts, staged: Stage): StagedImages['pflash'] {
  const field = 'guest.firmware';
  const firmware = facts.firmware(architecture);
  if (firmware === null) {
    const packageName = architecture === 'x86_64' ? 'ovmf' : `qemu-efi-${architecture}`;
    throw new SlipwayError('guest_unavailable', `No UEFI firmware for ${architecture} is installed.`, {
      hint: `Install it (Debian: apt install ${packageName}), or boot the disk with BIOS.`,
      field,
    });
  }
  return {
    code: readableCode(firmware.code, field, facts, staged),
    variables: variables(firmware.variables, field, facts, staged, 'same-size'),
    variablesFormat: 'qcow2',
  };
}

type Pflash = Extract<Extract<Guest, { kind: 'firmware' }>['image'], { as: 'pflash' }>;

function ownFirmware(image: Pflash, facts: LayoutFacts, staged: Stage): StagedImages['pflash'] {
  return {
    code: readableCode(image.code, 'guest.image.code', facts, staged),
    variables:
      image.variables === null
        ? null
        : variables(image.variables, 'guest.image.variables', facts, staged, 'same-content'),
    variablesFormat: 'qcow2',
  };
}

/** The code is given to QEMU as raw bytes; some distributions ship it as qcow2. */
function readableCode(source: string, field: string, facts: LayoutFacts, staged: Stage): string {
  const sourceFormat = facts.formatOf(source);
  if (sourceFormat === 'raw') return source;
  return staged({
    slot: 'code',
    step: 'stage the firmware',
    method: 'convert',
    target: stagedNames.code,
    source,
    sourceFormat,
    field,
  });
}

/** qcow2 from the start: a machine with a writable raw flash cannot take snapshots. */
function variables(
  source: string,
  field: string,
  facts: LayoutFacts,
  staged: Stage,
  tolerance: WorkItem['tolerance'],
): string {
  return staged({
    slot: 'variables',
    step: 'stage the firmware variables',
    method: 'convert',
    target: stagedNames.variables,
    source,
    sourceFormat: facts.formatOf(source),
    outputFormat: 'qcow2',
    field,
    guestWrites: true,
    tolerance,
  });
}
