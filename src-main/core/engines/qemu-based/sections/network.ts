/** User-mode networking. Ports are not mapped here: see the row that says so. */
import type { PlannedArgument } from '../../../../../src-shared/model/instance.ts';
import type { PlanInput } from '../../engine.ts';
import { extendOption, option } from '../option.ts';
import { type MachineChoice, virtioDevice } from './machine.ts';
import { objectIds, row } from './row.ts';

export function networkArguments({ spec }: PlanInput, machine: MachineChoice): PlannedArgument[] {
  const { networking, ports } = spec.host;
  if (networking === 'none') return [row('host.networking', 'No network device.', '-nic', 'none')];
  const { networkDevice } = spec.host;
  const rows = networkDevice === null ? backend(machine) : chosenDevice(networkDevice);
  if (ports.length > 0) {
    const names = ports.map((port) => port.name).join(', ');
    rows.push(
      row(
        'host.ports',
        `Mapped over the monitor before the guest starts (${names}), so that a busy port costs one mapping and not the launch.`,
      ),
    );
  }
  return rows;
}

/** As typed, its boot ROM included: whoever names a card means what QEMU makes of that name. */
function chosenDevice(device: string): PlannedArgument[] {
  return [
    row(
      'host.networking',
      "QEMU's own NAT: no privileges and no set-up on the host.",
      '-netdev',
      option('user', { id: objectIds.network }),
    ),
    row(
      'host.networkDevice',
      'The network card you chose.',
      '-device',
      extendOption(device, { netdev: objectIds.network }),
    ),
  ];
}

function backend(machine: MachineChoice): PlannedArgument[] {
  const field = 'host.networking';
  if (machine.bus === 'board') {
    return [
      row(
        field,
        "The board's own network device, behind QEMU's NAT.",
        '-nic',
        option('user', { id: objectIds.network }),
      ),
    ];
  }
  return [
    row(
      field,
      "QEMU's own NAT: no privileges and no set-up on the host.",
      '-netdev',
      option('user', { id: objectIds.network }),
    ),
    row(
      field,
      'A virtio network device. Without its network boot ROM, so that the machine boots only what it was given.',
      '-device',
      option(virtioDevice('net', machine.bus), {
        netdev: objectIds.network,
        romfile: machine.bus === 'pci' ? '' : null,
      }),
    ),
  ];
}
