/** What an emulator boots from a product bundle: ffx's rules (2025-2026) as pure decisions. */
import { SlipwayError } from '../../../../src-shared/contract/errors.ts';
import type { BundleImage, ImageUse, SystemSlot } from '../../../../src-shared/model/product-bundle.ts';
import { type BundleFile, type PlacedImage, type ProductBundle, requireBundleFile } from './product-bundle.ts';

export interface BootSelection {
  readonly kernel: string | null;
  readonly zbi: string | null;
  readonly disk: { readonly kind: 'fvm' | 'fxfs' | 'fxfs-sparse' | 'efi-shell'; readonly file: string } | null;
}

/** What an image is to an emulator; null: only flashing or updating uses it. */
export function imageUse({ type, name }: BundleImage): ImageUse | null {
  if (type === 'kernel' || type === 'zbi') return type;
  if (type === 'fxfs-blk') return 'fxfs';
  if (type !== 'blk') return null;
  if (name === 'storage-full') return 'fvm';
  return name === 'fxfs.fastboot' ? 'fxfs-sparse' : null;
}

/**
 * @throws SlipwayError `invalid_input` when the slot has nothing to boot, `file_missing` when a chosen file is not there.
 */
export function selectBootImages(bundle: ProductBundle, slot: SystemSlot = 'a'): BootSelection {
  const shell = efiShell(bundle);
  if (shell !== null) {
    return { kernel: null, zbi: null, disk: { kind: 'efi-shell', file: requireBundleFile(bundle, shell) } };
  }
  const images = bundle.systems[slot];
  if (images === null) throw nothingToBoot(bundle, slot);
  const fileOf = (found: PlacedImage | undefined) =>
    found === undefined ? null : requireBundleFile(bundle, found.place);
  const kernel = fileOf(firstWith(images, 'kernel'));
  const zbi = fileOf(firstWith(images, 'zbi'));
  // The raw Fxfs image last: ffx leaves it out, and where there is another image that one is what ffx would boot.
  const disk = firstWith(images, 'fvm', 'fxfs-sparse') ?? firstWith(images, 'fxfs');
  if (kernel === null && zbi === null && disk === undefined) throw nothingToBoot(bundle, slot);
  if (kernel === null) {
    throw new SlipwayError('invalid_input', `${bundle.file}: system_${slot}: there is no image of type "kernel".`, {
      hint: 'QEMU starts the kernel of a bundle; this one may be for other hardware.',
    });
  }
  const use = disk === undefined ? null : imageUse(disk.image);
  const file = fileOf(disk);
  const isDisk = use === 'fvm' || use === 'fxfs' || use === 'fxfs-sparse';
  return { kernel, zbi, disk: isDisk && file !== null ? { kind: use, file } : null };
}

/** The FAT disk that a bundle with nothing but an EFI shell boots alone. */
function efiShell({ bootloaders }: ProductBundle): BundleFile | null {
  const [only, ...others] = bootloaders;
  return only?.type === 'efi-shell' && others.length === 0 ? only.place : null;
}

function firstWith(images: readonly PlacedImage[], ...uses: readonly ImageUse[]): PlacedImage | undefined {
  return images.find(({ image }) => {
    const use = imageUse(image);
    return use !== null && uses.includes(use);
  });
}

function nothingToBoot({ file, systems }: ProductBundle, slot: SystemSlot): SlipwayError {
  const others = (['a', 'b', 'r'] as const).filter((other) => other !== slot && systems[other] !== null);
  return new SlipwayError('invalid_input', `${file}: system_${slot}: no systems to boot in the product bundle.`, {
    hint:
      others.length === 0
        ? 'The bundle has packages only; use one that was built for an emulator.'
        : `It has ${others.map((other) => `system_${other}`).join(' and ')}: choose that slot.`,
  });
}
