/** QEMU's programs and firmware by name, and the packages they come in. Names differ per distribution and per target. */
import type { Architecture } from '../../../../src-shared/model/engine.ts';
import type { Packages } from '../../process/host-tool.ts';

export interface QemuProgram {
  /** In order of preference. */
  readonly names: readonly string[];
  readonly packages: Packages;
  readonly firmwarePackages: Packages;
}

export const qemuPrograms: Readonly<Record<Architecture, QemuProgram>> = {
  x86_64: {
    // Red Hat ships only `qemu-kvm`, which emulates the host's own architecture.
    names: process.arch === 'x64' ? ['qemu-system-x86_64', 'qemu-kvm'] : ['qemu-system-x86_64'],
    packages: {
      debian: 'qemu-system-x86',
      fedora: 'qemu-system-x86',
      arch: 'qemu-system-x86',
      suse: 'qemu-x86',
      alpine: 'qemu-system-x86_64',
      brew: 'qemu',
    },
    firmwarePackages: {
      debian: 'ovmf',
      fedora: 'edk2-ovmf',
      arch: 'edk2-ovmf',
      suse: 'qemu-ovmf-x86_64',
      alpine: 'ovmf',
      brew: 'qemu',
    },
  },
  aarch64: {
    names: process.arch === 'arm64' ? ['qemu-system-aarch64', 'qemu-kvm'] : ['qemu-system-aarch64'],
    packages: {
      debian: 'qemu-system-arm',
      fedora: 'qemu-system-aarch64',
      arch: 'qemu-system-aarch64',
      suse: 'qemu-arm',
      alpine: 'qemu-system-aarch64',
      brew: 'qemu',
    },
    firmwarePackages: {
      debian: 'qemu-efi-aarch64',
      fedora: 'edk2-aarch64',
      arch: 'edk2-aarch64',
      suse: 'qemu-uefi-aarch64',
      alpine: 'aavmf',
      brew: 'qemu',
    },
  },
  riscv64: {
    names: ['qemu-system-riscv64'],
    packages: {
      debian: 'qemu-system-misc',
      fedora: 'qemu-system-riscv',
      arch: 'qemu-system-riscv',
      suse: 'qemu-extra',
      alpine: 'qemu-system-riscv64',
      brew: 'qemu',
    },
    firmwarePackages: {
      debian: 'qemu-efi-riscv64',
      fedora: 'edk2-riscv64',
      arch: 'edk2-riscv64',
      suse: 'qemu-uefi-riscv64',
      alpine: 'edk2-riscv64',
      brew: 'qemu',
    },
  },
};

export const qemuImgPackages: Packages = {
  debian: 'qemu-utils',
  fedora: 'qemu-img',
  arch: 'qemu-img',
  suse: 'qemu-img',
  alpine: 'qemu-img',
  brew: 'qemu',
};
