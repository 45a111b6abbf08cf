/** Small devices that a guest is right to expect: a display for firmware, entropy for a kernel. */
import type { PlannedArgument } from '../../../../../src-shared/model/instance.ts';
import type { PlanInput } from '../../engine.ts';
import { option } from '../option.ts';
import { type MachineChoice, virtioDevice } from './machine.ts';
import { row, slipwayField } from './row.ts';

/** In order of preference. ramfb needs no PCI driver in the firmware, but riscv64's board has no DMA for it. */
const displays = {
  x86_64: ['VGA', 'bochs-display'],
  aarch64: ['ramfb', 'virtio-gpu-pci'],
  riscv64: ['bochs-display', 'VGA', 'virtio-gpu-pci'],
} as const;

export function deviceArguments({ spec, capabilities }: PlanInput, machine: MachineChoice): PlannedArgument[] {
  const rows = [row(slipwayField, 'No window of its own.', '-display', 'none')];
  const { kind } = spec.guest;
  const has = (device: string) => capabilities.devices.includes(device);
  const chosen = spec.device.display;
  if (chosen !== null) {
    if (chosen !== 'none') rows.push(row('device.display', 'The display device you chose.', '-device', chosen));
  } else if ((kind === 'disk' || kind === 'firmware') && machine.bus === 'pci') {
    const display = displays[spec.architecture].find(has);
    if (display !== undefined) {
      rows.push(
        row('guest.kind', 'Firmware and boot loaders that know only graphics run too.', '-device', option(display)),
      );
    }
  }
  if (spec.device.entropy && kind !== 'demo' && kind !== 'firmware' && machine.bus !== 'board') {
    const rng = virtioDevice('rng', machine.bus);
    if (has(rng))
      rows.push(row('guest.kind', "Entropy, so that the guest's start does not wait for any.", '-device', option(rng)));
  }
  return rows;
}
