/** Debugging aids, and the paused start that everything rests on. */
import type { PlannedArgument } from '../../../../../src-shared/model/instance.ts';
import type { Spec } from '../../../../../src-shared/model/spec.ts';
import { row, slipwayField } from './row.ts';

export function debugArguments({ spec }: { readonly spec: Pick<Spec, 'runtime'> }): PlannedArgument[] {
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
  // Not in the command: a debugger that leaves lets the guest go, so none is let in before Slipway has.
  if (debug.gdb !== null) rows.push(row(field('gdb'), stubText(debug.gdb.port)));
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

function stubText(port: number | null): string {
  const when = 'Opened over QMP once the guest may run:';
  return port === null
    ? `${when} a debugger attaches to the socket run/gdb, which only you can reach.`
    : `${when} a debugger attaches to TCP port ${port}, as any program and any user of this computer can.`;
}
