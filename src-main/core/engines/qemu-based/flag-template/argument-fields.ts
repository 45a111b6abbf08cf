/** Which part of the configuration an argument of a flag template comes from, and why it is there. Data. */

interface FieldRule {
  readonly option: RegExp;
  /** Looked for in the option's value. */
  readonly value?: RegExp;
  readonly field: string;
  readonly why: string;
}

/** The first row that matches. */
const rules: readonly FieldRule[] = [
  { option: /^-kernel$/, field: 'guest.kernel_image', why: 'The kernel that QEMU loads.' },
  { option: /^-initrd$/, field: 'guest.ramdisk', why: 'The boot image (ZBI).' },
  { option: /^-append$/, field: 'flags.kernel_args', why: "The kernel's command line." },
  { option: /^-m$/, field: 'device.memory', why: "The device's memory." },
  { option: /^-smp$/, field: 'device.cpu.count', why: "The device's processors." },
  { option: /^-drive$/, value: /if=pflash/, field: 'guest.ovmf_code', why: 'UEFI firmware.' },
  { option: /^-drive$/, field: 'guest.disk_image', why: "The guest's disk." },
  { option: /^-bios$/, field: 'guest.secure_bootloader_arm64', why: 'The boot loader in place of firmware.' },
  { option: /^-qmp/, field: 'runtime.instance_directory', why: 'The machine console (QMP).' },
  { option: /^-monitor$/, field: 'runtime.console', why: 'The QEMU monitor.' },
  { option: /^-(serial|chardev|mon)$/, field: 'runtime.console', why: "The guest's serial console." },
  {
    option: /^-(enable-(kvm|hvf)|accel)$/,
    field: 'host.acceleration',
    why: 'What runs the instructions of the guest.',
  },
  { option: /^-cpu$/, value: /^host/, field: 'host.acceleration', why: "The host's own processor." },
  { option: /^-(machine|cpu)$/, field: 'device.cpu.architecture', why: 'The board and its processor.' },
  { option: /^-(no-audio|audiodev|soundhw)$/, field: 'device.audio.model', why: "The device's sound." },
  { option: /^-(netdev|nic|nodefaults)$/, field: 'host.networking', why: 'How the guest reaches the network.' },
  { option: /^-(display|nographic|no-window)$/, field: 'runtime.headless', why: 'With or without a window.' },
  { option: /^-object$/, value: /^iothread/, field: 'guest.disk_image', why: 'A thread of its own for the disk.' },
  { option: /^-object$/, field: 'device.cpu.architecture', why: 'Entropy for the guest.' },
  { option: /^-device$/, value: /blk|usb-storage|xhci/, field: 'guest.disk_image', why: "The guest's disk." },
  { option: /^-device$/, value: /^virtio-net/, field: 'host.networking', why: 'The network device.' },
  { option: /^-device$/, value: /^virtio-gpu/, field: 'device.screen', why: "The device's screen." },
  { option: /^-device$/, value: /vsock/, field: 'device.vsock', why: 'A socket between host and guest.' },
  { option: /^-device$/, value: /mouse|touch|tablet/, field: 'device.pointing_device', why: 'The pointing device.' },
  {
    option: /^-device$/,
    value: /^(AC97|ES1370|hda|intel-hda|sb16|adlib|gus|cs4231a)/,
    field: 'device.audio.model',
    why: "The device's sound.",
  },
  { option: /^-feature$/, field: 'flags.features', why: 'Features of the Android emulator.' },
  { option: /^-fuchsia$/, field: 'runtime.engine_type', why: 'From here on the arguments are those of QEMU.' },
  { option: /^-gpu$/, field: 'host.gpu', why: 'What draws for the guest.' },
  { option: /^-window-size$/, field: 'device.screen', why: "The device's screen." },
  { option: /^-no-hidpi-scaling$/, field: 'runtime.hidpi_scaling', why: "The window has the guest's own pixels." },
  { option: /^-verbose$/, field: 'runtime.log_level', why: 'More messages in the log.' },
  { option: /^-wait-for-debugger$/, field: 'runtime.debugger', why: 'Waits until a debugger attaches.' },
  { option: /^-avd-arch$/, field: 'device.cpu.architecture', why: 'The processor that is emulated.' },
];

export function fieldOf(option: string | null, value: string): { readonly field: string; readonly why: string } {
  const rule = rules.find((row) => option !== null && row.option.test(option) && (row.value?.test(value) ?? true));
  return rule ?? { field: 'flags.args', why: 'From the flag template.' };
}
