/** What Linux says about KVM without trying it: the device, who may open it, and where there is none, why not. */
import { constants } from 'node:fs';
import { access, open, readFile, stat } from 'node:fs/promises';
import { release, userInfo } from 'node:os';
import { join } from 'node:path';
import { isErrno } from '../kit/errno.ts';

export type KvmDevice =
  | { readonly state: 'openable' }
  | { readonly state: 'missing'; readonly surroundings: KvmSurroundings }
  | {
      readonly state: 'closed';
      /** Group of the device that may open it; null: it has none. */
      readonly group: string | null;
      /** The user is in the group by now, but this session began before. */
      readonly isSessionStale: boolean;
    }
  | { readonly state: 'failing'; readonly text: string };

/** Everything that tells one missing device from another. */
export interface KvmSurroundings {
  /** Whether the processor has the extensions as this kernel sees them; null: not known for this architecture. */
  readonly processorOffers: boolean | null;
  readonly vendor: 'intel' | 'amd' | null;
  /** This system is itself a guest: the processor's `hypervisor` flag. */
  readonly isVirtualMachine: boolean;
  readonly isContainer: boolean;
  /** The kernel module that drives this processor. `absent`: this kernel has none. */
  readonly module: 'loaded' | 'installed' | 'absent' | 'unknown';
}

export interface KvmPlaces {
  readonly device: string;
  /** Prefix of `/proc`, `/sys`, `/lib/modules`, `/run`; empty on a real host. */
  readonly root: string;
}

export async function inspectKvm({ device, root }: KvmPlaces): Promise<KvmDevice> {
  try {
    // As QEMU opens it. Opening creates nothing; KVM does that by ioctl.
    const file = await open(device, constants.O_RDWR);
    await file.close();
    return { state: 'openable' };
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR')) return { state: 'missing', surroundings: await lookAround(root) };
    if (isErrno(error, 'EACCES', 'EPERM')) return await inspectGroup(device);
    return { state: 'failing', text: error instanceof Error ? error.message : String(error) };
  }
}

async function lookAround(root: string): Promise<KvmSurroundings> {
  const processor = parseProcessor(await readFile(join(root, '/proc/cpuinfo'), 'utf8').catch(() => ''));
  const module = processor.vendor === null ? null : `kvm_${processor.vendor}`;
  const isContainer = await somethingAt(root, ['/.dockerenv', '/run/.containerenv', '/run/systemd/container']);
  return { ...processor, isContainer, module: module === null ? 'unknown' : await findModule(root, module) };
}

async function findModule(root: string, name: string): Promise<KvmSurroundings['module']> {
  if (await somethingAt(root, [`/sys/module/${name}`])) return 'loaded';
  const directory = join(root, '/lib/modules', release());
  // modules.builtin and modules.dep name files: `kernel/arch/x86/kvm/kvm-intel.ko.xz: …`.
  const lists = await Promise.all(
    ['modules.dep', 'modules.builtin'].map((list) => readFile(join(directory, list), 'utf8').catch(() => null)),
  );
  if (lists.every((list) => list === null)) return 'unknown';
  const file = `/${name.replace('_', '-')}.ko`;
  return lists.some((list) => list?.includes(file)) ? 'installed' : 'absent';
}

async function somethingAt(root: string, paths: readonly string[]): Promise<boolean> {
  const found = await Promise.all(
    paths.map((path) =>
      access(join(root, path)).then(
        () => true,
        () => false,
      ),
    ),
  );
  return found.includes(true);
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

/**
 * From /proc/cpuinfo: Intel's `vmx` or AMD's `svm`, whose, and whether a hypervisor is below us. Since 5.6 Linux takes
 * `vmx` away where the firmware has locked it off. Pure.
 */
export function parseProcessor(
  cpuinfo: string,
): Pick<KvmSurroundings, 'processorOffers' | 'vendor' | 'isVirtualMachine'> {
  const flags = /^flags\s*:(.*)$/m.exec(cpuinfo)?.[1]?.trim().split(/\s+/);
  const named = /^vendor_id\s*:\s*(\S+)/m.exec(cpuinfo)?.[1];
  return {
    processorOffers: flags === undefined ? null : flags.includes('vmx') || flags.includes('svm'),
    vendor: named === 'GenuineIntel' ? 'intel' : named === 'AuthenticAMD' || named === 'HygonGenuine' ? 'amd' : null,
    isVirtualMachine: flags?.includes('hypervisor') ?? false,
  };
}

/** Programs whose kernel module takes the processor's virtualisation for itself, by their module: /proc/modules. Pure. */
export function otherHypervisor(modules: string): string | null {
  const loaded = new Map<string, number>();
  for (const line of modules.split('\n')) {
    const [name, , users] = line.split(' ');
    if (name !== undefined && name !== '') loaded.set(name, Number(users ?? 0));
  }
  const known: readonly [module: string, program: string][] = [
    ['vboxdrv', 'VirtualBox'],
    ['vmmon', 'VMware'],
    ['hax', 'HAXM'],
  ];
  return known.find(([module]) => (loaded.get(module) ?? 0) > 0)?.[1] ?? null;
}

/** Names of other hypervisors that run now. */
export async function findOtherHypervisor(root = ''): Promise<string | null> {
  return otherHypervisor(await readFile(join(root, '/proc/modules'), 'utf8').catch(() => ''));
}
