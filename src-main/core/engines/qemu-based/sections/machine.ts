/** The board, what runs its instructions, its processors and its memory. */
import { assertNever } from '../../../../../src-shared/contract/errors.ts';
import type { AccelerationChoice, Architecture } from '../../../../../src-shared/model/engine.ts';
import type { PlannedArgument } from '../../../../../src-shared/model/instance.ts';
import type { PlainSpec } from '../../../../../src-shared/model/spec.ts';
import type { PlanInput } from '../../engine.ts';
import { wordsOfExtraArguments } from '../extra-arguments.ts';
import { extendOption, option } from '../option.ts';
import { objectIds, row } from './row.ts';

/**
 * How devices reach a board: `pci`; `virtio-mmio` (only virtio devices, no PCI); `board` (only what is soldered on).
 */
export type Bus = 'pci' | 'virtio-mmio' | 'board';

export interface MachineChoice {
  /** As `-machine` takes it; what a person typed is kept with its properties. */
  readonly machine: string;
  /** The machine without properties. */
  readonly name: string;
  readonly bus: Bus;
  readonly why: string;
}

export function chooseMachine(spec: PlainSpec): MachineChoice {
  const chosen = spec.device.machine ?? defaultMachine(spec).machine;
  const name = chosen.split(',', 1)[0] ?? chosen;
  return {
    machine: chosen,
    name,
    bus: busOf(spec.architecture, name),
    why: spec.device.machine === null ? defaultMachine(spec).why : 'The machine you chose.',
  };
}

function defaultMachine(spec: PlainSpec): { machine: string; why: string } {
  if (spec.architecture !== 'x86_64')
    return { machine: 'virt', why: "QEMU's generic virtual board with PCI and virtio." };
  const { guest } = spec;
  if (guest.kind === 'demo') return { machine: 'pc', why: 'The oldest and simplest PC is all the demo guest needs.' };
  const uefi = guest.kind === 'disk' && guest.firmware === 'uefi';
  const ide = guest.kind !== 'linux' && guest.disks.some((disk) => disk.interface === 'ide' && disk.media === 'disk');
  // q35 has AHCI only; who asks for IDE without UEFI usually has a driver for the real thing.
  if (ide && !uefi) return { machine: 'pc', why: 'A disk asks for IDE, and q35 has only AHCI.' };
  return { machine: 'q35', why: 'A PC with PCI Express and AHCI.' };
}

export function busOf(architecture: Architecture, name: string): Bus {
  switch (architecture) {
    case 'x86_64':
      if (name === 'microvm') return 'virtio-mmio';
      return name === 'isapc' || name === 'none' ? 'board' : 'pci';
    case 'aarch64':
      return /^virt(-|$)/.test(name) || name === 'sbsa-ref' ? 'pci' : 'board';
    case 'riscv64':
      return /^virt(-|$)/.test(name) ? 'pci' : 'board';
    default:
      return assertNever(architecture);
  }
}

/** The PC with AHCI in place of IDE. */
export function isQ35(machine: string): boolean {
  return machine === 'q35' || machine.startsWith('pc-q35-');
}

/** The virtio device for a bus: `virtio-net-pci`, or `virtio-net-device` on virtio-mmio. */
export function virtioDevice(kind: 'net' | 'blk' | 'rng' | 'scsi', bus: Exclude<Bus, 'board'>): string {
  return `virtio-${kind}-${bus === 'pci' ? 'pci' : 'device'}`;
}

export function machineArguments(input: PlanInput, choice: MachineChoice): PlannedArgument[] {
  const { spec, staged, acceleration } = input;
  const { device } = spec;
  const flash = staged.pflash;
  const machine = extendOption(choice.machine, {
    pflash0: flash === null ? null : objectIds.pflashCode,
    pflash1: flash === null || flash.variables === null ? null : objectIds.pflashVariables,
  });
  const cpu = device.cpu === null ? defaultCpu(spec.architecture, acceleration) : null;
  const ownAccel = wordsOfExtraArguments(spec).some((word) => /^--?accel$/.test(word));
  return [
    row('device.machine', choice.why, '-machine', machine),
    // Of several QEMU takes the first that works, so that yours would never be tried.
    ownAccel
      ? row('runtime.extraArguments', 'The accelerator stands in your extra arguments.')
      : row('host.acceleration', acceleration.reason, '-accel', acceleration.accelerator),
    cpuRow(device.cpu, cpu),
    row('device.processors', 'Virtual processors.', '-smp', option(null, { cpus: device.processors })),
    row('device.memoryMiB', 'Memory of the guest.', '-m', option(null, { size: `${device.memoryMiB}M` })),
  ];
}

/** The word for a machine that is to have the CPU it has without `-cpu`. */
export const machinesOwnCpu = 'default';

function cpuRow(chosen: string | null, ours: { model: string; why: string } | null): PlannedArgument {
  if (ours !== null) return row('device.cpu', ours.why, '-cpu', ours.model);
  if (chosen === machinesOwnCpu) return row('device.cpu', "The machine's own CPU, whichever this QEMU gives it.");
  return row('device.cpu', 'The CPU model you chose.', '-cpu', chosen ?? '');
}

function defaultCpu(architecture: Architecture, acceleration: AccelerationChoice): { model: string; why: string } {
  if (acceleration.accelerator !== 'tcg') {
    return { model: 'host', why: "The host's own processor: with hardware acceleration its code runs as it is." };
  }
  switch (architecture) {
    case 'x86_64':
      // qemu64 lacks SSE4 and POPCNT, which distributions built for x86-64-v2 need. Five-level paging is left out because
      // older kernels and boot loaders fail on it, and no guest here has the memory to want it.
      return {
        model: 'max,la57=off',
        why: 'Everything QEMU can emulate, except five-level paging (older kernels fail on it).',
      };
    case 'aarch64':
      // `max` has pointer authentication, which costs half the speed under TCG, and 52-bit addresses, which kernels before
      // 5.12 cannot map; virt's own default is a 32-bit processor.
      return {
        model: 'cortex-a72',
        why: 'A plain 64-bit ARM core that every kernel knows; `max` is slower to emulate.',
      };
    case 'riscv64':
      return { model: 'rv64', why: "QEMU's generic 64-bit RISC-V core." };
    default:
      return assertNever(architecture);
  }
}
