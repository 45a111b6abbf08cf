/**
 * The door for a debugger. Whoever is let in can run any monitor command, so it is a socket below `run/` that only this
 * user reaches; a TCP port is for whoever asked for one. A debugger that leaves lets the guest go, also one that Slipway
 * still holds: so the door is put up before the guest may run (a port that cannot be had stops the launch) and answered
 * at only afterwards.
 */
import { chmod } from 'node:fs/promises';
import { SlipwayError, toFailure } from '../../../src-shared/contract/errors.ts';
import type { InstanceDetails } from '../../../src-shared/model/instance.ts';
import { objectIds } from '../engines/qemu-based/sections/row.ts';
import { quoteForShell } from '../engines/qemu-based/shell-line.ts';
import { filenames } from '../home/filenames.ts';
import type { InstancePaths } from '../home/paths.ts';
import { isSocketPathShort } from '../process/socket-path.ts';
import type { QmpExecutor } from '../qmp/client.ts';
import { addSocketChardev, humanMonitorCommand, queryChardevs } from '../qmp/commands.ts';
import type { LaunchRecord } from './records.ts';

type Asked = Pick<LaunchRecord, 'gdbPort' | 'gdbSocket'>;

export function wantsDebugger(record: Asked | null): record is Asked {
  return record !== null && (record.gdbSocket || record.gdbPort !== null);
}

/** Idempotent. Throws `port_busy` for a port that cannot be had. */
export async function listenForDebugger(qmp: QmpExecutor, { gdbPort }: Asked, { gdb }: InstancePaths): Promise<void> {
  if ((await stubChardev(qmp)) !== undefined) return;
  if (gdbPort === null) {
    await addSocketChardev(qmp, objectIds.gdb, { path: filenames.gdb });
    await chmod(gdb, 0o600);
    return;
  }
  try {
    await addSocketChardev(qmp, objectIds.gdb, { host: '127.0.0.1', port: gdbPort });
  } catch (error) {
    const { raw, message } = toFailure(error);
    throw new SlipwayError('port_busy', `The gdb stub cannot listen on port ${gdbPort}.`, {
      hint: 'Choose another port, or leave it empty for a socket.',
      field: 'runtime.debug.gdb.port',
      raw: raw ?? message,
    });
  }
}

/** Idempotent: a second time would take the debugger away that is there. Throws `qmp_error` with what QEMU said. */
export async function letDebuggerIn(qmp: QmpExecutor): Promise<void> {
  const door = await stubChardev(qmp);
  // Of a guest that an older Slipway started it is in the command, and has been open from the start.
  if (door === undefined || door.label !== objectIds.gdb || door['frontend-open']) return;
  const said = await humanMonitorCommand(qmp, `gdbserver chardev:${objectIds.gdb}`);
  if (/^Waiting for gdb connection/.test(said)) return;
  throw new SlipwayError('qmp_error', 'QEMU did not open its gdb stub.', { raw: said.trim() });
}

async function stubChardev(qmp: QmpExecutor) {
  return (await queryChardevs(qmp)).find(({ label }) => label === objectIds.gdb || label === 'gdb');
}

/** Where a debugger attaches, and the line that does it. */
export function debuggerDoor(record: Asked | null, { gdb, run }: InstancePaths): InstanceDetails['gdb'] {
  if (!wantsDebugger(record)) return null;
  const { gdbPort: port } = record;
  if (port !== null) return { port, path: null, line: `gdb -ex 'target remote 127.0.0.1:${port}'` };
  // gdb connects by the name it is given, which must be short; from the directory it is.
  const line = isSocketPathShort(gdb)
    ? `gdb -ex ${quoteForShell(`target remote ${gdb}`)}`
    : `gdb -cd ${quoteForShell(run)} -ex 'target remote ./${filenames.gdb}'`;
  return { port, path: gdb, line };
}
