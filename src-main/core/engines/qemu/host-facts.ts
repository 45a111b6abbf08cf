/** What validation needs to know of the host, read in one go so that the decisions can be pure. */
import { access, constants, readFile } from 'node:fs/promises';
import { availableParallelism, freemem, totalmem } from 'node:os';
import type { Architecture } from '../../../../src-shared/model/engine.ts';

export interface HostFacts {
  readonly platform: string;
  /** null: an architecture that Slipway has no guests for. */
  readonly architecture: Architecture | null;
  /** What this process may use at most: the machine's memory, or the limit of its container. */
  readonly totalMiB: number;
  readonly availableMiB: number;
  readonly processors: number;
  readonly isRoot: boolean;
  /** Whether /dev/kvm can be opened, and if not, why. */
  readonly kvm: 'usable' | 'absent' | 'forbidden';
  /** Ports below this one are for root. */
  readonly firstUnprivilegedPort: number;
}

const mib = 1024 * 1024;

export async function thisHost(): Promise<HostFacts> {
  const [available, kvm, firstUnprivilegedPort] = await Promise.all([availableMiB(), kvmAccess(), unprivilegedPorts()]);
  // 0 or an absurd number where there is no limit.
  const limit = process.constrainedMemory() || Number.POSITIVE_INFINITY;
  return {
    platform: process.platform,
    architecture: process.arch === 'x64' ? 'x86_64' : process.arch === 'arm64' ? 'aarch64' : null,
    totalMiB: Math.floor(Math.min(totalmem(), limit) / mib),
    availableMiB: available,
    processors: availableParallelism(),
    isRoot: process.getuid?.() === 0,
    kvm,
    firstUnprivilegedPort,
  };
}

/** proc(5): MemAvailable counts what the kernel would give up; `freemem` does not on older Node. */
async function availableMiB(): Promise<number> {
  const text = await readFile('/proc/meminfo', 'utf8').catch(() => '');
  const kilobytes = /^MemAvailable:\s+(\d+) kB$/m.exec(text)?.[1];
  return kilobytes === undefined ? Math.floor(freemem() / mib) : Math.floor(Number(kilobytes) / 1024);
}

async function kvmAccess(): Promise<HostFacts['kvm']> {
  try {
    await access('/dev/kvm', constants.F_OK);
  } catch {
    return 'absent';
  }
  try {
    await access('/dev/kvm', constants.R_OK | constants.W_OK);
    return 'usable';
  } catch {
    return 'forbidden';
  }
}

async function unprivilegedPorts(): Promise<number> {
  const text = await readFile('/proc/sys/net/ipv4/ip_unprivileged_port_start', 'utf8').catch(() => '');
  // macOS has let everyone bind low ports on all addresses since 10.14.
  if (text === '') return process.platform === 'darwin' ? 0 : 1024;
  return Number(text.trim());
}
