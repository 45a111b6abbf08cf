/** What this host says about hardware acceleration, without trying it. Reads only. */
import { constants } from 'node:fs';
import { open, readFile, stat } from 'node:fs/promises';
import { userInfo } from 'node:os';
import type { Architecture } from '../../../src-shared/model/engine.ts';
import { isErrno } from '../kit/atomic-file.ts';

export type KvmDevice =
  | { readonly state: 'openable' }
  /** `processorOffers` null: not known. */
  | { readonly state: 'missing'; readonly processorOffers: boolean | null }
  | {
      readonly state: 'closed';
      /** Group of the device that may open it; null: it has none. */
      readonly group: string | null;
      /** The user is in the group by now, but this session began before. */
      readonly isSessionStale: boolean;
    }
  | { readonly state: 'failing'; readonly text: string };

export interface AccelerationFacts {
  readonly platform: NodeJS.Platform;
  /** null: none that QEMU guests here are made for. */
  readonly architecture: Architecture | null;
  /** null where there is no KVM to ask about. */
  readonly kvm: KvmDevice | null;
}

export async function readAccelerationFacts(device = '/dev/kvm'): Promise<AccelerationFacts> {
  const { platform } = process;
  const kvm = platform === 'linux' ? await inspectKvm(device) : null;
  return { platform, architecture: hostArchitecture(process.arch), kvm };
}

function hostArchitecture(arch: string): Architecture | null {
  if (arch === 'x64') return 'x86_64';
  if (arch === 'arm64') return 'aarch64';
  return arch === 'riscv64' ? 'riscv64' : null;
}

async function inspectKvm(device: string): Promise<KvmDevice> {
  try {
    // As QEMU opens it. Opening creates nothing; KVM does that by ioctl.
    const file = await open(device, constants.O_RDWR);
    await file.close();
    return { state: 'openable' };
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR')) {
      const text = await readFile('/proc/cpuinfo', 'utf8').catch(() => '');
      return { state: 'missing', processorOffers: offersVirtualisation(text) };
    }
    if (isErrno(error, 'EACCES', 'EPERM')) return await inspectGroup(device);
    return { state: 'failing', text: error instanceof Error ? error.message : String(error) };
  }
}

async function inspectGroup(device: string): Promise<KvmDevice> {
  const facts = await stat(device).catch(() => null);
  // Group read and write; without them membership does not help.
  const opensForGroup = facts !== null && (facts.mode & 0o060) === 0o060;
  if (!opensForGroup) return { state: 'closed', group: null, isSessionStale: false };
  const database = await readFile('/etc/group', 'utf8').catch(() => '');
  const entry = parseGroup(database, facts.gid);
  const isMember = entry?.members.includes(userInfo().username) ?? false;
  const inSession = process.getgroups?.().includes(facts.gid) ?? false;
  return { state: 'closed', group: entry?.name ?? null, isSessionStale: isMember && !inSession };
}

/** A line of /etc/group (group(5)) by its number. Pure. */
export function parseGroup(database: string, gid: number): { name: string; members: string[] } | null {
  for (const line of database.split('\n')) {
    const [name, , number, members] = line.split(':');
    if (name && number !== undefined && Number(number) === gid) {
      return { name, members: (members ?? '').split(',').filter((member) => member !== '') };
    }
  }
  return null;
}

/** From /proc/cpuinfo: Intel's `vmx` or AMD's `svm`; null where there are no such flags to read. Pure. */
export function offersVirtualisation(cpuinfo: string): boolean | null {
  const flags = /^flags\s*:(.*)$/m.exec(cpuinfo)?.[1];
  return flags === undefined ? null : /\s(?:vmx|svm)(?:\s|$)/.test(flags);
}
