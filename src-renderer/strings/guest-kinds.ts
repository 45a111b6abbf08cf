/** What can be booted, in words. */
import type { GuestKind } from '../state/stores.ts';

export interface GuestKindText {
  readonly kind: GuestKind;
  /** The name in the launch dialog. */
  readonly title: string;
  readonly about: string;
  /** What a new instance of the kind is called. */
  readonly name: string;
}

export const guestKinds: readonly GuestKindText[] = [
  {
    kind: 'demo',
    title: 'Demo',
    about: 'Boots in under a second, logs, then a shell. Needs only QEMU.',
    name: 'demo',
  },
  {
    kind: 'linux',
    title: 'Linux (Debian kernel, BusyBox, ssh)',
    about: 'A real kernel with a login shell on the serial line and an ssh server.',
    name: 'linux',
  },
  {
    kind: 'kernel',
    title: 'Kernel',
    about: 'A Linux kernel or an ELF (multiboot, PVH), with initrd and command line.',
    name: 'kernel',
  },
  {
    kind: 'disk',
    title: 'Disk or ISO',
    about: 'qcow2, raw, vmdk or an ISO, by BIOS or UEFI.',
    name: 'disk',
  },
  {
    kind: 'firmware',
    title: 'Firmware',
    about: 'A BIOS image or a pflash pair, with an EFI directory.',
    name: 'firmware',
  },
  {
    kind: 'fuchsia',
    title: 'Fuchsia',
    about: 'A product bundle, loose images or a flag template, as ffx emu boots them.',
    name: 'fuchsia-emulator',
  },
];

export function guestKindText(kind: GuestKind): GuestKindText {
  const found = guestKinds.find((text) => text.kind === kind);
  if (found === undefined) throw new Error(`no guest kind ${kind}`);
  return found;
}
