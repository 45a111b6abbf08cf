/** From facts to what can be tried and why not. Decisions only, no I/O; every reason is a sentence for a person. */
import { assertNever } from '../../../src-shared/contract/errors.ts';
import type { Accelerator, Architecture } from '../../../src-shared/model/engine.ts';
import type { AccelerationFacts, KvmDevice } from './acceleration-facts.ts';

export type HardwareAccelerator = Exclude<Accelerator, 'tcg'>;

type HardwareVerdict =
  /** Nothing speaks against it; whether it runs a guest is another question. */
  | { readonly usable: true; readonly accelerator: HardwareAccelerator }
  | {
      readonly usable: false;
      readonly accelerator: HardwareAccelerator | null;
      readonly reason: string;
      readonly hint: string | null;
    };

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
  const no = (reason: string, hint: string | null = null): HardwareVerdict => ({
    usable: false,
    accelerator,
    reason,
    hint,
  });
  if (accelerator === null) return no('Slipway knows no hardware acceleration for this operating system.');
  if (accelerator !== native)
    return no(`${nameOf(accelerator)} exists on ${accelerator === 'kvm' ? 'Linux' : 'macOS'} only.`);
  if (facts.architecture !== guest) {
    return no(
      `Hardware acceleration runs guests of the host’s own kind: the guest is ${guest}, the host ${facts.architecture ?? 'something else'}.`,
    );
  }
  if (!compiledIn.includes(accelerator)) {
    return no(
      `This QEMU was built without ${nameOf(accelerator)}.`,
      'Choose another QEMU binary, for example the distribution’s.',
    );
  }
  if (accelerator === 'hvf') return { usable: true, accelerator };
  return judgeKvm(facts.kvm ?? { state: 'missing', processorOffers: null });
}

export function nameOf(accelerator: Accelerator): string {
  return accelerator === 'tcg' ? 'emulation (TCG)' : accelerator.toUpperCase();
}

function judgeKvm(device: KvmDevice): HardwareVerdict {
  const no = (reason: string, hint: string): HardwareVerdict => ({ usable: false, accelerator: 'kvm', reason, hint });
  switch (device.state) {
    case 'openable':
      return { usable: true, accelerator: 'kvm' };
    case 'missing':
      if (device.processorOffers === false) {
        return no(
          'There is no /dev/kvm: the processor does not offer virtualisation to this system.',
          'Switch it on in the firmware set-up (VT-x, SVM). In a virtual machine, switch on nested virtualisation in its host.',
        );
      }
      return no('There is no /dev/kvm: the kernel module is not loaded.', 'sudo modprobe kvm_intel (or kvm_amd)');
    case 'closed':
      if (device.isSessionStale) {
        return no(
          `/dev/kvm is closed to this session: you are in the group ${device.group ?? 'kvm'}, but logged in before you were.`,
          'Log out and in again (or reboot), then start Slipway again.',
        );
      }
      return no(
        '/dev/kvm is there, but you may not open it.',
        device.group === null
          ? 'sudo setfacl -m u:$USER:rw /dev/kvm'
          : `sudo usermod -aG ${device.group} $USER, then log out and in again.`,
      );
    case 'failing':
      return no(
        `/dev/kvm is there, but opening it fails: ${device.text}.`,
        'Look at `dmesg | grep -i kvm`; another hypervisor may hold the processor.',
      );
    default:
      return assertNever(device);
  }
}
