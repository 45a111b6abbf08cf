/** One row of a launch plan: arguments, the field of the PlainSpec that caused them, and why, in words that can be shown. */
import { serialNames } from '../../../../../src-shared/model/console.ts';
import type { PlannedArgument } from '../../../../../src-shared/model/instance.ts';

/** A row without arguments is legal: it explains something that is done another way. */
export function row(field: string, why: string, ...args: string[]): PlannedArgument {
  return { args, field, why };
}

/** The field of everything that Slipway needs for itself. */
export const slipwayField = 'slipway';

/** Names given to QEMU's objects. Extra arguments may not take them (`extra-arguments.ts`). */
export const objectIds = {
  serial: 'serial0',
  qmp: 'qmp0',
  qmpUser: 'qmp-user0',
  monitor: 'monitor0',
  gdb: 'gdb0',
  network: 'net0',
  pflashCode: 'pflash0',
  pflashVariables: 'pflash1',
  efiDirectory: 'efi0',
} as const;

/** All of them: those of further serial lines are called as the lines are. */
export const ownIds: readonly string[] = [...Object.values(objectIds), ...serialNames.slice(1)];

export function diskNode(index: number): string {
  return `disk${index}`;
}
