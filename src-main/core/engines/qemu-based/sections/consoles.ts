/** The lines to the guest and to QEMU. Names are relative to the working directory: a socket's path must be short. */
import type { PlannedArgument } from '../../../../../src-shared/model/instance.ts';
import { filenames, serialFile } from '../../../home/filenames.ts';
import type { PlanInput } from '../../engine.ts';
import { option } from '../option.ts';
import { objectIds, row, slipwayField } from './row.ts';
import type { PlannedLine } from './serial-ports.ts';

type Stem = Pick<PlanInput, 'serialStem'>;

const firstLine: PlannedLine = { name: 'serial', chardev: objectIds.serial, on: 'board' };

/** `field`: what the serial lines come from. */
export function consoleArguments(
  { serialStem }: Stem,
  lines: readonly PlannedLine[] = [firstLine],
  field = slipwayField,
): PlannedArgument[] {
  return [
    ...lines.map((line) => serialLine(line, serialStem, field)),
    ...socketMonitor(objectIds.qmp, filenames.qmp, '-qmp', "Slipway's own QMP connection."),
    ...socketMonitor(objectIds.qmpUser, filenames.qmpUser, '-qmp', 'A second QMP server, for you and your scripts.'),
    ...socketMonitor(objectIds.monitor, filenames.monitor, '-monitor', 'The QEMU monitor.'),
  ];
}

function serialLine({ name, chardev, on }: PlannedLine, stem: string, field: string): PlannedArgument {
  const where = on === 'card' ? ' The board has no UART left for it, so it is a PCI card.' : '';
  const why =
    name === 'serial'
      ? "The guest's serial output goes into a plain file that QEMU itself writes; its input comes from a FIFO."
      : `Another serial line, with a file and a FIFO of its own.${where}`;
  return row(
    field,
    why,
    '-chardev',
    option('pipe', { id: chardev, path: serialFile(stem, name) }),
    ...(on === 'card' ? ['-device', option('pci-serial', { chardev })] : ['-serial', `chardev:${chardev}`]),
  );
}

/** Not `-mon`: a QEMU that would rather have objects says so on stderr at every start, of `-mon` only. */
function socketMonitor(id: string, path: string, kind: '-qmp' | '-monitor', why: string): PlannedArgument[] {
  return [
    row(
      slipwayField,
      why,
      '-chardev',
      option('socket', { id, path, server: true, wait: false }),
      kind,
      `chardev:${id}`,
    ),
  ];
}
