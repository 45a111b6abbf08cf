/** Programs beside the emulators, and the guests that are made from this host's packages. */
import type { HostCheck } from '../../../../src-shared/model/host-report.ts';
import { qemuImgPackages } from '../../engines/qemu/packages.ts';
import type { LinuxGuestAvailability } from '../../guests/linux/recipe.ts';
import {
  findHostTool,
  type HostSystem,
  type HostToolSearch,
  installCommand,
  type Packages,
} from '../../process/host-tool.ts';
import { check } from './check.ts';

interface ToolNeed {
  readonly name: string;
  readonly state: 'warning' | 'note';
  /** What does not work without it, as a sentence. */
  readonly without: string;
  readonly packages: Packages;
}

const sshPackages: Packages = {
  debian: 'openssh-client',
  fedora: 'openssh-clients',
  arch: 'openssh',
  suse: 'openssh-clients',
  alpine: 'openssh-client',
  brew: 'openssh',
};

const needs: readonly ToolNeed[] = [
  {
    name: 'qemu-img',
    state: 'warning',
    without: 'Without it disks have no overlays: guests can only use copies or the files themselves.',
    packages: qemuImgPackages,
  },
  {
    name: 'ssh',
    state: 'note',
    without: 'The lines that log in to a guest need it; Slipway itself does not.',
    packages: sshPackages,
  },
];

export function toolChecks(search: HostToolSearch, system: HostSystem): HostCheck[] {
  return needs.map(({ name, state, without, packages }) => {
    const tool = findHostTool([name], search);
    if (tool !== null) return check('ok', `tool.${name}`, `${name} is installed.`, { detail: tool.path });
    return check(state, `tool.${name}`, `${name} is not installed.`, {
      hint: without,
      command: installCommand(packages, system),
    });
  });
}

export function linuxGuestCheck(guest: LinuxGuestAvailability): HostCheck {
  const id = 'guest.linux';
  if (!guest.available)
    return check('note', id, `The Linux guest cannot be built: ${guest.reason}`, { hint: guest.hint });
  if (guest.cached) return check('ok', id, 'The Linux guest is built and ready.');
  return check('ok', id, 'The Linux guest can be built.', { hint: 'At its first launch: 32 MB of downloads.' });
}
