/** What the machine starts from: a kernel given directly, or firmware. */
import type { Architecture } from '../../../../../src-shared/model/engine.ts';
import type { PlannedArgument } from '../../../../../src-shared/model/instance.ts';
import type { PlanInput } from '../../engine.ts';
import { option } from '../option.ts';
import { objectIds, row } from './row.ts';

export function bootArguments(input: PlanInput): PlannedArgument[] {
  return [...firmwareArguments(input), ...kernelArguments(input)];
}

/** These options take a plain path, not a property list: nothing is escaped. */
function kernelArguments({ spec, staged }: PlanInput): PlannedArgument[] {
  const rows: PlannedArgument[] = [];
  const { kind } = spec.guest;
  if (staged.kernel !== null) {
    const field = kind === 'kernel' ? 'guest.kernel' : 'guest.kind';
    rows.push(
      row(field, kind === 'demo' ? 'The guest that comes with Slipway.' : 'The kernel.', '-kernel', staged.kernel),
    );
  }
  if (staged.initrd !== null) {
    const field = kind === 'kernel' ? 'guest.initrd' : 'guest.kind';
    rows.push(row(field, 'The initial RAM disk, or a module for a Multiboot kernel.', '-initrd', staged.initrd));
  }
  if (staged.append !== '') rows.push(row('guest.append', 'The kernel command line.', '-append', staged.append));
  return rows;
}

function firmwareArguments({ spec, staged }: PlanInput): PlannedArgument[] {
  if (staged.bios !== null) return [row('guest.image.file', 'The firmware.', '-bios', staged.bios)];
  const flash = staged.pflash;
  if (flash === null) return defaultFirmware(spec.architecture);
  const own = spec.guest.kind === 'firmware';
  const codeRow = row(
    own ? 'guest.image.code' : 'guest.firmware',
    'Firmware code, read-only.',
    '-blockdev',
    flashNode(objectIds.pflashCode, flash.code, 'raw', true),
  );
  if (flash.variables === null) return [codeRow];
  return [
    codeRow,
    row(
      own ? 'guest.image.variables' : 'guest.firmware',
      "Firmware variables: the instance's own copy.",
      '-blockdev',
      flashNode(objectIds.pflashVariables, flash.variables, flash.variablesFormat, false),
    ),
  ];
}

/** What the machine does without `-bios`: said in the plan, not spelled in argv, except where the default must be named. */
function defaultFirmware(architecture: Architecture): PlannedArgument[] {
  if (architecture !== 'riscv64') return [];
  // Named, because without it QEMU before 5.1 starts no firmware and a supervisor-mode kernel dies silently.
  return [row('slipway', 'OpenSBI, the machine-mode firmware that comes with QEMU.', '-bios', 'default')];
}

function flashNode(node: string, path: string, format: string, readOnly: boolean): string {
  return option(null, {
    'node-name': node,
    driver: format,
    'read-only': readOnly,
    'file.driver': 'file',
    'file.filename': path,
  });
}
