/** Networking: what user mode needs of the emulator, and what tap needs of the host. */
import { access, constants, readFile } from 'node:fs/promises';
import type { Architecture } from '../../../../src-shared/model/engine.ts';
import type { HostCheck } from '../../../../src-shared/model/host-report.ts';
import { readTapFacts } from '../../engines/fuchsia/host.ts';
import { type TapFacts, tapInterface } from '../../engines/qemu-based/flag-template/resolve-networking.ts';
import { runTool } from '../../process/run-tool.ts';
import { check } from './check.ts';

export interface NetworkFacts {
  /** Per emulator, whether `-netdev user` was built in; null: it did not say. */
  readonly userMode: readonly { readonly architecture: Architecture; readonly builtIn: boolean | null }[];
  readonly tap: TapFacts;
  readonly tun: 'usable' | 'forbidden' | 'absent';
  readonly firstUnprivilegedPort: number;
  readonly isRoot: boolean;
}

const helpTimeoutMs = 5000;

export async function readNetworkFacts(
  emulators: readonly { readonly architecture: Architecture; readonly binary: string }[],
): Promise<NetworkFacts> {
  const [userMode, tap, tun, portText] = await Promise.all([
    Promise.all(
      emulators.map(async ({ architecture, binary }) => ({ architecture, builtIn: await hasUserMode(binary) })),
    ),
    readTapFacts(`/sys/class/net/${tapInterface}`),
    tunAccess(),
    readFile('/proc/sys/net/ipv4/ip_unprivileged_port_start', 'utf8').catch(() => ''),
  ]);
  const firstUnprivilegedPort = portText === '' ? (process.platform === 'darwin' ? 0 : 1024) : Number(portText.trim());
  return { userMode, tap, tun, firstUnprivilegedPort, isRoot: process.getuid?.() === 0 };
}

/** `-netdev help` lists the backends, one per line. */
async function hasUserMode(binary: string): Promise<boolean | null> {
  const args = ['-machine', 'none', '-netdev', 'help'];
  const result = await runTool(binary, args, { timeoutMs: helpTimeoutMs, cwd: '/' }).catch(() => null);
  return result === null || result.code !== 0 ? null : /^user$/m.test(result.stdout);
}

async function tunAccess(): Promise<NetworkFacts['tun']> {
  const may = (mode: number) =>
    access('/dev/net/tun', mode).then(
      () => true,
      () => false,
    );
  if (!(await may(constants.F_OK))) return 'absent';
  return (await may(constants.R_OK | constants.W_OK)) ? 'usable' : 'forbidden';
}

/** Pure. */
export function networkChecks(facts: NetworkFacts): HostCheck[] {
  return [...facts.userMode.map(userModeCheck), lowPortsCheck(facts), tapCheck(facts)];
}

function userModeCheck({ architecture, builtIn }: NetworkFacts['userMode'][number]): HostCheck {
  const id = `network.user.${architecture}`;
  if (builtIn === false)
    return check('warning', id, `QEMU for ${architecture} was built without user-mode networking.`, {
      hint: 'Guests have no network and no port mappings. The distribution’s own QEMU has it (libslirp).',
    });
  if (builtIn === null) return check('note', id, `QEMU for ${architecture} does not say which networks it knows.`);
  return check('ok', id, `Networking without privileges works for ${architecture} guests.`, { detail: '-netdev user' });
}

function lowPortsCheck({ firstUnprivilegedPort, isRoot }: NetworkFacts): HostCheck {
  const id = 'network.low-ports';
  if (isRoot || firstUnprivilegedPort <= 80) return check('ok', id, 'Ports like 80 and 443 can be mapped.');
  return check('note', id, `Host ports below ${firstUnprivilegedPort} can be mapped by root only.`, {
    hint: 'Map to a higher port, or lower the limit until the next reboot.',
    command: 'sudo sysctl net.ipv4.ip_unprivileged_port_start=80',
  });
}

/** Tap is for Fuchsia guests that ask for it: a missing one is no fault. */
function tapCheck({ tap, tun }: NetworkFacts): HostCheck {
  const id = 'network.tap';
  if (tap.exists && !tap.isTap)
    return check('warning', id, `The interface "${tapInterface}" is there, but it is no tap.`, {
      command: `sudo ip link delete ${tapInterface}`,
    });
  if (tap.exists && tap.isUp) return check('ok', id, `The tap interface "${tapInterface}" is up.`);
  if (tap.exists)
    return check('warning', id, `The tap interface "${tapInterface}" is down.`, {
      command: `sudo ip link set ${tapInterface} up`,
    });
  if (tun === 'absent')
    return check('note', id, 'There is no /dev/net/tun: tap networking is not possible.', {
      command: 'sudo modprobe tun',
    });
  return check('note', id, `There is no tap interface "${tapInterface}".`, {
    hint: 'Only Fuchsia guests in tap networking need it.',
    command: `sudo ip tuntap add dev ${tapInterface} mode tap user $USER && sudo ip link set ${tapInterface} up`,
  });
}
