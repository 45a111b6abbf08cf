/** From facts to what can be tried and why not. Decisions only, no I/O; every reason is a sentence for a person. */
import { assertNever } from '../../../src-shared/contract/errors.ts';
import type { AccelerationCase, Accelerator, Architecture } from '../../../src-shared/model/engine.ts';
import type { AccelerationFacts } from './acceleration-facts.ts';
import type { KvmDevice, KvmSurroundings } from './kvm-facts.ts';

export type HardwareAccelerator = Exclude<Accelerator, 'tcg'>;

export interface Refusal {
  readonly case: AccelerationCase;
  readonly reason: string;
  readonly hint: string | null;
  /** The exact line that repairs it; null: none does. */
  readonly command: string | null;
}

type HardwareVerdict =
  /** Nothing speaks against it; whether it runs a guest is another question. */
  | { readonly usable: true; readonly accelerator: HardwareAccelerator }
  | ({ readonly usable: false; readonly accelerator: HardwareAccelerator | null } & Refusal);

/** `requested` null: whatever this platform has. */
export function judgeHardware(
  requested: HardwareAccelerator | null,
  guest: Architecture,
  compiledIn: readonly string[],
  facts: AccelerationFacts,
): HardwareVerdict {
  const native: HardwareAccelerator | null =
    facts.platform === 'linux' ? 'kvm' : facts.platform === 'darwin' ? 'hvf' : null;
  const accelerator = requested ?? native;
  const no = (refusal: Refusal): HardwareVerdict => ({ usable: false, accelerator, ...refusal });
  const plainly = (because: AccelerationCase, reason: string, hint: string | null = null) =>
    no({ case: because, reason, hint, command: null });
  if (accelerator === null)
    return plainly('unknown-platform', 'Slipway knows no hardware acceleration for this operating system.');
  if (accelerator !== native)
    return plainly(
      'unknown-platform',
      `${nameOf(accelerator)} exists on ${accelerator === 'kvm' ? 'Linux' : 'macOS'} only.`,
    );
  if (facts.architecture !== guest) {
    return plainly(
      'foreign-guest',
      `Hardware acceleration runs guests of the host’s own kind: the guest is ${guest}, the host ${facts.architecture ?? 'something else'}.`,
    );
  }
  if (!compiledIn.includes(accelerator)) {
    return plainly(
      'not-compiled-in',
      `This QEMU was built without ${nameOf(accelerator)}.`,
      'Choose another QEMU binary, for example the distribution’s.',
    );
  }
  if (accelerator === 'hvf') return { usable: true, accelerator };
  if (facts.kvm === null || facts.kvm.state === 'openable') return { usable: true, accelerator };
  return no(judgeKvm(facts.kvm, facts.otherHypervisor));
}

export function nameOf(accelerator: Accelerator): string {
  return accelerator === 'tcg' ? 'emulation (TCG)' : accelerator.toUpperCase();
}

function judgeKvm(device: Exclude<KvmDevice, { state: 'openable' }>, otherHypervisor: string | null): Refusal {
  switch (device.state) {
    case 'missing':
      return judgeMissing(device.surroundings);
    case 'closed':
      return judgeClosed(device);
    case 'failing':
      if (otherHypervisor !== null) return heldBy(otherHypervisor);
      return {
        case: 'device-failing',
        reason: `/dev/kvm is there, but opening it fails: ${device.text}.`,
        hint: 'The kernel’s own words are in its log.',
        command: 'sudo dmesg | grep -i kvm',
      };
    default:
      return assertNever(device);
  }
}

/** In the order in which the remedies make sense: what is below this system, then its firmware, then its kernel. */
function judgeMissing({ processorOffers, vendor, isVirtualMachine, isContainer, module }: KvmSurroundings): Refusal {
  const missing = 'There is no /dev/kvm: ';
  if (isContainer && processorOffers !== false)
    return {
      case: 'hidden-by-container',
      reason: `${missing}this is a container, and the device was not given to it.`,
      hint: 'Start the container with the device, for example: docker run --device /dev/kvm …',
      command: null,
    };
  if (processorOffers === false && isVirtualMachine)
    return {
      case: 'nested-off',
      reason: `${missing}this is a virtual machine, and its host does not pass virtualisation on.`,
      hint: 'Switch on nested virtualisation in the host, for example with -cpu host, and restart this machine.',
      command: null,
    };
  if (processorOffers === false)
    return {
      case: 'off-in-firmware',
      reason: `${missing}the processor does not offer virtualisation to this system.`,
      hint: `It is most likely switched off: look for ${vendor === 'amd' ? 'SVM' : vendor === 'intel' ? 'VT-x' : 'VT-x or SVM'} in the firmware set-up (BIOS).`,
      command: null,
    };
  if (module === 'absent')
    return {
      case: 'kernel-without-kvm',
      reason: `${missing}this kernel was built without KVM.`,
      hint: 'Boot the distribution’s own kernel, or build yours with CONFIG_KVM and CONFIG_KVM_INTEL or CONFIG_KVM_AMD.',
      command: null,
    };
  return {
    case: 'module-not-loaded',
    reason: `${missing}the kernel module is not loaded.`,
    hint: 'Load it; what it says when it refuses is in the kernel’s log (sudo dmesg).',
    command: vendor === null ? 'sudo modprobe kvm' : `sudo modprobe kvm_${vendor}`,
  };
}

function judgeClosed({ group, isSessionStale }: Extract<KvmDevice, { state: 'closed' }>): Refusal {
  if (isSessionStale)
    return {
      case: 'session-stale',
      reason: `/dev/kvm is closed to this session: you are in the group ${group ?? 'kvm'}, but logged in before you were.`,
      hint: 'Log out and in again (or reboot), then start Slipway again.',
      command: null,
    };
  if (group === null)
    return {
      case: 'no-permission',
      reason: '/dev/kvm is there, but you may not open it.',
      hint: 'Until the next reboot this lets you in.',
      command: 'sudo setfacl -m u:$USER:rw /dev/kvm',
    };
  return {
    case: 'no-permission',
    reason: '/dev/kvm is there, but you may not open it.',
    hint: `Join the group ${group}, then log out and in again.`,
    command: `sudo usermod -aG ${group} $USER`,
  };
}

function heldBy(program: string): Refusal {
  return {
    case: 'held-by-another',
    reason: `${program} is running and holds the processor’s virtualisation.`,
    hint: `Stop the machines that run in ${program}; only one of the two can use it at a time.`,
    command: null,
  };
}

/** What a test guest that did not run means. `text` is the end of "a test guest …". */
export function judgeFailedTest(
  accelerator: HardwareAccelerator,
  text: string,
  otherHypervisor: string | null,
): Refusal {
  // KVM_CREATE_VM fails with EBUSY while another hypervisor has the processor.
  if (otherHypervisor !== null || /resource busy|EBUSY/i.test(text)) {
    const refusal = heldBy(otherHypervisor ?? 'Another hypervisor');
    return { ...refusal, reason: `${refusal.reason} A test guest ${text}.` };
  }
  const subject = accelerator === 'kvm' ? '/dev/kvm opens' : 'HVF is there';
  return {
    case: 'test-guest-failed',
    reason: `${subject}, but a test guest ${text}.`,
    hint:
      accelerator === 'kvm'
        ? 'Common in a virtual machine without working nested virtualisation. Emulation is slower and otherwise the same.'
        : 'The QEMU binary may lack the entitlement com.apple.security.hypervisor. Emulation is slower and otherwise the same.',
    command: null,
  };
}
