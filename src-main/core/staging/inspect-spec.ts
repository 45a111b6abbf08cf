/** Looks at every file a PlainSpec names before anything is written, so that one launch tells about the first that is wrong. */
import { assertNever, SlipwayError } from '../../../src-shared/contract/errors.ts';
import type { Architecture, FirmwareDescription } from '../../../src-shared/model/engine.ts';
import type { Disk, PlainSpec } from '../../../src-shared/model/spec.ts';
import { qemuFormat } from './image-format.ts';
import { inspectSource, type Source } from './source.ts';

export interface Inspection {
  /** By path. */
  readonly sources: ReadonlyMap<string, Source>;
  /** QEMU's format name of an inspected file; `raw` for one that was not. */
  formatOf(path: string): string;
}

interface NamedFile {
  readonly path: string;
  readonly field: string;
  readonly disk: Disk | null;
}

/** @throws SlipwayError `file_missing`, `file_unreadable`, `file_not_regular`, `file_empty`, `invalid_input`. */
export async function inspectSpec(
  spec: PlainSpec,
  findFirmware: (architecture: Architecture) => FirmwareDescription | null,
): Promise<Inspection> {
  const sources = new Map<string, Source>();
  for (const { path, field, disk } of filesOf(spec, findFirmware)) {
    const allowDevice = disk !== null && disk.access !== 'copy';
    const source = sources.get(path) ?? (await inspectSource(path, { field, allowDevice }));
    if (disk !== null) refuseUnusableDisk(source, disk, field);
    sources.set(path, source);
  }
  const formatOf = (path: string): string => {
    const image = sources.get(path)?.image;
    return image?.kind === 'image' ? qemuFormat(image.format) : 'raw';
  };
  return { sources, formatOf };
}

function filesOf(
  spec: PlainSpec,
  findFirmware: (architecture: Architecture) => FirmwareDescription | null,
): NamedFile[] {
  const { guest } = spec;
  const file = (path: string | null, field: string): NamedFile[] =>
    path === null ? [] : [{ path, field, disk: null }];
  const disks = (list: readonly Disk[]): NamedFile[] =>
    list.map((disk, index) => ({ path: disk.file, field: `guest.disks.${index}.file`, disk }));
  switch (guest.kind) {
    case 'demo':
      return [];
    case 'linux':
      return disks(guest.disks);
    case 'kernel':
      return [...file(guest.kernel, 'guest.kernel'), ...file(guest.initrd, 'guest.initrd'), ...disks(guest.disks)];
    case 'disk': {
      const firmware = guest.firmware === 'uefi' ? findFirmware(spec.architecture) : null;
      const field = 'guest.firmware';
      return [
        ...file(firmware?.code ?? null, field),
        ...file(firmware?.variables ?? null, field),
        ...disks(guest.disks),
      ];
    }
    case 'firmware': {
      const { image } = guest;
      const files =
        image.as === 'bios'
          ? file(image.file, 'guest.image.file')
          : [...file(image.code, 'guest.image.code'), ...file(image.variables, 'guest.image.variables')];
      return [...files, ...disks(guest.disks)];
    }
    default:
      return assertNever(guest);
  }
}

function refuseUnusableDisk(source: Source, disk: Disk, field: string): void {
  const { image } = source;
  const { path } = source.facts;
  // Whoever says `raw` means these bytes, whatever they look like.
  if (disk.format === 'raw') return;
  if (image.kind === 'compressed') {
    throw new SlipwayError('invalid_input', `${path} is compressed (${image.name}); QEMU needs the disk inside it.`, {
      hint: `Unpack it first: ${image.unpack} '${path}'`,
      field,
    });
  }
  if (image.kind === 'unsupported') {
    throw new SlipwayError('invalid_input', `${path} is a ${image.name} image, which is not supported.`, {
      hint: 'Convert it first: qemu-img convert -O qcow2 OLD NEW',
      field,
    });
  }
  // A fixed-size VHD may lack its cookie where we look for it, so that one is QEMU's to judge.
  if (disk.format !== 'auto' && disk.format !== 'vpc' && disk.format !== image.format) {
    throw new SlipwayError('invalid_input', `${path} is not a ${disk.format} image; it looks like ${image.format}.`, {
      hint: 'Choose the format "auto".',
      field: field.replace(/file$/, 'format'),
    });
  }
}
