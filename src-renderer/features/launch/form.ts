/**
 * launch/ owns the form for an instance: every field of a draft as a person fills it in, the preview, and what is wrong
 * with it. It must never make an argument or a path itself. A form is flat and keeps what was typed for kinds that are
 * not chosen now, so that looking at another kind loses nothing.
 */

import { limits } from '../../../src-shared/limits.ts';
import type { Architecture } from '../../../src-shared/model/engine.ts';
import { type Settings, settingsSchema } from '../../../src-shared/model/settings.ts';
import type { Draft, FileReference } from '../../../src-shared/model/spec.ts';
import type { GuestKind } from '../../state/stores.ts';
import {
  type CheckForm,
  type DiskForm,
  diskRow,
  newDisk,
  newPort,
  nextKey,
  type PortForm,
  portRow,
} from './form-rows.ts';
import { type FuchsiaForm, formFromFuchsia, fuchsiaWithDropped, newFuchsia } from './fuchsia/fuchsia-form.ts';

export interface LaunchForm {
  readonly kind: GuestKind;
  readonly name: string;
  readonly nameTouched: boolean;
  readonly group: string;
  readonly notes: string;
  readonly architecture: Architecture;
  readonly append: string;
  readonly kernel: FileReference | null;
  readonly initrd: FileReference | null;
  readonly disks: readonly DiskForm[];
  readonly diskFirmware: 'bios' | 'uefi';
  readonly firmwareAs: 'bios' | 'pflash';
  readonly image: FileReference | null;
  readonly code: FileReference | null;
  readonly variables: FileReference | null;
  readonly efiDirectory: FileReference | null;
  readonly machine: string;
  readonly cpu: string;
  readonly memoryMiB: string;
  readonly processors: string;
  readonly serialPorts: string;
  /** Empty: one where the guest is likely to need it. */
  readonly display: string;
  readonly entropy: boolean;
  readonly acceleration: Draft['host']['acceleration'];
  /** What every guest knows; Fuchsia's own modes are in its own part. */
  readonly networking: 'user' | 'none';
  /** Empty: what suits the machine. */
  readonly networkDevice: string;
  readonly ports: readonly PortForm[];
  readonly portsTouched: boolean;
  readonly binary: FileReference | null;
  readonly gdb: boolean;
  readonly gdbPort: string;
  readonly startPaused: boolean;
  readonly noReboot: boolean;
  readonly noShutdown: boolean;
  readonly log: readonly Draft['runtime']['debug']['log'][number][];
  readonly readiness: 'default' | 'running' | 'custom';
  readonly checks: readonly CheckForm[];
  readonly readinessSeconds: string;
  readonly powerdownSeconds: string;
  readonly extraArguments: string;
  readonly staging: Draft['runtime']['staging'];
  readonly keepBoots: string;
  readonly transcriptMiB: string;
  readonly fuchsia: FuchsiaForm;
}

const seconds = (ms: number): string => String(ms / 1000);

/** The Linux guest has an ssh server and nothing else that listens. */
const portsFor = (kind: GuestKind): readonly PortForm[] => (kind === 'linux' ? [newPort('ssh', '22')] : []);

/** What a person wants new instances to begin with. */
export type FormDefaults = Settings['newInstance'];

export function newForm(
  kind: GuestKind,
  name: string,
  architecture: Architecture,
  defaults: FormDefaults = settingsSchema.parse({}).newInstance,
): LaunchForm {
  return {
    kind,
    name,
    nameTouched: false,
    group: '',
    notes: '',
    architecture,
    append: '',
    kernel: null,
    initrd: null,
    disks: kind === 'disk' ? [newDisk()] : [],
    diskFirmware: 'bios',
    firmwareAs: 'bios',
    image: null,
    code: null,
    variables: null,
    efiDirectory: null,
    machine: '',
    cpu: '',
    memoryMiB: String(defaults.memoryMiB),
    processors: String(defaults.processors),
    serialPorts: '1',
    display: '',
    entropy: true,
    acceleration: 'auto',
    networking: 'user',
    networkDevice: '',
    ports: portsFor(kind),
    portsTouched: false,
    binary: null,
    gdb: false,
    gdbPort: '',
    startPaused: false,
    noReboot: false,
    noShutdown: false,
    log: [],
    readiness: 'default',
    checks: [],
    readinessSeconds: seconds(limits.readinessMs),
    powerdownSeconds: seconds(defaults.powerdownMs),
    extraArguments: '',
    staging: 'reuse',
    keepBoots: String(defaults.keepBoots),
    transcriptMiB: String(defaults.transcriptMiB),
    fuchsia: newFuchsia(),
  };
}

/** Another kind of guest: what is shared stays, what was never touched follows the kind. */
export function withKind(form: LaunchForm, kind: GuestKind, freeName: string): LaunchForm {
  return {
    ...form,
    kind,
    name: form.nameTouched ? form.name : freeName,
    ports: form.portsTouched ? form.ports : portsFor(kind),
    disks:
      kind === 'disk' && form.disks.length === 0
        ? [newDisk()]
        : form.disks.filter(({ file }) => file !== null || kind === 'disk'),
  };
}

/** Puts a file that was dropped where it most likely belongs. */
export function withDropped(form: LaunchForm, file: FileReference, freeName: (kind: GuestKind) => string): LaunchForm {
  const looksLikeDisk = /\.(qcow2|img|raw|iso|vmdk|vdi|vhdx?|vpc)$/i.test(file.shown);
  const looksLikeFirmware = /\.(fd|rom)$/i.test(file.shown);
  if (form.kind === 'fuchsia' || /\.zbi$/i.test(file.shown)) {
    const there = form.kind === 'fuchsia' ? form : withKind(form, 'fuchsia', freeName('fuchsia'));
    return { ...there, fuchsia: fuchsiaWithDropped(there.fuchsia, file, form.kind === 'fuchsia') };
  }
  const fits = form.kind === 'kernel' || form.kind === 'disk' || form.kind === 'firmware';
  const kind = fits ? form.kind : looksLikeDisk ? 'disk' : looksLikeFirmware ? 'firmware' : 'kernel';
  const base = kind === form.kind ? form : withKind(form, kind, freeName(kind));
  if (kind === 'kernel' && !looksLikeDisk) {
    if (base.kernel === null) return { ...base, kernel: file };
    return { ...base, initrd: file };
  }
  if (kind === 'firmware' && !looksLikeDisk) {
    if (base.firmwareAs === 'bios') return { ...base, image: file };
    return base.code === null ? { ...base, code: file } : { ...base, variables: file };
  }
  return { ...base, disks: [...base.disks.filter((disk) => disk.file !== null), newDisk(file)] };
}

/** A stored draft as a form, for editing. */
export function formFromDraft(draft: Draft): LaunchForm {
  const { guest, device, host, runtime } = draft;
  const form = newForm(guest.kind, draft.name, draft.architecture);
  return {
    ...form,
    nameTouched: true,
    portsTouched: true,
    group: draft.group,
    notes: draft.notes,
    append: 'append' in guest ? guest.append : '',
    kernel: guest.kind === 'kernel' ? guest.kernel : null,
    initrd: guest.kind === 'kernel' ? guest.initrd : null,
    disks: guest.kind === 'demo' || guest.kind === 'fuchsia' ? [] : guest.disks.map(diskRow),
    diskFirmware: guest.kind === 'disk' ? guest.firmware : 'bios',
    firmwareAs: guest.kind === 'firmware' ? guest.image.as : 'bios',
    image: guest.kind === 'firmware' && guest.image.as === 'bios' ? guest.image.file : null,
    code: guest.kind === 'firmware' && guest.image.as === 'pflash' ? guest.image.code : null,
    variables: guest.kind === 'firmware' && guest.image.as === 'pflash' ? guest.image.variables : null,
    efiDirectory: guest.kind === 'firmware' ? guest.efiDirectory : null,
    machine: device.machine ?? '',
    cpu: device.cpu ?? '',
    memoryMiB: String(device.memoryMiB),
    processors: String(device.processors),
    serialPorts: String(device.serialPorts),
    display: device.display ?? '',
    entropy: device.entropy,
    acceleration: host.acceleration,
    networking: host.networking === 'none' ? 'none' : 'user',
    networkDevice: host.networkDevice ?? '',
    ports: host.ports.map(portRow),
    binary: runtime.binary,
    gdb: runtime.debug.gdb !== null,
    gdbPort: runtime.debug.gdb?.port == null ? '' : String(runtime.debug.gdb.port),
    startPaused: runtime.debug.startPaused,
    noReboot: runtime.debug.noReboot,
    noShutdown: runtime.debug.noShutdown,
    log: runtime.debug.log,
    readiness: runtime.readiness === null ? 'default' : runtime.readiness.length === 0 ? 'running' : 'custom',
    checks: (runtime.readiness ?? []).map((check) => ({
      key: nextKey(),
      kind: check.kind,
      text: check.kind === 'serial' ? check.pattern : check.kind === 'banner' ? check.port : check.arguments.join('\n'),
    })),
    readinessSeconds: seconds(runtime.readinessMs),
    powerdownSeconds: seconds(runtime.powerdownMs),
    extraArguments: runtime.extraArguments,
    staging: runtime.staging,
    keepBoots: String(runtime.keepBoots),
    transcriptMiB: String(runtime.transcriptMiB),
    fuchsia: guest.kind === 'fuchsia' ? formFromFuchsia(guest, draft) : form.fuchsia,
  };
}
