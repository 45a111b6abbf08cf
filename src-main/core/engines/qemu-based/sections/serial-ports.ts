/**
 * Which of a guest's serial lines are on the board and which are cards. QEMU takes any number of `-serial` and connects
 * only as many as its board has; the rest would be consoles that nobody ever speaks on.
 */
import { maxSerialPorts, type SerialName, serialNamesOf } from '../../../../../src-shared/model/console.ts';
import type { Architecture } from '../../../../../src-shared/model/engine.ts';
import type { PlainSpec } from '../../../../../src-shared/model/spec.ts';
import type { MachineChoice } from './machine.ts';
import { objectIds } from './row.ts';

/** Seen in QEMU 7.2's boards, by connecting five lines to each. */
export interface BoardLines {
  /** UARTs of its own; null: a board that was never looked at. */
  readonly own: number | null;
  /** It takes PCI cards with a UART. */
  readonly cards: boolean;
}

export function boardLines(architecture: Architecture, { machine, name, bus }: MachineChoice): BoardLines {
  const cards = bus === 'pci';
  switch (architecture) {
    case 'x86_64':
      // COM1 to COM4.
      if (bus === 'pci' || name === 'isapc') return { own: 4, cards };
      return name === 'microvm' ? { own: 1, cards: /,pcie=(on|yes|true)\b/.test(machine) } : { own: null, cards };
    case 'aarch64':
      // Later boards have a second one for the secure world, and sbsa-ref has three; a guest here sees the first.
      if (bus === 'pci') return { own: 1, cards };
      return { own: /^raspi/.test(name) ? 2 : null, cards };
    case 'riscv64':
      if (bus === 'pci') return { own: 1, cards };
      return { own: name === 'sifive_u' ? 2 : null, cards };
  }
}

/** How many lines this machine can have; null: not known. */
export function mostSerialPorts(architecture: Architecture, machine: MachineChoice): number | null {
  const { own, cards } = boardLines(architecture, machine);
  return cards ? maxSerialPorts : own;
}

export interface PlannedLine {
  readonly name: SerialName;
  readonly chardev: string;
  readonly on: 'board' | 'card';
}

export function plannedLines(spec: PlainSpec, machine: MachineChoice): PlannedLine[] {
  const { own, cards } = boardLines(spec.architecture, machine);
  return serialNamesOf(spec.device.serialPorts).map((name, index) => ({
    name,
    chardev: serialChardev(name),
    on: cards && own !== null && index >= own ? 'card' : 'board',
  }));
}

/** The chardev behind a serial line, by which a break reaches it. */
export function serialChardev(name: SerialName): string {
  return name === 'serial' ? objectIds.serial : name;
}
