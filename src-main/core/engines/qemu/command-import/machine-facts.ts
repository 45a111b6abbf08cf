/** What QEMU gives a machine that nobody asks for more: needed to say in fields what a command line leaves unsaid. */
import type { Architecture } from '../../../../../src-shared/model/engine.ts';

export interface MachineFacts {
  /** Network card of a line that says nothing about the network; null: none. */
  readonly networkDevice: string | null;
  /** Display device; null: none, or what the board has soldered on. */
  readonly display: string | null;
  readonly memoryMiB: number;
  readonly processors: number;
  /** Where `-hda`, `-cdrom` and `-drive` without `if=` go. */
  readonly drives: 'ide' | 'virtio' | 'sd' | 'none';
  /** IDE units on each channel. */
  readonly ideUnits: 1 | 2;
}

const plain: MachineFacts = {
  networkDevice: null,
  display: null,
  memoryMiB: 128,
  processors: 1,
  drives: 'none',
  ideUnits: 2,
};

/** `name`: without properties. A board that is not known here gets what most have: nothing. */
export function machineFacts(architecture: Architecture, name: string): MachineFacts {
  if (architecture === 'x86_64') {
    if (name === 'microvm' || name === 'none') return plain;
    const pc: MachineFacts = { ...plain, drives: 'ide', display: 'VGA' };
    if (name === 'isapc') return { ...pc, networkDevice: 'ne2k_isa', display: 'isa-vga' };
    if (name === 'q35' || name.startsWith('pc-q35-')) return { ...pc, networkDevice: 'e1000e', ideUnits: 1 };
    return { ...pc, networkDevice: 'e1000' };
  }
  if (architecture === 'aarch64') {
    if (/^virt(-|$)/.test(name)) return { ...plain, networkDevice: 'virtio-net-pci', drives: 'virtio' };
    if (/^raspi/.test(name)) {
      const memoryMiB =
        name === 'raspi0' || name === 'raspi1ap' || name === 'raspi3ap' ? 512 : name === 'raspi4b' ? 2048 : 1024;
      return { ...plain, memoryMiB, processors: name === 'raspi0' || name === 'raspi1ap' ? 1 : 4, drives: 'sd' };
    }
    if (name === 'sbsa-ref') return { ...plain, memoryMiB: 1024, processors: 4 };
    return { ...plain, drives: 'sd' };
  }
  if (name === 'sifive_u' || name === 'microchip-icicle-kit')
    return { ...plain, processors: 2, memoryMiB: name === 'sifive_u' ? 128 : 1537 };
  return plain;
}

/** The machine QEMU takes where none is named; null: it refuses. */
export function defaultMachine(architecture: Architecture): string | null {
  return architecture === 'x86_64' ? 'pc' : architecture === 'riscv64' ? 'spike' : null;
}
