/** Messages about accelerators: QEMU accel/kvm/kvm-all.c, accel/accel-user.c, softmmu/vl.c. */
import type { Rule } from './rule.ts';

const useAuto = 'Choose the acceleration "auto": it uses what works here and falls back to emulation.';

export const accelerationRules: readonly Rule[] = [
  {
    pattern: /Could not access KVM kernel module: Permission denied/,
    explain: () => ({
      code: 'engine_unsuitable',
      message: 'You may not use KVM: /dev/kvm is closed to this user.',
      hint: 'sudo usermod -aG kvm $USER, then log out and in again. Or choose the acceleration "auto".',
      field: 'host.acceleration',
    }),
  },
  {
    pattern: /Could not access KVM kernel module: No such file or directory/,
    explain: () => ({
      code: 'engine_unsuitable',
      message: 'This host has no KVM: /dev/kvm does not exist.',
      cause: 'The kernel module is not loaded, or the processor does not offer virtualisation to this system.',
      hint: `sudo modprobe kvm_intel (or kvm_amd). ${useAuto}`,
      field: 'host.acceleration',
    }),
  },
  {
    pattern: /ioctl\(KVM_CREATE_VM\) failed: \d+ (.+)/,
    explain: ([reason]) => ({
      code: 'engine_unsuitable',
      message: 'KVM refused to create a virtual machine.',
      cause: /busy/i.test(reason) ? 'Another hypervisor, such as VirtualBox or VMware, holds the processor.' : reason,
      hint: `Stop the other hypervisor. ${useAuto}`,
      field: 'host.acceleration',
    }),
  },
  {
    pattern: /KVM internal error\. Suberror: (\d+)/,
    explain: ([suberror]) => ({
      code: 'engine_unsuitable',
      message: 'KVM could not run the guest’s instructions and stopped it.',
      cause: `KVM internal error, suberror ${suberror}. Typical of a virtual machine inside a virtual machine.`,
      hint: 'Relaunch with the acceleration "tcg".',
      field: 'host.acceleration',
    }),
  },
  {
    pattern: /error: failed to set MSR (\S+)|kvm_buf_set_msrs: Assertion/,
    explain: ([register]) => ({
      code: 'engine_unsuitable',
      message: 'KVM on this host does not take the processor state QEMU gives it, and QEMU stopped.',
      cause: `${register === '' ? 'A register' : `The register ${register}`} could not be set. Typical of a virtual machine inside a virtual machine.`,
      hint: 'Relaunch with the acceleration "tcg".',
      field: 'host.acceleration',
    }),
  },
  {
    pattern: /failed to initialize (kvm|hvf|whpx|xen)(?:: (.+))?/i,
    explain: ([name, reason]) => ({
      code: 'engine_unsuitable',
      message: `${name.toUpperCase()} could not be started on this host.`,
      cause: reason || undefined,
      hint: useAuto,
      field: 'host.acceleration',
    }),
  },
  {
    pattern: /invalid accelerator (\S+)/,
    explain: ([name]) => ({
      code: 'engine_unsuitable',
      message: `This QEMU has no accelerator called ${name}.`,
      cause: 'It was not compiled in, or it belongs to another operating system.',
      hint: useAuto,
      field: 'host.acceleration',
    }),
  },
  {
    pattern: /CPU model '(\S+)' requires KVM/,
    explain: ([model]) => ({
      code: 'invalid_input',
      message: `The CPU model ${model} needs hardware acceleration, and this launch has none.`,
      hint: 'Choose the CPU "max", or leave it empty.',
      field: 'device.cpu',
    }),
  },
];
