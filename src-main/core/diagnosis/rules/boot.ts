/** What is to be booted: kernels (hw/i386/x86.c, multiboot.c, hw/arm/boot.c), firmware, device trees, option ROMs. */
import { errno, extraField, type Rule, said } from './rule.ts';

export const bootRules: readonly Rule[] = [
  {
    id: 'kernel-pvh',
    family: 'kernel',
    pattern: said('Error loading uncompressed kernel without PVH ELF Note'),
    since: '4.0',
    seen: [['7.2', 'qemu-system-x86_64: Error loading uncompressed kernel without PVH ELF Note']],
    explain: () => ({
      code: 'invalid_input',
      message: 'This ELF file has no PVH entry point, so QEMU cannot start it.',
      cause: 'An uncompressed 64-bit kernel is entered through a note of type XEN_ELFNOTE_PHYS32_ENTRY.',
      hint: 'Linux: give the bzImage, or build with CONFIG_PVH=y. Own kernels: add the note, or a Multiboot header in a 32-bit ELF.',
      field: 'guest.kernel',
    }),
  },
  {
    id: 'kernel-multiboot64',
    family: 'kernel',
    pattern: said('Cannot load x86-64 image, give a 32bit one\\.?'),
    seen: [['7.2', 'qemu-system-x86_64: Cannot load x86-64 image, give a 32bit one.']],
    explain: () => ({
      code: 'invalid_input',
      message: 'A Multiboot kernel must be a 32-bit ELF file for QEMU; this one is 64-bit.',
      hint: 'objcopy -O elf32-i386 OLD NEW, or add a PVH note to the 64-bit file.',
      field: 'guest.kernel',
    }),
  },
  {
    id: 'kernel-header',
    family: 'kernel',
    pattern: said('invalid kernel header'),
    seen: [['7.2', 'qemu: invalid kernel header']],
    explain: () => ({
      code: 'invalid_input',
      message: 'The kernel file is none that QEMU can start.',
      cause: 'It is no Linux bzImage, no ELF file and has no Multiboot header in its first 8 KiB.',
      hint: 'Look at it with `file`. A raw boot sector is a disk, not a kernel; a gzip-compressed kernel must be unpacked.',
      field: 'guest.kernel',
    }),
  },
  {
    id: 'kernel-unreadable',
    family: 'missing file',
    pattern: said("could not (?:open kernel file|load kernel) '(?<path>.+?)'(?:: (?<reason>.+))?"),
    seen: [
      ['7.2', "qemu: could not open kernel file '/nope': No such file or directory"],
      ['7.2', "qemu: could not load kernel '/tmp': Is a directory"],
      ['7.2', "qemu-system-aarch64: could not load kernel '/nope'"],
    ],
    explain: ({ path, reason }) => ({
      code: new RegExp(errno.denied).test(reason) ? 'file_unreadable' : 'file_missing',
      message: `The kernel ${path} could not be loaded${reason === '' ? '' : `: ${lower(reason)}`}.`,
      // QEMU 7.2 says "No such file or directory" of an empty file too.
      cause: /No such file/.test(reason) ? 'It does not exist, or it is empty.' : undefined,
      hint: 'Check the path and that it is a file you may read.',
      field: 'guest.kernel',
      ...(path.startsWith('/') ? { subject: { about: 'file', path, use: 'read' } as const } : {}),
    }),
  },
  {
    id: 'initrd-unreadable',
    family: 'missing file',
    pattern: said(
      "(?:could not load (?:initrd|ramdisk) '(?<path>.+)'|error reading initrd (?<name>.+?)(?:: (?<reason>.+))?|Could not load initrd)",
    ),
    seen: [
      ['7.2', "qemu-system-aarch64: could not load initrd '/nope'"],
      ['7.2', "qemu-system-riscv64: could not load ramdisk '/nope'"],
      ['7.2', 'qemu: error reading initrd /nope: Failed to open file “/nope”: No such file or directory'],
    ],
    explain: ({ path, name }) => ({
      code: 'file_missing',
      message: `The initrd ${path || name} could not be loaded.`,
      cause: 'It does not exist, may not be read, or does not fit into the guest’s memory.',
      hint: 'Check the path and that it is a file you may read.',
      field: 'guest.initrd',
    }),
  },
  {
    id: 'initrd-room',
    family: 'kernel',
    pattern: said(
      '(?:not enough space after kernel to load initrd|initrd is too large, cannot support\\..*|initrd too large to load.*)',
    ),
    seen: [
      ['7.2', 'qemu-system-aarch64: not enough space after kernel to load initrd'],
      ['7.2', 'qemu: initrd is too large, cannot support.(max: 133820415, need 268435456)'],
    ],
    explain: () => ({
      code: 'memory_insufficient',
      message: 'The initrd does not fit into the guest’s memory behind the kernel.',
      hint: 'Give the guest more memory, or make the initrd smaller.',
      field: 'device.memoryMiB',
    }),
  },
  {
    id: 'dtb-room',
    family: 'device tree',
    pattern: said('(?:Not? enough (?:space for|memory to place) DTB after kernel/initrd|Not enough space for.* dtb.*)'),
    seen: [
      ['7.2', 'qemu-system-aarch64: Not enough space for DTB after kernel/initrd'],
      ['10.0', 'qemu-system-riscv64: No enough memory to place DTB after kernel/initrd'],
      ['11.1', 'qemu-system-riscv64: Not enough memory to place DTB after kernel/initrd'],
    ],
    explain: () => ({
      code: 'memory_insufficient',
      message: 'Kernel, initrd and device tree do not fit into the guest’s memory.',
      hint: 'Give the guest more memory. An uncompressed kernel image may also be larger than it looks.',
      field: 'device.memoryMiB',
    }),
  },
  {
    id: 'dtb-bad',
    family: 'device tree',
    pattern: said('load_device_tree: (?:Unable to copy device tree into memory: (?<reason>FDT_ERR_\\w+)|.*)'),
    seen: [
      [
        '7.2',
        "qemu-system-aarch64: load_device_tree: Unable to copy device tree into memory: FDT_ERR_BADMAGIC\nCouldn't open dtb file text",
      ],
    ],
    explain: ({ reason }, log) => ({
      code: 'invalid_input',
      message: `The device tree ${/Couldn't open dtb file (.+)/.exec(log)?.[1] ?? ''} is none.`.replace('  ', ' '),
      cause:
        reason === 'FDT_ERR_BADMAGIC' ? 'A compiled device tree begins with d00dfeed; this file does not.' : reason,
      hint: 'Compile it: dtc -I dts -O dtb -o OUT.dtb IN.dts.',
      field: extraField,
    }),
  },
  {
    id: 'dtb-unreadable',
    family: 'device tree',
    pattern: said("Couldn't open dtb file (?<path>.+)"),
    seen: [['7.2', "Couldn't open dtb file /nope"]],
    explain: ({ path }) => ({
      code: 'file_missing',
      message: `The device tree ${path} could not be opened.`,
      hint: 'Check the path and that it is a file you may read.',
      field: extraField,
      ...(path.startsWith('/') ? { subject: { about: 'file', path, use: 'read' } as const } : {}),
    }),
  },
  {
    id: 'kernel-needed',
    family: 'option',
    pattern: said('-(?<option>initrd|append|dtb) only allowed with -kernel option'),
    until: '9.0',
    seen: [
      ['7.2', 'qemu-system-x86_64: -append only allowed with -kernel option'],
      ['7.2', 'qemu-system-aarch64: -initrd only allowed with -kernel option'],
    ],
    explain: ({ option }) => ({
      code: 'invalid_input',
      message: `-${option} needs a kernel.`,
      hint: 'A guest that boots from disk or firmware takes its kernel and command line from there.',
      field: extraField,
    }),
  },
  {
    id: 'kernel-not-here',
    family: 'kernel',
    pattern: said("The -kernel parameter is not supported \\(use the generic 'loader' device instead\\)\\."),
    seen: [
      ['7.2', "qemu-system-x86_64: The -kernel parameter is not supported (use the generic 'loader' device instead)."],
    ],
    explain: () => ({
      code: 'invalid_input',
      message: 'The machine "none" boots no kernel.',
      hint: 'Choose another machine, or load the file with -device loader,file=….',
      field: 'device.machine',
    }),
  },
  {
    id: 'bios-unreadable',
    family: 'firmware',
    pattern: said("could not load PC BIOS '(?<path>.+)'"),
    seen: [
      ['7.2', "qemu: could not load PC BIOS 'nosuch.bin'"],
      ['7.2', "qemu: could not load PC BIOS '/nope'"],
    ],
    explain: ({ path }) => ({
      code: path.startsWith('/') ? 'file_unreadable' : 'engine_unsuitable',
      message: `The firmware ${path} could not be loaded.`,
      cause: 'It does not exist, cannot be read, or its size is no multiple of 64 KiB.',
      hint: path.startsWith('/') ? 'Check the file.' : 'QEMU’s own firmware is missing: Debian: apt install seabios.',
      field: 'guest.image.file',
      ...(path.startsWith('/') ? { subject: { about: 'file', path, use: 'read' } as const } : {}),
    }),
  },
  {
    id: 'rom-image',
    family: 'firmware',
    pattern: said(
      "(?:Could not find ROM image '(?<path>.+)'|Unable to (?:load|find) the RISC-V (?:firmware|BIOS) \"(?<name>.+)\"|could not load firmware '(?<value>.+)')",
    ),
    seen: [
      ['7.2', "qemu-system-aarch64: Could not find ROM image '/nope'"],
      ['7.2', 'qemu-system-riscv64: Unable to load the RISC-V firmware "/nope"'],
      ['7.2', 'qemu-system-riscv64: Unable to find the RISC-V BIOS "nosuch.bin"'],
    ],
    explain: ({ path, name, value }) => {
      const file = path || name || value;
      return {
        code: file.startsWith('/') ? 'file_missing' : 'engine_unsuitable',
        message: `The firmware ${file} could not be found.`,
        hint: file.startsWith('/')
          ? 'Check the path.'
          : 'Debian: apt install qemu-efi-aarch64 (ARM), opensbi (RISC-V).',
        field: 'guest.image.file',
        ...(file.startsWith('/') ? { subject: { about: 'file', path: file, use: 'read' } as const } : {}),
      };
    },
  },
  {
    id: 'flash-size',
    family: 'firmware',
    pattern: said('(?:system )?firmware block device (?<name>\\S+) has invalid size (?<number>\\d+)'),
    seen: [
      [
        '7.2',
        'qemu-system-x86_64: system firmware block device pflash0 has invalid size 1024\nqemu-system-x86_64: info: its size must be a non-zero multiple of 0x1000',
      ],
    ],
    explain: ({ name, number }) => ({
      code: 'invalid_input',
      message: `The firmware image for ${name} has ${number} bytes, and that is no flash size.`,
      cause: 'Flash is made of 4 KiB blocks.',
      hint: 'Use CODE and VARS files of one firmware build, unchanged.',
      field: 'guest.image.code',
    }),
  },
  {
    id: 'flash-room',
    family: 'firmware',
    pattern: said(
      "(?:.*: )?(?:\\S+ )?device (?:'.+' )?requires (?<number>\\d+) bytes, (?:\\S+ )?block backend provides (?<limit>\\d+) bytes",
    ),
    seen: [
      ['7.2', 'qemu-system-aarch64: device requires 67108864 bytes, block backend provides 1048576 bytes'],
      ['7.2', 'qemu-system-riscv64: device requires 33554432 bytes, block backend provides 1048576 bytes'],
      [
        '10.0',
        "qemu-system-aarch64: cfi.pflash01 device '/machine/virt.flash0' requires 67108864 bytes, pflash0 block backend provides 1048576 bytes",
      ],
    ],
    explain: ({ number, limit }) => ({
      code: 'invalid_input',
      message: `The firmware image must have exactly ${number} bytes; it has ${limit}.`,
      cause: 'The board’s flash has one size, and the image fills it.',
      hint: `On a copy: truncate -s ${number} FILE.`,
      field: 'guest.image.code',
    }),
  },
  {
    id: 'flash-order',
    family: 'firmware',
    pattern: said('pflash1 requires pflash0'),
    seen: [['7.2', 'qemu-system-x86_64: pflash1 requires pflash0']],
    explain: () => ({
      code: 'invalid_input',
      message: 'The second flash (variables) needs the first one (code).',
      hint: 'Give the firmware’s CODE image as unit 0.',
      field: 'guest.image.code',
    }),
  },
  {
    id: 'option-rom',
    family: 'firmware',
    pattern: said('failed to find romfile "(?<name>.+)"'),
    seen: [
      ['7.2', 'qemu-system-x86_64: -device e1000,romfile=nosuch.rom: failed to find romfile "nosuch.rom"'],
      ['5.2', 'qemu-system-aarch64: -device virtio-net-pci,netdev=n0: failed to find romfile "efi-virtio.rom"'],
    ],
    explain: ({ name }) => ({
      code: 'engine_unsuitable',
      message: `QEMU’s option ROM ${name} is missing.`,
      cause: 'Network cards and displays bring one for booting; it is a package of its own.',
      hint: 'Debian: apt install ipxe-qemu qemu-system-data. Or switch it off: romfile= (empty).',
      fixes: [
        {
          kind: 'copy',
          label: 'Copy the command that installs it',
          text: 'sudo apt install ipxe-qemu qemu-system-data',
        },
      ],
    }),
  },
  {
    id: 'rom-overlap',
    family: 'kernel',
    pattern: said('(?:Some ROM regions are overlapping|(?:rom: )?requested regions overlap .*)'),
    seen: [
      ['7.2', 'qemu-system-riscv64: Some ROM regions are overlapping'],
      [
        '4.2',
        'rom: requested regions overlap (rom phdr #0: kernel.elf. free=0x0000000080007000, addr=0x0000000080000000)',
      ],
    ],
    explain: () => ({
      code: 'invalid_input',
      message: 'Two images want the same place in the guest’s memory.',
      cause: 'Firmware and kernel are linked or loaded to overlapping addresses; the raw text says which.',
      hint: 'Link one elsewhere. A RISC-V kernel of your own that replaces the firmware: -bios none.',
      field: 'guest.kernel',
    }),
  },
  {
    id: 'loader-file',
    family: 'missing file',
    pattern: said(
      "(?:Cannot load specified image|can't load|Cannot read SMBIOS file|can't open file) (?<path>[^:]+)(?:: .+)?",
    ),
    seen: [
      [
        '7.2',
        '/nope: No such file or directory\nqemu-system-x86_64: -device loader,file=/nope: Cannot load specified image /nope',
      ],
      [
        '7.2',
        "qemu-system-x86_64: -fw_cfg name=opt/x,file=/nope: can't load /nope: Failed to open file “/nope”: No such file or directory",
      ],
      ['7.2', 'qemu-system-x86_64: -smbios file=/nope: Cannot read SMBIOS file /nope'],
      ['7.2', "qemu-system-x86_64: -acpitable file=/nope: can't open file /nope: No such file or directory"],
    ],
    explain: ({ path }) => ({
      code: 'file_missing',
      message: `${path} could not be loaded.`,
      hint: 'Check the path and that it is a file you may read.',
      field: extraField,
      ...(path.startsWith('/') ? { subject: { about: 'file', path, use: 'read' } as const } : {}),
    }),
  },
];

function lower(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
