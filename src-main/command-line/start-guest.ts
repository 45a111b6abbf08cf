/** Which guest the options of `slipway start` make. Files are asked for through `grant`; nothing is opened here. */
import { basename } from 'node:path';
import type { InstanceView } from '../../src-shared/model/instance.ts';
import type { DiskAccess, DraftInput, FileReference } from '../../src-shared/model/spec.ts';
import { defaultFuchsiaName, fuchsiaGuestOf } from './fuchsia-options.ts';
import { choiceOf } from './option-values.ts';
import { optionsOf, type StartOption, type StartOptions } from './start-options.ts';
import { UsageError } from './usage.ts';

export type Guest = DraftInput['guest'];
type GuestKind = Exclude<InstanceView['guestKind'], 'unknown'>;
type DiskInput = Extract<Guest, { kind: 'disk' }>['disks'][number];
export type GrantFile = (path: string) => Promise<FileReference>;

/** What makes a guest, by its kind; an instance that is there keeps its own. */
const makingOptions = {
  demo: ['demo'],
  linux: ['linux', 'disk', 'access'],
  kernel: ['kernel', 'initrd', 'disk', 'access'],
  disk: ['disk', 'access', 'uefi'],
  firmware: ['firmware', 'firmware-vars', 'efi', 'disk', 'access'],
  fuchsia: ['kernel', 'zbi', 'fvm', 'fxfs', 'fat', 'gpt', 'config', 'device-list'],
} as const satisfies Record<GuestKind, readonly StartOption[]>;

const kernelText = ['append', 'kernel-args'] as const;
/** What can be changed of a guest, by its kind. Anything else would be ignored, and is refused instead. */
const changingOptions = {
  demo: kernelText,
  linux: kernelText,
  kernel: kernelText,
  disk: [],
  firmware: [],
  fuchsia: [
    ...(['kernel-args', 'system', 'upscript', 'dev-config', 'device', 'edit', 'gpu', 'hidpi-scaling'] as const),
    ...(['no-serial-number', 'uefi', 'vbmeta-key', 'vbmeta-key-metadata'] as const),
  ],
} as const satisfies Record<GuestKind, readonly StartOption[]>;

const everyMaking = new Set<StartOption>(Object.values(makingOptions).flat());
const everyChanging = new Set<StartOption>(Object.values(changingOptions).flat());

/** null: no guest is made. `hasBundle`: a product bundle was named. */
export function guestKindOf(values: StartOptions, hasBundle = false): GuestKind | null {
  const kind = chosenKind(values, hasBundle);
  if (kind !== null) refuseStray(values, kind, [...makingOptions[kind], ...changingOptions[kind]]);
  else {
    const stray = optionsOf(values).find((option) => everyMaking.has(option) && !everyChanging.has(option));
    if (stray !== undefined) throw new UsageError(`--${stray} needs its guest`);
  }
  if (values.access !== undefined && values.disk === undefined) throw new UsageError('--access is for a --disk');
  return kind;
}

/** For an instance that is there. */
export function refuseForeignOptions(values: StartOptions, kind: GuestKind): void {
  refuseStray(values, kind, changingOptions[kind]);
}

function refuseStray(values: StartOptions, kind: GuestKind, taken: readonly StartOption[]): void {
  const stray = optionsOf(values).find(
    (option) => (everyMaking.has(option) || everyChanging.has(option)) && !taken.includes(option),
  );
  if (stray !== undefined) throw new UsageError(`--${stray} is not for a ${kind} guest`);
  // QEMU is what every other guest runs in anyway.
  if (values.engine !== undefined && kind !== 'fuchsia' && !['auto', 'qemu'].includes(values.engine))
    throw new UsageError(`--engine ${values.engine} is not for a ${kind} guest`);
}

function chosenKind(values: StartOptions, hasBundle: boolean): GuestKind | null {
  const images = (['zbi', 'fvm', 'fxfs', 'fat', 'gpt'] as const).filter((image) => values[image] !== undefined);
  const fuchsia = hasBundle ? 'a product bundle' : values.config === undefined ? images[0] : 'config';
  const kinds = (['demo', 'linux', 'kernel', 'firmware'] as const).filter(
    // Beside Fuchsia's images a kernel is Fuchsia's.
    (kind) => values[kind] !== undefined && !(kind === 'kernel' && fuchsia !== undefined && !hasBundle),
  );
  const shown = (word: string) => (word.includes(' ') ? word : `--${word}`);
  const [first, second] = [...kinds, ...(fuchsia === undefined ? [] : [fuchsia])];
  if (first !== undefined && second !== undefined)
    throw new UsageError(`one guest at a time: ${shown(first)} or ${shown(second)}`);
  if (fuchsia !== undefined) return 'fuchsia';
  return kinds[0] ?? (values.disk === undefined ? null : 'disk');
}

/** @param bundle directory of a product bundle, or null. */
export async function guestOf(
  values: StartOptions,
  grant: GrantFile,
  bundle: string | null = null,
): Promise<Guest | null> {
  const kind = guestKindOf(values, bundle !== null);
  const append = values.append ?? '';
  const optional = async (path: string | undefined) => (path === undefined ? null : grant(path));
  const accesses = ['overlay', 'copy', 'direct', 'read-only'] as const;
  const access = values.access === undefined ? undefined : choiceOf(values.access, accesses, '--access');
  const disks = await Promise.all((values.disk ?? []).map(async (path) => diskOf(await grant(path), access)));
  switch (kind) {
    case null:
      return null;
    case 'demo':
      return { kind, append };
    case 'linux':
      return { kind, append, disks };
    case 'kernel':
      return { kind, kernel: await grant(values.kernel ?? ''), initrd: await optional(values.initrd), append, disks };
    case 'disk':
      return { kind, disks, firmware: values.uefi ? 'uefi' : 'bios' };
    case 'firmware': {
      const file = await grant(values.firmware ?? '');
      const variables = await optional(values['firmware-vars']);
      const image =
        variables === null ? { as: 'bios' as const, file } : { as: 'pflash' as const, code: file, variables };
      return { kind, image, efiDirectory: await optional(values.efi), disks };
    }
    case 'fuchsia':
      return fuchsiaGuestOf(values, grant, bundle);
  }
}

/** An ISO is a CD in an IDE drive, which every firmware can boot; anything else is a disk. */
function diskOf(file: FileReference, access: DiskAccess | undefined): DiskInput {
  if (file.shown.toLowerCase().endsWith('.iso')) return { file, media: 'cdrom', access: 'read-only', interface: 'ide' };
  return access === undefined ? { file } : { file, access };
}

/** A new instance. A Linux guest has an ssh port, because it has an ssh server; Fuchsia has what its device says. */
export function newDraft(name: string, guest: Guest): DraftInput {
  const ssh = { name: 'ssh', protocol: 'tcp' as const, guest: 22, host: null };
  switch (guest.kind) {
    case 'linux':
      return { name, guest, host: { ports: [ssh] } };
    case 'fuchsia':
      // For where no device says otherwise: what every device of the SDK has at least.
      return {
        name,
        guest,
        device: { memoryMiB: 4096, processors: 4 },
        host: { networking: 'auto', ports: guest.source.from === 'template' ? [] : [ssh] },
      };
    default:
      return { name, guest };
  }
}

/** What an instance is called when nobody says: after its guest. */
export function defaultName(values: StartOptions, kind = guestKindOf(values)): string {
  if (kind === 'demo' || kind === 'linux') return kind;
  if (kind === 'fuchsia') return defaultFuchsiaName;
  const name = basename(values.kernel ?? values.firmware ?? values.disk?.[0] ?? '');
  return [...name].slice(0, 60).join('').trim() || 'instance';
}
