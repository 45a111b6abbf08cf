/** Accelerators: QEMU accel/kvm/kvm-all.c, accel/hvf, accel/accel-system.c, target/i386/kvm. */
import { type Explained, errno, type Rule, said } from './rule.ts';

const field = 'host.acceleration';
const subject = { about: 'accelerator' } as const;
const unsuitable = (message: string, more: Omit<Explained, 'code' | 'message'> = {}): Explained => ({
  code: 'engine_unsuitable',
  message,
  field,
  subject,
  ...more,
});
const nested = 'Typical of a virtual machine inside a virtual machine.';
const useTcg = 'Relaunch with the acceleration "tcg".';

export const accelerationRules: readonly Rule[] = [
  {
    id: 'kvm-denied',
    family: 'accelerator',
    pattern: said(`Could not access KVM kernel module: ${errno.denied}`),
    seen: [
      [
        '7.2',
        'Could not access KVM kernel module: Permission denied\nqemu-system-x86_64: -accel kvm: failed to initialize kvm: Permission denied',
      ],
      [
        '4.2',
        'Could not access KVM kernel module: Permission denied\nqemu-system-x86_64: failed to initialize KVM: Permission denied',
      ],
    ],
    explain: () =>
      unsuitable('You may not use KVM: /dev/kvm is closed to this user.', {
        hint: 'sudo usermod -aG kvm $USER, then log out and in again.',
        fixes: [{ kind: 'copy', label: 'Copy the command that lets you', text: 'sudo usermod -aG kvm $USER' }],
      }),
  },
  {
    id: 'kvm-absent',
    family: 'accelerator',
    pattern: said(`Could not access KVM kernel module: ${errno.missing}`),
    seen: [
      [
        '7.2',
        'Could not access KVM kernel module: No such file or directory\nqemu-system-x86_64: -accel kvm: failed to initialize kvm: No such file or directory',
      ],
    ],
    explain: () =>
      unsuitable('This host has no KVM: /dev/kvm does not exist.', {
        cause: 'The kernel module is not loaded, or the processor does not offer virtualisation to this system.',
        hint: 'sudo modprobe kvm_intel (or kvm_amd); in a virtual machine, turn nested virtualisation on outside.',
      }),
  },
  {
    id: 'kvm-busy',
    family: 'accelerator',
    pattern: said(`ioctl\\(KVM_CREATE_VM\\) failed: 16 ${errno.busy}`),
    seen: [
      [
        '5.2',
        'ioctl(KVM_CREATE_VM) failed: 16 Device or resource busy\nqemu-system-x86_64: failed to initialize KVM: Device or resource busy',
      ],
    ],
    explain: () =>
      unsuitable('KVM refused to create a virtual machine: another hypervisor has the processor.', {
        cause: 'VirtualBox and VMware take the processor’s virtualisation for themselves.',
        hint: 'Stop the other hypervisor’s machines.',
      }),
  },
  {
    id: 'kvm-create',
    family: 'accelerator',
    pattern: said('ioctl\\(KVM_CREATE_VM\\) failed: (?<number>\\d+) (?<reason>.+)'),
    seen: [
      [
        '6.2',
        'ioctl(KVM_CREATE_VM) failed: 22 Invalid argument\nqemu-system-aarch64: failed to initialize kvm: Invalid argument',
      ],
    ],
    explain: ({ reason }) =>
      unsuitable('KVM refused to create a virtual machine.', {
        cause: `The kernel says: ${reason}.`,
        hint: 'Look at the kernel’s log: dmesg.',
      }),
  },
  {
    id: 'kvm-internal-error',
    family: 'accelerator',
    pattern: said('KVM internal error\\. Suberror: (?<number>\\d+)'),
    when: 'any',
    seen: [['7.2', 'KVM internal error. Suberror: 1\nextra data[0]: 0x0000000000000001\nemulation failure']],
    explain: ({ number }) =>
      unsuitable('KVM could not run the guest’s instructions and stopped it.', {
        cause: `KVM internal error, suberror ${number}. ${nested}`,
        hint: useTcg,
      }),
  },
  {
    id: 'kvm-run',
    family: 'accelerator',
    pattern: said('(?:error: )?kvm run failed (?<reason>.+)'),
    when: 'any',
    seen: [['6.0', 'error: kvm run failed Bad address']],
    explain: ({ reason }) =>
      unsuitable('KVM stopped running the guest.', { cause: `The kernel says: ${reason}.`, hint: useTcg }),
  },
  {
    id: 'kvm-msr',
    family: 'accelerator',
    pattern: said("(?:error: failed to set MSR (?<name>\\S+) to \\S+|.*kvm_buf_set_msrs: Assertion `.*' failed\\.)"),
    when: 'any',
    seen: [
      [
        '7.2',
        "qemu-system-x86_64: error: failed to set MSR 0x10a to 0x69\nqemu-system-x86_64: ../../target/i386/kvm/kvm.c:3183: kvm_buf_set_msrs: Assertion `ret == cpu->kvm_msr_buf->nmsrs' failed.",
      ],
    ],
    explain: ({ name }) =>
      unsuitable('KVM on this host does not take the processor state QEMU gives it, and QEMU stopped.', {
        cause: `${name === '' ? 'A register' : `The register ${name}`} could not be set. ${nested}`,
        hint: useTcg,
      }),
  },
  {
    id: 'kvm-processors',
    family: 'accelerator',
    pattern: said(
      'Number of (?:SMP|hotpluggable) cpus requested \\((?<number>\\d+)\\) exceeds the maximum cpus supported by KVM \\((?<limit>\\d+)\\)',
    ),
    seen: [
      [
        '6.2',
        'qemu-system-x86_64: Number of SMP cpus requested (2000) exceeds the maximum cpus supported by KVM (1024)',
      ],
    ],
    explain: ({ number, limit }) => ({
      code: 'invalid_input',
      message: `KVM on this host runs at most ${limit} processors per guest; ${number} were asked for.`,
      hint: 'Choose fewer.',
      field: 'device.processors',
      subject: { about: 'processors', most: Number(limit) },
    }),
  },
  {
    id: 'hvf-denied',
    family: 'accelerator',
    pattern: said('Error: (?:ret = )?HV_DENIED\\b.*'),
    seen: [
      ['6.0, macOS', 'qemu-system-aarch64: Error: HV_DENIED'],
      ['9.0, macOS', 'qemu-system-aarch64: Error: ret = HV_DENIED (0xfae94007, at ../accel/hvf/hvf-accel-ops.c:334)'],
    ],
    explain: () =>
      unsuitable('macOS does not let this QEMU use the hypervisor.', {
        cause: 'The program is not signed with the entitlement com.apple.security.hypervisor.',
        hint: 'Use the QEMU of Homebrew, or sign yours: codesign -s - --entitlements FILE --force PROGRAM.',
      }),
  },
  {
    id: 'hvf-unsupported',
    family: 'accelerator',
    pattern: said('Error: (?:ret = )?HV_UNSUPPORTED\\b.*'),
    seen: [['5.2, macOS', 'qemu-system-x86_64: Error: HV_UNSUPPORTED']],
    explain: () =>
      unsuitable('This Mac’s processor does not offer the hypervisor what QEMU needs.', {
        cause: 'In a virtual machine, or on an old Mac, there is no hardware acceleration.',
      }),
  },
  {
    id: 'accelerator-init',
    family: 'accelerator',
    pattern: said('failed to initialize (?<name>kvm|KVM|hvf|HVF|whpx|WHPX|xen|nvmm)(?:: (?<reason>.+))?'),
    seen: [
      ['7.2', 'qemu-system-x86_64: -accel kvm: failed to initialize kvm: Function not implemented'],
      ['8.1, macOS', 'qemu-system-aarch64: -accel hvf: failed to initialize hvf: Invalid argument'],
    ],
    explain: ({ name, reason }) =>
      unsuitable(`${name.toUpperCase()} could not be started on this host.`, {
        cause: reason === '' ? undefined : `The system says: ${reason}.`,
      }),
  },
  {
    id: 'accelerator-unknown',
    family: 'accelerator',
    pattern: said('invalid accelerator (?<name>\\S+)'),
    seen: [
      ['7.2', 'qemu-system-x86_64: -accel nosuch: invalid accelerator nosuch'],
      ['7.2', 'qemu-system-x86_64: invalid accelerator hvf'],
    ],
    explain: ({ name }) =>
      unsuitable(`This QEMU has no accelerator called ${name}.`, {
        cause: 'It was not compiled in, or it belongs to another operating system or to another architecture’s guests.',
      }),
  },
  {
    id: 'cpu-needs-kvm',
    family: 'accelerator',
    pattern: said("CPU model '(?<name>.+)' requires KVM(?: or HVF)?"),
    seen: [
      ['7.2', "qemu-system-x86_64: CPU model 'host' requires KVM or HVF"],
      ['5.2', "qemu-system-x86_64: CPU model 'host' requires KVM"],
    ],
    explain: ({ name }) => ({
      code: 'invalid_input',
      message: `The CPU model ${name} needs hardware acceleration, and this launch has none.`,
      hint: 'Choose the CPU "max", or leave it empty.',
      field: 'device.cpu',
      fixes: [{ kind: 'set', label: 'Use the CPU max', changes: [{ field: 'device.cpu', value: 'max' }] }],
    }),
  },
];
