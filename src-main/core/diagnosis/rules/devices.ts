/** Devices, processors and their properties: QEMU qdev-monitor.c, qom. */
import { commandTab, extraField, listHint, type Rule, said } from './rule.ts';

const inExtra = { code: 'invalid_input', field: extraField } as const;

export const deviceRules: readonly Rule[] = [
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
];

const busHints: Readonly<Record<string, string>> = {
  'usb-bus': 'Add a controller before it: -device qemu-xhci.',
  SCSI: 'Add a controller before it: -device virtio-scsi-pci.',
  IDE: 'Add a controller before it: -device ahci; or use virtio.',
  PCI: 'This board has no PCI. Use the form of the device for its own bus (virtio-…-device), or the machine "virt".',
  'virtio-bus': 'Use the form of the device for the machine’s bus: virtio-…-pci.',
  'sd-bus': 'Add a controller before it: -device sdhci-pci.',
};
