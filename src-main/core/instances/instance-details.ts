/** Everything that is shown of one of Slipway's own instances at once. */
import { join } from 'node:path';
import type { InstanceDetails } from '../../../src-shared/model/instance.ts';
import { quoteForShell } from '../engines/qemu-based/shell-line.ts';
import type { InstanceState } from './instance-state.ts';
import { commandOf } from './instance-view.ts';
import type { InstanceServices } from './services.ts';

export async function describeInstance(
  { paths, store }: Pick<InstanceServices, 'paths' | 'store'>,
  { spec, view, current }: Pick<InstanceState, 'spec' | 'view' | 'current'>,
): Promise<InstanceDetails> {
  const { record } = current;
  const instance = paths.instance(spec.id);
  // Only what QEMU listens on: a port that could not be mapped is another program's.
  const ssh = view.ports.find(({ name, state }) => name === 'ssh' && (state === 'mapped' || state === 'answering'));
  const lives = view.status.processLives;
  return {
    view,
    spec,
    directory: instance.directory,
    command: record === null ? null : commandOf(record),
    timeline: [...current.timeline],
    findings: [...current.findings],
    boots: await store.boots(spec.id),
    endpoints: lives
      ? [
          { name: 'serial', path: instance.serialSocket, about: 'the serial console, any number of clients' },
          { name: 'monitor', path: instance.monitor, about: 'QEMU monitor (HMP), one client at a time' },
          { name: 'qmp-user', path: instance.qmpUser, about: 'QMP for your own programs, one client at a time' },
        ]
      : [],
    gdb:
      record?.gdbPort == null || !lives
        ? null
        : { port: record.gdbPort, line: `gdb -ex 'target remote 127.0.0.1:${record.gdbPort}'` },
    sshLine:
      ssh?.host == null
        ? null
        : [
            `ssh -p ${ssh.host}`,
            ...(spec.guest.kind === 'linux' || spec.guest.kind === 'fuchsia'
              ? [`-i ${quoteForShell(join(paths.ssh, 'id_ed25519'))}`]
              : []),
            // The guest makes its host key anew at every boot.
            '-o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null',
            `root@${ssh.bind === '0.0.0.0' ? '127.0.0.1' : ssh.bind}`,
          ].join(' '),
  };
}
