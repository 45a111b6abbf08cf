/** What QEMU's `-kernel` will make of a kernel image, in words. Pure; certain refusals are errors, the rest warnings. */
import { assertNever } from '../../../../src-shared/contract/errors.ts';
import type { Architecture } from '../../../../src-shared/model/engine.ts';
import { elfMachines, type KernelImage } from './kernel-image.ts';

export interface KernelVerdict {
  readonly severity: 'error' | 'warning';
  readonly message: string;
  readonly cause: string;
  readonly hint: string;
}

/** Null: nothing to say, QEMU takes it. `hasPvh`: the ELF has a PVH entry note. */
export function judgeKernel(image: KernelImage, architecture: Architecture, hasPvh: boolean): KernelVerdict | null {
  switch (image.kind) {
    case 'linux':
      return image.architecture === architecture ? null : foreign(image.architecture, architecture);
    case 'elf':
      return judgeElf(image, architecture, hasPvh);
    case 'multiboot':
      if (architecture !== 'x86_64') return foreign('x86', architecture);
      return image.version === 1 ? null : multiboot2;
    case 'gzip':
      return architecture === 'aarch64'
        ? null
        : warning('The kernel is compressed with gzip.', 'QEMU does not unpack it.', 'Unpack it: gunzip -k FILE');
    case 'efi':
      if (image.isCompressedLinux && architecture === 'aarch64') return null;
      return warning(
        'The kernel is an EFI program.',
        '-kernel starts it without UEFI, and it will most likely do nothing.',
        'Put it into a directory and boot UEFI firmware with that as its EFI directory.',
      );
    case 'u-boot':
      return architecture === 'x86_64'
        ? warning(
            'The kernel is a U-Boot image.',
            'QEMU loads those for ARM and RISC-V only.',
            'Use the bzImage or ELF inside it.',
          )
        : null;
    case 'unknown':
      return architecture === 'x86_64'
        ? warning(
            'The file does not look like a kernel.',
            'It is no bzImage, no ELF, and has no Multiboot header in its first 8 KiB.',
            'Check that it is the kernel and not a disk, an initrd or a boot sector.',
          )
        : warning(
            'The file does not look like a kernel.',
            'It is no Linux image and no ELF, so QEMU copies it to the start of memory as it is and jumps there.',
            'That is right for a flat binary; for anything else choose another file.',
          );
    default:
      return assertNever(image);
  }
}

type ElfImage = Extract<KernelImage, { kind: 'elf' }>;

function judgeElf(image: ElfImage, architecture: Architecture, hasPvh: boolean): KernelVerdict | null {
  const machineName =
    Object.entries(elfMachines).find(([, number]) => number === image.machine)?.[0] ?? 'another machine';
  switch (architecture) {
    case 'aarch64':
      if (image.machine === elfMachines.arm) {
        return warning(
          'The kernel is 32-bit ARM.',
          'The default CPU starts in 64-bit mode.',
          'Choose a 32-bit CPU, for example cortex-a15.',
        );
      }
      return image.machine === elfMachines.aarch64 ? null : foreign(machineName, architecture);
    case 'riscv64':
      return image.machine === elfMachines.riscv ? null : foreign(machineName, architecture);
    case 'x86_64':
      break;
    default:
      return assertNever(architecture);
  }
  if (image.machine !== elfMachines.i386 && image.machine !== elfMachines.x86_64)
    return foreign(machineName, architecture);
  if (image.multiboot === 1) {
    if (image.machine === elfMachines.i386) return null;
    return error(
      'QEMU does not load 64-bit Multiboot kernels.',
      'Multiboot 1 starts in 32-bit mode, and QEMU refuses an x86-64 ELF with its header.',
      'Wrap the same bytes in a 32-bit ELF: objcopy -O elf32-i386 KERNEL KERNEL.elf32',
    );
  }
  if (hasPvh) return null;
  if (image.multiboot === 2) return multiboot2;
  return error(
    'QEMU cannot start this ELF: it has no entry point that QEMU knows.',
    'A PC starts an ELF by a Multiboot 1 header in its first 8 KiB or by a PVH note, and there is neither.',
    'Add one of the two; for Linux use bzImage, or build vmlinux with CONFIG_PVH=y.',
  );
}

const multiboot2 = error(
  'QEMU does not load Multiboot 2 kernels.',
  'Its -kernel knows Multiboot 1, PVH and Linux; Multiboot 2 needs a boot loader.',
  'Make an ISO with grub-mkrescue and launch it as a disk, or add a Multiboot 1 header or a PVH note.',
);

function foreign(found: string, wanted: Architecture): KernelVerdict {
  return error(
    `The kernel is for ${found}, and the guest is ${wanted}.`,
    'Its header says so.',
    'Choose the other architecture or another kernel.',
  );
}

function error(message: string, cause: string, hint: string): KernelVerdict {
  return { severity: 'error', message, cause, hint };
}

function warning(message: string, cause: string, hint: string): KernelVerdict {
  return { severity: 'warning', message, cause, hint };
}
