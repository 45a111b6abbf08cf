/** The device a drive is plugged into, when Slipway's own disks can be plugged the same way. */
import type { Disk } from '../../../../../src-shared/model/spec.ts';
import { isQ35 } from '../../qemu-based/sections/machine.ts';
import { type Properties, propertyOf, readProperties } from './properties.ts';
import type { Reading } from './reading.ts';
import type { CommandArgument } from './split-arguments.ts';

export interface Attachment {
  readonly interface: Disk['interface'];
  /** null: as the drive says. */
  readonly media: Disk['media'] | null;
  readonly place: number | null;
  readonly serial: string | null;
  readonly bootIndex: number | null;
  readonly controllers: readonly CommandArgument[];
}

/** Null: something about it has no field. */
export function readAttachment(reading: Reading, properties: Properties): Attachment | null {
  const driver = propertyOf(properties, 'driver') ?? properties.first ?? '';
  const allowed = new Set(['driver', 'drive', 'id', 'bootindex', 'serial', 'bus', 'unit']);
  if (!properties.entries.every(([key]) => allowed.has(key))) return null;
  const bootIndex = propertyOf(properties, 'bootindex');
  const bus = propertyOf(properties, 'bus');
  const unit = propertyOf(properties, 'unit');
  // `slipway export` numbers the drives that must have a number.
  const serial = /^slipway-\d+$/.test(propertyOf(properties, 'serial') ?? '') ? null : propertyOf(properties, 'serial');
  if (serial !== null && !/^[\x20-\x7e]{1,40}$/.test(serial)) return null;
  const common = {
    media: null,
    place: null,
    serial,
    bootIndex: bootIndex === null ? null : Number(bootIndex),
    controllers: [],
  };
  if (unit !== null && !driver.startsWith('ide-')) return null;
  switch (driver) {
    case 'virtio-blk':
    case 'virtio-blk-pci':
      if (reading.bus !== 'pci' || !(bus === null || bus === 'pci.0' || bus === 'pcie.0')) return null;
      return { ...common, interface: 'virtio', media: 'disk' };
    case 'virtio-blk-device':
      return reading.bus === 'virtio-mmio' && bus === null ? { ...common, interface: 'virtio', media: 'disk' } : null;
    case 'nvme':
      return reading.bus === 'pci' && bus === null ? { ...common, interface: 'nvme', media: 'disk' } : null;
    case 'ide-hd':
    case 'ide-cd': {
      const media = driver === 'ide-cd' ? 'cdrom' : 'disk';
      const ahci = reading.facts.drives === 'ide' ? null : ahciOf(reading, bus);
      if (ahci !== null) return { ...common, interface: 'ide', media, ...ahci };
      const place = idePlace(reading, bus, unit);
      return place === null ? null : { ...common, interface: 'ide', media, place };
    }
    case 'scsi-hd':
    case 'scsi-cd': {
      const stick = stickOf(reading, bus);
      if (stick !== null)
        return { ...common, interface: 'usb', media: driver === 'scsi-cd' ? 'cdrom' : 'disk', controllers: stick };
      const controller = controllerOf(reading, bus, ['virtio-scsi', 'virtio-scsi-pci', 'virtio-scsi-device']);
      if (controller === null) return null;
      return {
        ...common,
        interface: 'scsi',
        media: driver === 'scsi-cd' ? 'cdrom' : 'disk',
        controllers: [controller],
      };
    }
    case 'usb-storage': {
      const controller = controllerOf(reading, bus, ['qemu-xhci']);
      return controller === null ? null : { ...common, interface: 'usb', controllers: [controller] };
    }
    default:
      return null;
  }
}

export function deviceDriver({ value }: CommandArgument): string {
  const properties = readProperties(value ?? '');
  return (propertyOf(properties, 'driver') ?? properties.first ?? '').replace(/-(pci|device)$/, '');
}

function idePlace(reading: Reading, bus: string | null, unit: string | null): number | null {
  if (reading.facts.drives !== 'ide') return null;
  const channel = /^ide\.(\d+)$/.exec(bus ?? '')?.[1];
  if (channel === undefined) return null;
  return isQ35(reading.machineName) ? Number(channel) : Number(channel) * 2 + Number(unit ?? 0);
}

/** Boards without IDE of their own get a controller with six ports. */
function ahciOf(reading: Reading, bus: string | null): Pick<Attachment, 'place' | 'controllers'> | null {
  const port = /^(.*)\.(\d+)$/.exec(bus ?? '');
  const controller = port === null ? null : controllerOf(reading, `${port[1]}.0`, ['ich9-ahci']);
  return port === null || controller === null ? null : { place: Number(port[2]), controllers: [controller] };
}

/** `usb-bot` with its SCSI disk spelled out is a `usb-storage`. */
function stickOf(reading: Reading, bus: string | null): CommandArgument[] | null {
  const name = /^(.*)\.0$/.exec(bus ?? '')?.[1];
  const bot = reading.arguments.find(({ option, value }) => {
    const properties = readProperties(value ?? '');
    return option === 'device' && properties.first === 'usb-bot' && propertyOf(properties, 'id') === name;
  });
  if (name === undefined || bot === undefined) return null;
  const properties = readProperties(bot.value ?? '');
  const controller = controllerOf(reading, propertyOf(properties, 'bus'), ['qemu-xhci']);
  const isPlain = properties.entries.every(([key]) => key === 'id' || key === 'bus');
  return controller === null || !isPlain ? null : [controller, bot];
}

/** The one controller these disks are on, plain, and with nothing else on it. */
function controllerOf(reading: Reading, bus: string | null, drivers: readonly string[]): CommandArgument | null {
  const found = reading.arguments.filter((argument) => {
    if (argument.option !== 'device') return false;
    const { first, entries } = readProperties(argument.value ?? '');
    const driver = entries.find(([key]) => key === 'driver')?.[1] ?? first ?? '';
    return drivers.includes(driver) && entries.every(([key]) => key === 'id' || key === 'driver');
  });
  const [controller, ...others] = found;
  if (controller === undefined || others.length > 0) return null;
  const id = propertyOf(readProperties(controller.value ?? ''), 'id');
  if (bus !== null && (id === null || bus !== `${id}.0`)) return null;
  const isUsb = drivers.includes('qemu-xhci');
  return hasForeignUsers(reading, id, isUsb) ? null : controller;
}

/** Keyboards and the like share a USB controller with a stick, and would be left without one. */
function hasForeignUsers(reading: Reading, id: string | null, isUsb: boolean): boolean {
  return reading.arguments.some(({ option, value }) => {
    if (option !== 'device') return false;
    const properties = readProperties(value ?? '');
    const driver = propertyOf(properties, 'driver') ?? properties.first ?? '';
    if (/^(scsi-hd|scsi-cd|usb-storage|usb-bot|ide-hd|ide-cd)$/.test(driver)) return false;
    const bus = propertyOf(properties, 'bus');
    return (id !== null && bus?.startsWith(`${id}.`) === true) || (isUsb && driver.startsWith('usb-'));
  });
}
