/** The lines to the guest and to QEMU. Names are relative to the working directory: a socket's path must be short. */
import type { PlannedArgument } from '../../../../../src-shared/model/instance.ts';
import { filenames } from '../../../home/filenames.ts';
import type { PlanInput } from '../../engine.ts';
import { option } from '../option.ts';
import { objectIds, row, slipwayField } from './row.ts';

export function consoleArguments({ serialStem }: Pick<PlanInput, 'serialStem'>): PlannedArgument[] {
  return [
    row(
      slipwayField,
      "The guest's serial output goes into a plain file that QEMU itself writes; its input comes from a FIFO.",
      '-chardev',
      option('pipe', { id: objectIds.serial, path: serialStem }),
      '-serial',
      `chardev:${objectIds.serial}`,
    ),
    ...socketMonitor(objectIds.qmp, filenames.qmp, 'control', "Slipway's own QMP connection."),
    ...socketMonitor(objectIds.qmpUser, filenames.qmpUser, 'control', 'A second QMP server, for you and your scripts.'),
    ...socketMonitor(objectIds.monitor, filenames.monitor, 'readline', 'The QEMU monitor.'),
  ];
}

function socketMonitor(id: string, path: string, mode: 'control' | 'readline', why: string): PlannedArgument[] {
  return [
    row(
      slipwayField,
      why,
      '-chardev',
      option('socket', { id, path, server: true, wait: false }),
      '-mon',
      option(null, { chardev: id, mode }),
    ),
  ];
}
