/** Names and words of the command line: QEMU softmmu/vl.c, util/qemu-option.c, qapi. */
import { deviceRules } from './devices.ts';
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
  ...deviceRules,
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
