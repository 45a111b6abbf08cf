/**
 * Drives: `-hda` and `-cdrom`, `-drive`, `-blockdev` and the devices they are plugged into. A drive becomes a field only
 * when the field says all of it; else it stays, with its device and its controller, word for word.
 */
import type { Disk } from '../../../../../src-shared/model/spec.ts';
import { bootOrder, settleBootOrder } from './boot-order.ts';
import { type Attachment, deviceDriver, readAttachment } from './disk-attachment.ts';
import { type DiskImage, diskFormats, imageOfDrive, imageOfNode } from './disk-image.ts';
import { propertyOf, readProperties } from './properties.ts';
import { ofVariables } from './read-boot.ts';
import type { Reading } from './reading.ts';
import type { CommandArgument } from './split-arguments.ts';

interface Candidate {
  /** Those that say it, and those that become superfluous with it. */
  readonly arguments: readonly CommandArgument[];
  readonly image: DiskImage;
  readonly media: Disk['media'];
  readonly interface: Disk['interface'];
  readonly place: number | null;
  readonly serial: string | null;
  readonly bootIndex: number | null;
  /** Controllers that Slipway brings along. */
  readonly controllers: readonly CommandArgument[];
}

export function readDisks(reading: Reading): void {
  const order = bootOrder(reading);
  // A floppy or the network first is more than the order of the disks can say, and a boot index of ours would overrule it.
  const foreign = reading.machine.kernel === null && order !== null && /^[anp]/.test(order.letters);
  if (foreign) {
    reading.note(
      `-boot ${order.letters} is kept, and with it every drive as it is: Slipway orders only its own disks.`,
    );
    return;
  }
  const candidates = [...legacyDrives(reading), ...backedDevices(reading)].sort(
    (a, b) => indexOf(reading, a) - indexOf(reading, b),
  );
  const sorted = reading.machine.kernel === null ? inBootOrder(candidates, order?.letters ?? null) : candidates;
  const kept = withControllers(sorted);
  for (const candidate of kept) take(reading, candidate);
  settlePlaces(reading);
  settleBootOrder(reading, order);
}

function indexOf(reading: Reading, { arguments: list }: Candidate): number {
  const [first] = list;
  return first === undefined ? 0 : reading.arguments.indexOf(first);
}

function take(
  reading: Reading,
  { arguments: list, image, media, place, serial, controllers, ...candidate }: Candidate,
): void {
  const { disks } = reading.machine;
  const isDisc = media === 'cdrom';
  const origin = reading.origin(image.file);
  const snapshot = image.snapshot || reading.has('snapshot');
  const own: Disk['access'] = isDisc || image.readOnly ? 'read-only' : snapshot ? 'overlay' : 'direct';
  const access = origin === null || own === 'read-only' ? own : origin.as;
  if (origin !== null) for (const argument of list) reading.forgiven.add(argument);
  const field = `guest.disks.${disks.length}`;
  disks.push({
    file: reading.path((origin?.from ?? image.file).replace(/^file:(?=\/)/, '')),
    format: origin === null ? image.format : formatOf(origin.format),
    media,
    access,
    interface: candidate.interface,
    place,
    serial,
  });
  const notes = [
    access === 'direct'
      ? 'The guest writes to the file itself, as the command has it; an overlay would leave it alone.'
      : '',
    access === 'overlay' ? 'Written to an overlay, which the instance keeps; the file itself is not changed.' : '',
    image.leftOut.length > 0
      ? `${image.leftOut.join(', ')} is left out: it is about this host, the guest sees the same.`
      : '',
    ...(origin === null ? list.map(ofVariables) : [`The script makes ${image.file} from it; Slipway does that too.`]),
  ];
  const note = notes.filter((text) => text !== '').join(' ');
  if (image.leftOut.length > 0)
    reading.note(
      `${image.file}: ${image.leftOut.join(', ')} is left out: it is about this host, the guest sees the same.`,
    );
  for (const [index, argument] of list.entries()) {
    reading.field(argument, index === 0 ? field : `${field}.interface`, index === 0 ? note : '');
  }
  for (const controller of controllers)
    reading.slipway(controller, 'Slipway brings this controller along with its disks.');
}

function formatOf(text: string | null): Disk['format'] {
  return diskFormats.find((format) => format === text) ?? 'auto';
}

/** `-hda`, `-cdrom`, a bare image, and `-drive` with an interface. */
function legacyDrives(reading: Reading): Candidate[] {
  const { facts } = reading;
  const taken = new Set<number>();
  const placed: { candidate: Candidate; index: number | null }[] = [];
  for (const argument of reading.open('', 'hda', 'hdb', 'hdc', 'hdd', 'cdrom', 'sd', 'drive')) {
    const { option, value } = argument;
    if (value === null) continue;
    if (option !== 'drive') {
      const isDisc = option === 'cdrom';
      const index = option === 'sd' || option === '' ? 0 : isDisc ? 2 : 'abcd'.indexOf(option.charAt(2));
      // What such an option names is a plain file name: commas and colons in it are its own.
      const image: DiskImage = { file: value, format: 'auto', readOnly: isDisc, snapshot: false, leftOut: [] };
      const target = option === 'sd' ? 'sd' : facts.drives;
      const candidate = legacy(reading, [argument], image, isDisc ? 'cdrom' : 'disk', target, index);
      if (candidate !== null) placed.push({ candidate, index });
      continue;
    }
    const properties = readProperties(value);
    const target = propertyOf(properties, 'if') ?? facts.drives;
    const image = imageOfDrive(properties);
    if (image === null) continue;
    const media = propertyOf(properties, 'media') === 'cdrom' ? 'cdrom' : 'disk';
    const candidate = legacy(reading, [argument], image, media, target, placeOf(properties, facts.ideUnits));
    if (candidate !== null)
      placed.push({ candidate: { ...candidate, serial: propertyOf(properties, 'serial') }, index: candidate.place });
  }
  for (const { candidate } of placed)
    if (candidate.place !== null && candidate.interface === 'ide') taken.add(candidate.place);
  // Drives without an index take the first place that is free when their turn comes.
  let next = 0;
  return placed.map(({ candidate }) => {
    if (candidate.interface !== 'ide' || candidate.place !== null) return candidate;
    while (taken.has(next)) next++;
    return { ...candidate, place: next++ };
  });
}

function placeOf(properties: ReturnType<typeof readProperties>, ideUnits: number): number | null {
  const index = propertyOf(properties, 'index');
  if (index !== null) return Number(index);
  const bus = propertyOf(properties, 'bus');
  const unit = propertyOf(properties, 'unit');
  return bus === null && unit === null ? null : Number(bus ?? 0) * ideUnits + Number(unit ?? 0);
}

function legacy(
  { facts, bus, machine }: Reading,
  list: readonly CommandArgument[],
  image: DiskImage,
  media: Disk['media'],
  target: string,
  place: number | null,
): Candidate | null {
  const common = { arguments: list, image, media, serial: null, bootIndex: null, controllers: [] };
  if (target === 'virtio' && media === 'disk' && bus === 'pci') return { ...common, interface: 'virtio', place: null };
  if (target === 'ide' && facts.drives === 'ide') return { ...common, interface: 'ide', place };
  // The board's own slot; there is one.
  if (target === 'sd' && bus === 'board' && machine.architecture !== 'x86_64' && (place ?? 0) === 0)
    return { ...common, interface: 'virtio', place: null };
  return null;
}

/** `-device …,drive=X` with the `-drive if=none` or the `-blockdev` graph behind it. */
function backedDevices(reading: Reading): Candidate[] {
  const blockdevs = reading.open('blockdev');
  const drives = reading
    .open('drive')
    .map((argument) => ({ argument, properties: readProperties(argument.value ?? '') }));
  const candidates: Candidate[] = [];
  for (const device of reading.open('device')) {
    const properties = readProperties(device.value ?? '');
    const backend = propertyOf(properties, 'drive');
    if (backend === null || usersOf(reading, backend) !== 1) continue;
    const drive = drives.find((one) => propertyOf(one.properties, 'id') === backend);
    const graph = drive === undefined ? imageOfNode(backend, blockdevs) : null;
    const isUnplugged = drive !== undefined && propertyOf(drive.properties, 'if') === 'none';
    const image = isUnplugged ? imageOfDrive(drive.properties) : graph;
    const attachment = image === null ? null : readAttachment(reading, properties);
    if (image === null || attachment === null) continue;
    const list = drive === undefined ? [...(graph?.arguments ?? []), device] : [drive.argument, device];
    const media =
      attachment.media ?? (drive !== undefined && propertyOf(drive.properties, 'media') === 'cdrom' ? 'cdrom' : 'disk');
    candidates.push({ ...candidateOf(attachment), arguments: list, image, media });
  }
  return candidates;
}

function candidateOf({ interface: kind, place, serial, bootIndex, controllers }: Attachment) {
  return { interface: kind, place, serial, bootIndex, controllers };
}

/** Devices that name a back end: two of them on one is nothing a field can say. */
function usersOf(reading: Reading, backend: string): number {
  return reading.arguments.filter(
    ({ option, value }) => option === 'device' && propertyOf(readProperties(value ?? ''), 'drive') === backend,
  ).length;
}

/** A controller goes only when everything on it does. */
function withControllers(candidates: readonly Candidate[]): Candidate[] {
  const controllers = new Set(candidates.flatMap((candidate) => candidate.controllers));
  // Slipway has one controller of each kind; two of them would become one.
  const perKind = new Map<string, Set<CommandArgument>>();
  for (const controller of controllers) {
    const kind = deviceDriver(controller);
    // Every stick has one of its own.
    if (kind === 'usb-bot') continue;
    perKind.set(kind, (perKind.get(kind) ?? new Set()).add(controller));
  }
  const isDoubled = ({ controllers: own }: Candidate) =>
    own.some((one) => (perKind.get(deviceDriver(one))?.size ?? 0) > 1);
  return candidates.filter((candidate) => !isDoubled(candidate));
}

function inBootOrder(candidates: readonly Candidate[], letters: string | null): Candidate[] {
  const order = letters ?? 'cd';
  const rank = ({ bootIndex, media }: Candidate) => {
    if (bootIndex !== null) return bootIndex;
    const place = order.indexOf(media === 'cdrom' ? 'd' : 'c');
    return 1000 + (place < 0 ? order.length : place);
  };
  return [...candidates].sort((a, b) => rank(a) - rank(b));
}

/** Places that the planner would give by itself need not be said. */
function settlePlaces({ machine }: Reading): void {
  const onIde = machine.disks.filter((disk) => disk.interface === 'ide');
  if (onIde.every((disk, index) => disk.place === null || disk.place === index))
    for (const disk of onIde) disk.place = null;
}
