/** Sizes that QEMU's boards take for firmware. Pure. A wrong one makes QEMU exit with words that few understand. */
import type { Architecture } from '../../../../src-shared/model/engine.ts';

export interface SizeProblem {
  readonly message: string;
  readonly cause: string;
  readonly hint: string;
}

const kib = 1024;
const mib = 1024 * kib;

/** One bank of flash on the `virt` boards: QEMU hw/arm/virt.c and hw/riscv/virt.c. */
const bankBytes = { aarch64: 64 * mib, riscv64: 32 * mib } as const;

/** Null: the size is right, or the board is one whose rules are not known here. */
export function firmwareSizeProblem(
  architecture: Architecture,
  machine: string | null,
  as: 'bios' | 'pflash',
  bytes: number,
): SizeProblem | null {
  if (architecture === 'x86_64') {
    const unit = as === 'bios' ? 64 * kib : 4 * kib;
    if (bytes % unit === 0) return null;
    return {
      message: `A PC's ${as === 'bios' ? 'BIOS' : 'flash'} image is a multiple of ${unit / kib} KiB, and this one has ${bytes} bytes.`,
      cause: 'QEMU maps the image right below 4 GiB and refuses any other size.',
      hint: 'Choose the built image of the firmware, not an object or a compressed file.',
    };
  }
  const isVirt = machine === null || /^virt(-[\d.]+)?(,|$)/.test(machine);
  const bank = bankBytes[architecture];
  if (as === 'bios' || !isVirt || bytes === bank) return null;
  return {
    message: `A flash image for ${architecture} has exactly ${bank / mib} MiB, and this one has ${bytes} bytes.`,
    cause: `QEMU's virt board has flash banks of ${bank / mib} MiB and takes no other size.`,
    hint: bytes < bank ? `Pad a copy of it: truncate -s ${bank / mib}M FILE` : 'Choose another image.',
  };
}
