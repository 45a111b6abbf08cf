/** Debugging aids, and the paused start that everything rests on. */
import type { PlannedArgument } from '../../../../../src-shared/model/instance.ts';
import type { Spec } from '../../../../../src-shared/model/spec.ts';
import type { PlanInput } from '../../engine.ts';
import { row, slipwayField } from './row.ts';

export function debugArguments({ spec, gdbPort }: Pick<PlanInput<Spec>, 'spec' | 'gdbPort'>): PlannedArgument[] {
  const { debug } = spec.runtime;
  const field = (name: string) => `runtime.debug.${name}`;
  const rows = [
    row(
      slipwayField,
      debug.startPaused
        ? 'Starts paused and stays so until you or a debugger continue it.'
        : 'Starts paused: Slipway lets it go once the consoles are attached, so that no byte is lost.',
      '-S',
    ),
  ];
  if (gdbPort !== null) {
    rows.push(row(field('gdb'), 'A debugger attaches here, from this host only.', '-gdb', `tcp:127.0.0.1:${gdbPort}`));
  }
  if (debug.noReboot) rows.push(row(field('noReboot'), 'A reboot of the guest ends QEMU instead.', '-no-reboot'));
  if (debug.noShutdown) {
    rows.push(
      row(field('noShutdown'), 'A guest that powers off stays there, stopped, to be looked at.', '-no-shutdown'),
    );
  }
  if (debug.log.length > 0) {
    rows.push(row(field('log'), 'Written to the engine log.', '-d', [...new Set(debug.log)].join(',')));
  }
  return rows;
}
