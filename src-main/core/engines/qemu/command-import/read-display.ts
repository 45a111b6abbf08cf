/** Display devices, entropy, and the windows that Slipway has none of. */
import { propertyOf, readProperties } from './properties.ts';
import type { Reading } from './reading.ts';

/** Devices beside which QEMU makes no display of its own. */
const inPlaceOfDefault: ReadonlySet<string> = new Set([
  ...[
    'VGA',
    'isa-vga',
    'cirrus-vga',
    'isa-cirrus-vga',
    'vmware-svga',
    'qxl-vga',
    'virtio-vga',
    'virtio-vga-gl',
    'ati-vga',
  ],
  'vhost-user-vga',
]);
const others: ReadonlySet<string> = new Set([
  'virtio-gpu-pci',
  'virtio-gpu',
  'ramfb',
  'bochs-display',
  'qxl',
  'virtio-gpu-device',
]);

const vgaDevices: Readonly<Record<string, string>> = {
  std: 'VGA',
  cirrus: 'cirrus-vga',
  vmware: 'vmware-svga',
  qxl: 'qxl-vga',
  virtio: 'virtio-vga',
  none: 'none',
};

export function readDisplay(reading: Reading): void {
  const { machine, facts } = reading;
  let display: string | null = reading.has('nodefaults') ? 'none' : (facts.display ?? 'none');
  for (const argument of reading.open('vga', 'std-vga')) {
    const device = argument.option === 'std-vga' ? 'VGA' : vgaDevices[argument.value ?? ''];
    if (device === undefined) continue;
    if (facts.display === null && device !== 'none') {
      reading.settle(argument, 'dropped', null, 'This machine takes no -vga; QEMU itself only warns.');
      continue;
    }
    display = device;
    reading.field(argument, 'device.display');
  }
  const devices = reading.open('device').filter(({ lacks }) => lacks.length === 0);
  for (const argument of devices) {
    const { first, entries } = readProperties(argument.value ?? '');
    const driver = first ?? entries.find(([key]) => key === 'driver')?.[1] ?? '';
    const replaces = inPlaceOfDefault.has(driver);
    if (
      first === null ||
      entries.some(([key]) => key === 'bus' || key === 'addr') ||
      /virtio-vga-gl|vhost/.test(driver)
    ) {
      if (replaces) display = 'none';
      continue;
    }
    // One is a field; any more stay.
    if ((replaces && !isSettledDisplay(reading)) || (others.has(driver) && display === 'none')) {
      display = argument.value;
      reading.field(argument, 'device.display');
    }
  }
  machine.display = display;
  readWindows(reading);
  readEntropy(reading);
}

function isSettledDisplay(reading: Reading): boolean {
  return reading.arguments.some(
    (argument) => argument.option === 'device' && reading.outcome(argument)?.field === 'device.display',
  );
}

const noWindow = 'Slipway shows consoles and pictures of the screen; QEMU opens no window.';

function readWindows(reading: Reading): void {
  for (const argument of reading.open('display')) {
    const properties = readProperties(argument.value ?? '');
    const kind = properties.first ?? propertyOf(properties, 'type') ?? '';
    const needsGl = ['on', 'es', 'core'].includes(propertyOf(properties, 'gl') ?? 'off');
    if (!needsGl && ['none', 'gtk', 'sdl', 'curses', 'cocoa', 'default', 'dbus'].includes(kind))
      reading.slipway(argument, noWindow);
  }
  const windows = [
    'curses',
    'sdl',
    'full-screen',
    'no-frame',
    'no-quit',
    'alt-grab',
    'ctrl-grab',
    'portrait',
    'rotate',
    'k',
  ];
  for (const argument of reading.open(...windows)) {
    if (argument.option !== 'k') reading.slipway(argument, noWindow);
  }
}

/** A virtio entropy device fed by the host's random numbers is what Slipway adds too. */
function readEntropy(reading: Reading): void {
  const { machine } = reading;
  machine.entropy = false;
  if (machine.flash !== null || machine.bios !== null || reading.bus === 'board') return;
  const driverHere = reading.bus === 'pci' ? ['virtio-rng-pci', 'virtio-rng'] : ['virtio-rng-device'];
  const found = reading
    .open('device')
    .map((argument) => ({ argument, properties: readProperties(argument.value ?? '') }))
    .filter(({ properties }) => /^virtio-rng/.test(properties.first ?? ''));
  const [only, ...more] = found;
  if (only === undefined || more.length > 0 || !driverHere.includes(only.properties.first ?? '')) return;
  const { entries } = only.properties;
  if (!entries.every(([key]) => key === 'rng' || key === 'id')) return;
  const backend = propertyOf(only.properties, 'rng');
  const object = reading.open('object').find(({ value }) => propertyOf(readProperties(value ?? ''), 'id') === backend);
  if (backend !== null) {
    const source = object === undefined ? null : readProperties(object.value ?? '');
    const file = source === null ? null : propertyOf(source, 'filename');
    const isPlain =
      source !== null &&
      (source.first === 'rng-builtin' ||
        (source.first === 'rng-random' && (file === null || /^\/dev\/u?random$/.test(file)))) &&
      source.entries.every(([key]) => key === 'id' || key === 'filename');
    if (!isPlain || object === undefined) return;
    reading.field(object, 'device.entropy', 'Random numbers come from this computer.');
  }
  machine.entropy = true;
  reading.field(only.argument, 'device.entropy');
}
