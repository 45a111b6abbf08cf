/** Every file a PlainSpec names: there, readable, of the right kind, and what its first bytes say. */
import { access, constants, statfs } from 'node:fs/promises';
import { limits } from '../../../../src-shared/limits.ts';
import type { Finding } from '../../../../src-shared/model/instance.ts';
import type { Disk, PlainSpec } from '../../../../src-shared/model/spec.ts';
import { efiDirectoryProblem } from '../../guests/firmware/efi-directory.ts';
import { firmwareSizeProblem } from '../../guests/firmware/firmware-size.ts';
import { hasPvhEntry, type KernelImage, kernelHeadBytes, recogniseKernel } from '../../guests/kernel/kernel-image.ts';
import { judgeKernel } from '../../guests/kernel/kernel-verdict.ts';
import { explainRead, openRegular } from '../../kit/regular-file.ts';
import { qemuFormat } from '../../staging/image-format.ts';
import { inspectSource, readAt, requireDirectory, type Source } from '../../staging/source.ts';
import { errorFinding, finding, findingFrom, noteFinding, warningFinding } from './findings.ts';

/** `stagedDirectory`: where the images will lie, because QEMU cannot take a Multiboot module from every path. */
export async function fileFindings(spec: PlainSpec, stagedDirectory: string): Promise<Finding[]> {
  const { guest } = spec;
  const disks = guest.kind === 'demo' ? [] : guest.disks;
  const diskFindings = disks.map((disk, index) => findingsOfDisk(disk, `guest.disks.${index}`));
  const asked: Promise<Finding[]>[] = [];
  if (guest.kind === 'kernel') {
    asked.push(findingsOfKernel(spec, guest.kernel, guest.initrd, stagedDirectory));
    if (guest.initrd !== null) asked.push(inspected(guest.initrd, 'guest.initrd', () => []));
  }
  if (guest.kind === 'firmware') {
    const { image } = guest;
    const firmware = (path: string, field: string, as: 'bios' | 'pflash') =>
      inspected(path, field, (source) => sizeFindings(spec, source, field, as));
    if (image.as === 'bios') asked.push(firmware(image.file, 'guest.image.file', 'bios'));
    else {
      asked.push(firmware(image.code, 'guest.image.code', 'pflash'));
      if (image.variables !== null) asked.push(firmware(image.variables, 'guest.image.variables', 'pflash'));
    }
    if (guest.efiDirectory !== null) asked.push(findingsOfDirectory(guest.efiDirectory, 'guest.efiDirectory'));
  }
  return (await Promise.all([...asked, ...diskFindings])).flat();
}

/** Copies that will not fit. A warning, because a file system with reflinks needs no room for them. */
export async function spaceFindings(spec: PlainSpec, home: string): Promise<Finding[]> {
  const disks = spec.guest.kind === 'demo' ? [] : spec.guest.disks.filter((disk) => disk.access === 'copy');
  const sizes = await Promise.all(
    disks.map((disk) =>
      inspectSource(disk.file, { field: '' })
        .then((source) => source.allocatedBytes)
        .catch(() => 0),
    ),
  );
  const needed = sizes.reduce((sum, size) => sum + size, limits.reserveBytes);
  const free = await statfs(home)
    .then((facts) => facts.bavail * facts.bsize)
    .catch(() => Number.POSITIVE_INFINITY);
  if (free >= needed) return [];
  return [
    warningFinding(
      'disk_full',
      `${home} has ${mebibytes(free)} MiB free, and this launch may need ${mebibytes(needed)}.`,
      {
        hint: 'Make room, move the home with SLIPWAY_HOME, or use an overlay instead of a copy.',
      },
    ),
  ];
}

async function inspected(
  path: string,
  field: string,
  judge: (source: Source) => Finding[],
  allowDevice = false,
): Promise<Finding[]> {
  try {
    return judge(await inspectSource(path, { field, allowDevice }));
  } catch (error) {
    return [findingFrom(error)];
  }
}

async function findingsOfDirectory(path: string, field: string): Promise<Finding[]> {
  try {
    await requireDirectory(path, field);
    const problem = await efiDirectoryProblem(path);
    if (problem === null) return [];
    return [errorFinding('invalid_input', problem.message, { cause: problem.cause, hint: problem.hint, field })];
  } catch (error) {
    return [findingFrom(explainRead(error, path, field))];
  }
}

async function findingsOfDisk(disk: Disk, field: string): Promise<Finding[]> {
  const findings = await inspected(
    disk.file,
    `${field}.file`,
    (source) => judgeDisk(source, disk, field),
    disk.access !== 'copy',
  );
  const writes = disk.access === 'direct' && disk.media === 'disk';
  if (!writes || findings.some((found) => found.severity === 'error') || (await isWritable(disk.file))) return findings;
  return [
    errorFinding('file_unreadable', `You may not write to ${disk.file}.`, {
      cause: 'The guest was to write to the file itself.',
      hint: 'Use an overlay, which leaves the file alone, or change its permissions.',
      field: `${field}.access`,
    }),
    ...findings,
  ];
}

function judgeDisk({ image, facts }: Source, disk: Disk, field: string): Finding[] {
  const { path } = facts;
  const formatField = `${field}.format`;
  if (image.kind !== 'image') {
    const what = image.kind === 'compressed' ? `compressed (${image.name})` : `a ${image.name} image`;
    const hint =
      image.kind === 'compressed'
        ? `Unpack it first: ${image.unpack} FILE`
        : 'Convert it: qemu-img convert -O qcow2 OLD NEW';
    const severity = disk.format === 'raw' ? 'warning' : 'error';
    return [
      finding(severity, 'invalid_input', `${path} is ${what}.`, {
        cause: 'QEMU needs the disk itself.',
        hint,
        field: `${field}.file`,
      }),
    ];
  }
  const seen = qemuFormat(image.format);
  if (disk.format === 'raw' && seen !== 'raw') {
    return [
      warningFinding('invalid_input', `${path} looks like ${seen}, but is to be used as raw.`, {
        cause: `The guest will see the ${seen} file's own bytes as its disk.`,
        hint: 'Choose the format "auto", unless that is what you want.',
        field: formatField,
      }),
    ];
  }
  // A fixed-size VHD has no cookie at its start, so that one is QEMU's to judge.
  if (disk.format !== 'auto' && disk.format !== 'raw' && disk.format !== 'vpc' && disk.format !== seen) {
    return [
      errorFinding('invalid_input', `${path} is not ${disk.format}; it looks like ${seen}.`, {
        hint: 'Choose the format "auto".',
        field: formatField,
      }),
    ];
  }
  if (image.format === 'iso9660' && disk.media === 'disk') {
    return [
      noteFinding('invalid_input', `${path} is a CD image, attached as a disk.`, {
        hint: 'If it does not boot, attach it as a CD-ROM.',
        field: `${field}.media`,
      }),
    ];
  }
  if (image.format === 'raw' && disk.format === 'auto') {
    return [
      noteFinding('invalid_input', `${path} has no known header and is used as a raw disk.`, { field: formatField }),
    ];
  }
  return [];
}

function sizeFindings(spec: PlainSpec, source: Source, field: string, as: 'bios' | 'pflash'): Finding[] {
  // A qcow2 file is not as large as the flash in it.
  if (source.image.kind === 'image' && source.image.format === 'qcow2') return [];
  const problem = firmwareSizeProblem(spec.architecture, spec.device.machine, as, source.facts.size);
  return problem === null
    ? []
    : [errorFinding('invalid_input', problem.message, { cause: problem.cause, hint: problem.hint, field })];
}

async function findingsOfKernel(
  spec: PlainSpec,
  path: string,
  initrd: string | null,
  stagedDirectory: string,
): Promise<Finding[]> {
  const field = 'guest.kernel';
  try {
    await inspectSource(path, { field });
    const { image, hasPvh } = await readKernel(path);
    const verdict = judgeKernel(image, spec.architecture, hasPvh);
    if (verdict !== null) {
      const { severity, message, cause, hint } = verdict;
      return [finding(severity, 'invalid_input', message, { cause, hint, field })];
    }
    const isMultiboot = image.kind === 'multiboot' || (image.kind === 'elf' && image.multiboot === 1);
    if (isMultiboot && initrd !== null && /[ ,]/.test(stagedDirectory)) {
      return [
        errorFinding('invalid_input', 'QEMU cannot load a Multiboot module from a path with a space or a comma.', {
          cause: `It splits the list of modules at commas and takes what follows a space as arguments; the path is ${stagedDirectory}.`,
          hint: 'Move the home to another path with SLIPWAY_HOME.',
          field: 'guest.initrd',
        }),
      ];
    }
    return image.kind === 'linux' ? silentLinux(spec) : [];
  } catch (error) {
    return [findingFrom(error)];
  }
}

/** The commonest reason for an empty console. */
function silentLinux(spec: PlainSpec): Finding[] {
  const append = spec.guest.kind === 'kernel' ? spec.guest.append : '';
  if (/(^|\s)(console|earlycon|earlyprintk)\b/.test(append)) return [];
  const console = spec.architecture === 'aarch64' ? 'ttyAMA0' : 'ttyS0';
  return [
    noteFinding('invalid_input', 'The kernel command line names no console, so Linux may print nothing here.', {
      hint: `Add console=${console}.`,
      field: 'guest.append',
    }),
  ];
}

async function readKernel(path: string): Promise<{ image: KernelImage; hasPvh: boolean }> {
  const file = await openRegular(path);
  try {
    const image = recogniseKernel(await readAt(file, kernelHeadBytes, 0));
    if (image.kind !== 'elf') return { image, hasPvh: false };
    for (const { offset, size } of image.notes) {
      if (Number.isSafeInteger(offset) && hasPvhEntry(await readAt(file, size, offset))) return { image, hasPvh: true };
    }
    return { image, hasPvh: false };
  } finally {
    await file.close();
  }
}

async function isWritable(path: string): Promise<boolean> {
  return access(path, constants.W_OK).then(
    () => true,
    () => false,
  );
}

function mebibytes(bytes: number): number {
  return Math.floor(bytes / (1024 * 1024));
}
