/** What this host says about hardware acceleration, without trying it. Reads only. */
import type { Architecture } from '../../../src-shared/model/engine.ts';
import { findOtherHypervisor, inspectKvm, type KvmDevice } from './kvm-facts.ts';

export interface AccelerationFacts {
  readonly platform: NodeJS.Platform;
  /** null: none that QEMU guests here are made for. */
  readonly architecture: Architecture | null;
  /** null where there is no KVM to ask about. */
  readonly kvm: KvmDevice | null;
  /** A program that has taken the processor's virtualisation for itself; null: none is known. */
  readonly otherHypervisor: string | null;
}

export async function readAccelerationFacts(device = '/dev/kvm', root = ''): Promise<AccelerationFacts> {
  const { platform } = process;
  const isLinux = platform === 'linux';
  const [kvm, otherHypervisor] = await Promise.all([
    isLinux ? inspectKvm({ device, root }) : null,
    isLinux ? findOtherHypervisor(root) : null,
  ]);
  return { platform, architecture: hostArchitecture(process.arch), kvm, otherHypervisor };
}

function hostArchitecture(arch: string): Architecture | null {
  if (arch === 'x64') return 'x86_64';
  if (arch === 'arm64') return 'aarch64';
  return arch === 'riscv64' ? 'riscv64' : null;
}
