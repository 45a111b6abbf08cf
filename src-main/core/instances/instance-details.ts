/** Everything that is shown of one of Slipway's own instances at once. */
import { join } from 'node:path';
import { serialNamesOf } from '../../../src-shared/model/console.ts';
import { type Boot, type InstanceDetails, type InstanceView, isDead } from '../../../src-shared/model/instance.ts';
import { isMapped } from '../../../src-shared/model/ports.ts';
import { quoteForShell } from '../engines/qemu-based/shell-line.ts';
import { hostAddresses } from '../network/host-addresses.ts';
import { debuggerDoor } from './gdb-stub.ts';
import { deathWords } from './guest-death.ts';
import type { InstanceState } from './instance-state.ts';
import { commandOf } from './instance-view.ts';
import type { InstanceServices } from './services.ts';

/** A guest that is dead and still there has no outcome yet; what it died of is known. */
function ofNow(boot: Boot, { status }: InstanceView): Boot {
  if (boot.endedAt !== null || !isDead(status)) return boot;
  return { ...boot, outcome: deathWords(status) ?? '', panic: status.panic?.line ?? null };
}

export async function describeInstance(
  { paths, store }: Pick<InstanceServices, 'paths' | 'store'>,
  { spec, view, current }: Pick<InstanceState, 'spec' | 'view' | 'current'>,
): Promise<InstanceDetails> {
  const { record } = current;
  const instance = paths.instance(spec.id);
  // Only what QEMU listens on: a port that could not be mapped is another program's.
  const ssh = view.ports.find((port) => port.name === 'ssh' && isMapped(port));
  const lives = view.status.processLives;
  const hasOurKey = spec.guest.kind === 'linux' || spec.guest.kind === 'fuchsia';
  const identityFile = hasOurKey ? join(paths.ssh, 'id_ed25519') : null;
  return {
    view,
    spec,
    directory: instance.directory,
    command: record === null ? null : commandOf(record),
    timeline: [...current.timeline],
    findings: [...current.findings],
    boots: (await store.boots(spec.id)).map((boot) => (boot.number === view.status.boot ? ofNow(boot, view) : boot)),
    endpoints: lives
      ? [
          ...serialNamesOf(view.serialPorts).map((name, index) => ({
            name,
            path: instance.serialSocketOf(name),
            about:
              index === 0
                ? 'the serial console, any number of clients'
                : `serial line ${index + 1}, any number of clients`,
          })),
          { name: 'monitor', path: instance.monitor, about: 'QEMU monitor (HMP), one client at a time' },
          { name: 'qmp-user', path: instance.qmpUser, about: 'QMP for your own programs, one client at a time' },
          ...(record?.gdbSocket === true
            ? [{ name: 'gdb', path: instance.gdb, about: 'gdb stub, one debugger at a time' }]
            : []),
        ]
      : [],
    gdb: lives ? debuggerDoor(record, instance) : null,
    sshLine:
      ssh?.host == null
        ? null
        : [
            `ssh -p ${ssh.host}`,
            ...(identityFile === null ? [] : [`-i ${quoteForShell(identityFile)}`]),
            // The guest makes its host key anew at every boot.
            '-o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null',
            `root@${ssh.bind === '0.0.0.0' ? '127.0.0.1' : ssh.bind}`,
          ].join(' '),
    login: hasOurKey ? { user: 'root', identityFile } : null,
    hostAddresses: hostAddresses(),
  };
}
