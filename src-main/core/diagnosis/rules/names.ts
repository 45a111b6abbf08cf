/** Names and words of the command line: QEMU softmmu/vl.c, qdev-monitor.c, util/qemu-option.c, qapi, qom. */
import { commandTab, extraField, listHint, type Rule, said, saidOf } from './rule.ts';

const inExtra = { code: 'invalid_input', field: extraField } as const;

export const nameRules: readonly Rule[] = [
  {
    id: 'option-unknown',
    family: 'unknown option',
    pattern: /^(?<option>-{1,2}\S+): invalid option$/,
    seen: [
      ['7.2', 'qemu-system-x86_64: -bogus: invalid option'],
      ['7.2, gone since 7.1', 'qemu-system-x86_64: -soundhw: invalid option'],
      ['7.2, gone since 7.2', 'qemu-system-x86_64: -watchdog: invalid option'],
    ],
    explain: ({ option }) => {
      const now = successors[option.replace(/^-+/, '')];
      return {
        ...inExtra,
        message: `This QEMU has no option ${option}.`,
        cause:
          now === undefined
            ? 'It is misspelled, or of another version or architecture.'
            : `It was removed in QEMU ${now[0]}.`,
        hint: now === undefined ? `Look at the extra arguments. ${commandTab}` : `Use ${now[1]} instead.`,
      };
    },
  },
  {
    id: 'option-value',
    family: 'unknown option',
    pattern: /^(?<option>-{1,2}\S+): requires an argument$/,
    seen: [['7.2', 'qemu-system-x86_64: -kernel: requires an argument']],
    explain: ({ option }) => ({
      ...inExtra,
      message: `${option} needs a value after it.`,
      hint: 'Look at the extra arguments.',
    }),
  },
  {
    id: 'option-target',
    family: 'unknown option',
    pattern: /^(?<option>-{1,2}\S+): Option not supported for this target$/,
    seen: [['7.2', 'qemu-system-x86_64: -semihosting: Option not supported for this target']],
    explain: ({ option }) => ({
      ...inExtra,
      message: `${option} is for other architectures.`,
      hint: 'Remove it from the extra arguments.',
    }),
  },
  {
    id: 'machine-unknown',
    family: 'unknown machine',
    pattern: /^(?:-(?:machine|M) (?<value>.*?): )?unsupported machine type(?:: "(?<name>.+)")?$/,
    seen: [
      ['7.2', 'qemu-system-x86_64: unsupported machine type\nUse -machine help to list supported machines'],
      [
        '5.2',
        'qemu-system-x86_64: -machine nosuch: unsupported machine type\nUse -machine help to list supported machines',
      ],
      ['9.1', 'qemu-system-x86_64: unsupported machine type: "nosuch"\nUse -machine help to list supported machines'],
    ],
    explain: ({ name, value }) => ({
      code: 'invalid_input',
      message: 'This QEMU has no machine of that name.',
      hint: `${listHint('-machine')} Versioned names come and go with QEMU’s version.`,
      field: 'device.machine',
      subject: { about: 'name', of: 'machine', name: name || (value.split(',')[0] ?? '') },
    }),
  },
  {
    id: 'machine-needed',
    family: 'unknown machine',
    pattern: said('No machine specified, and there is no default'),
    seen: [
      [
        '7.2',
        'qemu-system-aarch64: No machine specified, and there is no default\nUse -machine help to list supported machines',
      ],
    ],
    explain: () => ({
      code: 'invalid_input',
      message: 'This architecture has no usual machine: one must be named.',
      hint: 'Choose "virt".',
      field: 'device.machine',
      fixes: [{ kind: 'set', label: 'Use the machine virt', changes: [{ field: 'device.machine', value: 'virt' }] }],
    }),
  },
  {
    id: 'device-unknown',
    family: 'unknown device',
    pattern: said("'(?<name>.+)' is not a valid device model name"),
    seen: [['7.2', "qemu-system-x86_64: -device virtio-net-pic: 'virtio-net-pic' is not a valid device model name"]],
    explain: ({ name }) => ({
      code: 'engine_unsuitable',
      message: `This QEMU has no device called ${name}.`,
      hint: `${listHint('-device')} Some devices are packages of their own.`,
      field: extraField,
      subject: { about: 'name', of: 'device', name },
    }),
  },
  {
    id: 'device-nic',
    family: 'unknown device',
    pattern: said('Unsupported NIC model: (?<name>.+)'),
    seen: [['7.2', 'qemu-system-x86_64: Unsupported NIC model: nosuch']],
    explain: ({ name }) => ({
      code: 'engine_unsuitable',
      message: `This machine has no network card called ${name}.`,
      hint: '`-nic model=help` lists what there is.',
      field: extraField,
      subject: { about: 'name', of: 'device', name },
    }),
  },
  {
    id: 'device-module',
    family: 'unknown device',
    pattern: said("missing object type '(?<name>.+)'"),
    seen: [['7.2', "qemu-system-x86_64: -device virtio-vga-gl: missing object type 'virtio-gpu-gl-device'"]],
    explain: ({ name }) => ({
      code: 'engine_unsuitable',
      message: 'A part of QEMU that this device is made of is not installed.',
      cause: `${name} is in a module of its own.`,
      hint: 'Debian: apt install qemu-system-gui qemu-system-modules-opengl.',
      field: extraField,
    }),
  },
  {
    id: 'device-bus',
    family: 'unknown device',
    pattern: said("No '(?<name>.+)' bus found for device '(?<value>.+)'"),
    seen: [
      ['7.2', "qemu-system-x86_64: -device usb-kbd: No 'usb-bus' bus found for device 'usb-kbd'"],
      ['7.2', "qemu-system-aarch64: -device virtio-net-pci: No 'PCI' bus found for device 'virtio-net-pci'"],
    ],
    explain: ({ name, value }) => ({
      ...inExtra,
      message: `The machine has no ${name.replace(/-bus$/, '')} bus to put ${value} on.`,
      hint: busHints[name] ?? 'Add a controller for it before the device, or choose another machine.',
    }),
  },
  {
    id: 'device-bus-name',
    family: 'unknown device',
    pattern: said("Bus '(?<name>.+)' not found"),
    seen: [['7.2', "qemu-system-x86_64: -device virtio-net-pci,bus=zz: Bus 'zz' not found"]],
    explain: ({ name }) => ({
      ...inExtra,
      message: `No bus is called ${name}.`,
      hint: 'A controller must come before what is put on it; `info qtree` on the monitor shows every bus.',
    }),
  },
  {
    id: 'device-slot',
    family: 'option',
    pattern: said(
      'PCI: slot (?<number>\\d+) function \\d+ not available for (?<name>\\S+), in use by (?<value>[^,]+).*',
    ),
    seen: [
      [
        '7.2',
        'qemu-system-x86_64: -device virtio-net-pci,addr=2: PCI: slot 2 function 0 not available for virtio-net-pci, in use by virtio-net-pci,id=(null)',
      ],
    ],
    explain: ({ number, name, value }) => ({
      ...inExtra,
      message: `PCI slot ${number} is taken by ${value}, and ${name} wants it too.`,
      hint: 'Give another addr=, or leave it out.',
    }),
  },
  {
    id: 'cpu-unknown',
    family: 'unknown cpu',
    pattern: said("unable to find CPU model '(?<name>.+)'"),
    seen: [['7.2', "qemu-system-x86_64: unable to find CPU model 'nosuch'"]],
    explain: ({ name }) => ({
      code: 'invalid_input',
      message: `This QEMU has no CPU model called ${name}.`,
      hint: listHint('-cpu'),
      field: 'device.cpu',
      subject: { about: 'name', of: 'cpu', name },
    }),
  },
  {
    id: 'cpu-machine',
    family: 'unknown cpu',
    pattern: said(
      '(?:(?<value>[\\w-]+): CPU type (?<name>\\S+?)(?:-arm-cpu|-riscv-cpu)? not supported|Invalid CPU (?:model|type): (?<id>\\S+))',
    ),
    seen: [
      ['7.2', 'qemu-system-aarch64: mach-virt: CPU type cortex-a8-arm-cpu not supported'],
      ['9.0', 'qemu-system-aarch64: Invalid CPU model: cortex-a8\nThe valid models are: cortex-a7, cortex-a15, max'],
    ],
    explain: ({ name, id }, log) => {
      const valid = /The valid (?:models|types) are: (.+)/.exec(log)?.[1];
      return {
        code: 'invalid_input',
        message: `The machine does not take the CPU ${name || id}.`,
        hint: valid === undefined ? 'Choose "max", or a CPU that the machine was built with.' : `It takes: ${valid}.`,
        field: 'device.cpu',
        fixes: [
          { kind: 'set', label: 'Let the machine choose its CPU', changes: [{ field: 'device.cpu', value: null }] },
        ],
      };
    },
  },
  {
    id: 'property-unknown',
    family: 'unknown property',
    pattern: said("(?:can't apply global .+: )?Property '(?<name>[^']+?)\\.(?<option>[^'.]+)' not found"),
    seen: [
      ['7.2', "qemu-system-x86_64: -device virtio-net-pci,bogus=1: Property 'virtio-net-pci.bogus' not found"],
      ['7.2', "qemu-system-x86_64: Property 'pc-q35-7.2-machine.bogus' not found"],
      [
        '7.2',
        "qemu-system-x86_64: can't apply global qemu64-x86_64-cpu.nosuch=on: Property 'qemu64-x86_64-cpu.nosuch' not found",
      ],
      ['7.2', "qemu-system-x86_64: -accel tcg,bogus=1: Property 'tcg-accel.bogus' not found"],
    ],
    explain: ({ name, option }) => {
      const machine = /^(.+)-machine$/.exec(name)?.[1];
      const cpu = /^(.+?)-[\w]+-cpu$/.exec(name)?.[1];
      const accelerator = /^(\w+)-accel$/.exec(name)?.[1];
      const [kind, what] =
        machine !== undefined
          ? ['machine', machine]
          : cpu !== undefined
            ? ['CPU', cpu]
            : accelerator !== undefined
              ? ['accelerator', accelerator]
              : ['device', name];
      return {
        code: 'invalid_input',
        message: `The ${kind} ${what} has no property called ${option}.`,
        hint:
          kind === 'device'
            ? `\`qemu-system-… -device ${what},help\` lists them.`
            : `${commandTab} Properties come and go with QEMU’s version.`,
        field: kind === 'machine' ? 'device.machine' : kind === 'CPU' ? 'device.cpu' : extraField,
      };
    },
  },
  {
    id: 'property-link',
    family: 'unknown property',
    pattern: said("Property '(?<name>.+)' can't find value '(?<value>.*)'"),
    seen: [
      [
        '7.2',
        "qemu-system-x86_64: -device virtio-blk-pci,drive=zz: Property 'virtio-blk-device.drive' can't find value 'zz'",
      ],
    ],
    explain: ({ name, value }) => ({
      ...inExtra,
      message: `${name} names "${value}", and nothing has that id.`,
      hint: 'An id must be defined by another argument.',
    }),
  },
  {
    id: 'property-value',
    family: 'unknown property',
    pattern: said("(?:P|p)roperty '(?<name>.+?)'(?: of \\S+)? doesn't take value '(?<value>.*)'"),
    seen: [
      [
        '7.2',
        "qemu-system-x86_64: -device virtio-net-pci,addr=99: Property 'virtio-net-pci.addr' doesn't take value '99'",
      ],
      ['7.2', "qemu-system-x86_64: property 'size' of memory-backend-ram doesn't take value '0'"],
    ],
    explain: ({ name, value }) => ({
      ...inExtra,
      message: `${name} cannot be "${value}".`,
      hint: commandTab,
    }),
  },
  {
    id: 'id-twice',
    family: 'option',
    pattern: said("Duplicate ID '(?<id>.+)' for (?<name>\\S+)"),
    seen: [
      ['7.2', "qemu-system-x86_64: -chardev null,id=a: Duplicate ID 'a' for chardev"],
      ['7.2', "qemu-system-x86_64: -netdev user,id=n0: Duplicate ID 'n0' for netdev"],
    ],
    explain: ({ id, name }) => ({
      ...inExtra,
      message: `Two ${name} arguments have the id "${id}".`,
      hint: `Give yours another id. ${commandTab}`,
    }),
  },
  {
    id: 'id-bad',
    family: 'option',
    pattern: said("Parameter 'id' expects an identifier"),
    seen: [
      [
        '7.2',
        "qemu-system-x86_64: -device virtio-serial,id=1x: Parameter 'id' expects an identifier\nIdentifiers consist of letters, digits, '-', '.', '_', starting with a letter.",
      ],
    ],
    explain: () => ({
      ...inExtra,
      message: 'An id begins with a letter and has only letters, digits, "-", "." and "_" in it.',
      hint: 'Rename it, everywhere it is used.',
    }),
  },
  {
    id: 'display-type',
    family: 'display',
    pattern: saidOf('display', "Parameter 'type' does not accept value '(?<name>.+)'"),
    seen: [['7.2', "qemu-system-x86_64: -display cocoa: Parameter 'type' does not accept value 'cocoa'"]],
    explain: ({ name }) => ({
      code: 'engine_unsuitable',
      message: `This QEMU has no display called ${name}.`,
      hint: listHint('-display'),
      field: extraField,
    }),
  },
  {
    id: 'incoming',
    family: 'option',
    pattern: saidOf(
      'incoming',
      "(?:unknown migration protocol: (?<name>.+)|Parameter 'channel-type' does not accept value '(?<id>.+)')",
    ),
    seen: [
      ['7.2', 'qemu-system-x86_64: -incoming nosuch: unknown migration protocol: nosuch'],
      ['10.0', "qemu-system-x86_64: -incoming nosuch: Parameter 'channel-type' does not accept value 'nosuch'"],
    ],
    explain: ({ name, id }) => ({
      code: 'invalid_input',
      message: `There is no way of migration called ${name || id}.`,
      hint: '-incoming takes tcp:ADDRESS:PORT, unix:PATH, exec:COMMAND or defer.',
      field: extraField,
    }),
  },
  {
    id: 'parameter-needed',
    family: 'option',
    pattern: said("Parameter '(?<name>.+)' is missing"),
    seen: [['7.2', "qemu-system-x86_64: -netdev user: Parameter 'id' is missing"]],
    explain: ({ name }) => ({ ...inExtra, message: `An argument lacks ${name}=….`, hint: commandTab }),
  },
  {
    id: 'parameter-value',
    family: 'option',
    pattern: said(
      "(?:can't apply global .+: )?Parameter '(?<name>.+)' (?<reason>expects .+|does not accept value '.*')",
    ),
    seen: [
      ['7.2', "qemu-system-x86_64: -device isa-debug-exit,iobase=zz: Parameter 'iobase' expects integer"],
      ['7.2', "qemu-system-x86_64: -netdev nosuch,id=n0: Parameter 'type' does not accept value 'nosuch'"],
      ['7.2', "qemu-system-x86_64: -m abc: Parameter 'size' expects a non-negative number below 2^64"],
      ['4.2', "qemu-system-x86_64: -netdev nosuch,id=n0: Parameter 'type' expects a netdev backend type"],
    ],
    explain: ({ name, reason }) => ({
      code: 'invalid_input',
      message: `The parameter ${name} ${reason}.`,
      hint: commandTab,
    }),
  },
  {
    id: 'parameter-unknown',
    family: 'option',
    pattern: said(
      "(?:Invalid parameter '(?<name>.+)'|Block (?:format|protocol) '.+' does not support the option '(?<value>.+)')",
    ),
    seen: [
      ['7.2', "qemu-system-x86_64: -vnc 127.0.0.1:1,bogus=1: Invalid parameter 'bogus'"],
      [
        '7.2',
        "qemu-system-x86_64: -drive file=raw.img,format=raw,bogus=1: Block format 'raw' does not support the option 'bogus'",
      ],
    ],
    explain: ({ name, value }) => ({
      code: 'invalid_input',
      message: `There is no parameter called ${name || value} here.`,
      hint: `A comma in a value must be doubled. ${commandTab}`,
    }),
  },
  {
    id: 'chardev-unknown',
    family: 'chardev',
    pattern: said('(?:\'(?<name>.+)\' is not a valid char driver(?: name)?|chardev "(?<id>.+)" not found)'),
    seen: [
      ['7.2', "qemu-system-x86_64: -chardev nosuch,id=a: 'nosuch' is not a valid char driver name"],
      ['7.2', 'qemu-system-x86_64: -mon chardev=zz: chardev "zz" not found'],
      [
        '7.2',
        "qemu-system-x86_64: -serial nosuch: 'nosuch' is not a valid char driver\nqemu-system-x86_64: -serial nosuch: could not connect serial device to character backend 'nosuch'",
      ],
    ],
    explain: ({ name, id }) => ({
      ...inExtra,
      message: id === '' ? `There is no kind of character device called ${name}.` : `No -chardev has the id ${id}.`,
      hint: id === '' ? listHint('-chardev') : 'Put the -chardev with that id before it.',
    }),
  },
  {
    id: 'stdio-twice',
    family: 'chardev',
    pattern: said('cannot use stdio (?:by multiple character devices|with -daemonize)'),
    seen: [
      ['7.2', 'qemu-system-x86_64: -serial stdio: cannot use stdio by multiple character devices'],
      ['7.2', 'qemu-system-x86_64: -monitor stdio: cannot use stdio with -daemonize'],
    ],
    explain: () => ({
      ...inExtra,
      message: 'Only one thing can use QEMU’s standard input and output.',
      cause: 'Slipway gives the guest’s serial line and monitors consoles of their own.',
      hint: 'Remove -serial stdio, -monitor stdio and -daemonize from the extra arguments.',
    }),
  },
  {
    id: 'boot-device',
    family: 'option',
    pattern: said("Invalid boot device '(?<name>.+)'"),
    seen: [['7.2', "qemu-system-x86_64: Invalid boot device 'z'"]],
    explain: ({ name }) => ({
      ...inExtra,
      message: `"${name}" is no boot device.`,
      hint: '-boot order takes letters: a floppy, c disk, d CD-ROM, n network.',
    }),
  },
];

/** What came in the place of options that are gone: QEMU docs/about/removed-features.rst. */
const successors: Readonly<Record<string, readonly [version: string, instead: string]>> = {
  soundhw: ['7.1', '-device or -audio'],
  watchdog: ['7.2', '-device'],
  writeconfig: ['6.0', 'a script'],
  'no-hpet': ['9.0', '-machine hpet=off'],
  'no-acpi': ['9.0', '-machine acpi=off'],
  'enable-fips': ['7.1', 'a kernel in FIPS mode'],
  chroot: ['9.0', '-run-with chroot=DIRECTORY'],
  singlestep: ['9.0', '-accel tcg,one-insn-per-tb=on'],
  'async-teardown': ['9.0', '-run-with async-teardown=on'],
  'no-kvm': ['3.0', '-accel tcg'],
  balloon: ['4.0', '-device virtio-balloon'],
};

const busHints: Readonly<Record<string, string>> = {
  'usb-bus': 'Add a controller before it: -device qemu-xhci.',
  SCSI: 'Add a controller before it: -device virtio-scsi-pci.',
  IDE: 'Add a controller before it: -device ahci; or use virtio.',
  PCI: 'This board has no PCI. Use the form of the device for its own bus (virtio-…-device), or the machine "virt".',
  'virtio-bus': 'Use the form of the device for the machine’s bus: virtio-…-pci.',
  'sd-bus': 'Add a controller before it: -device sdhci-pci.',
};
