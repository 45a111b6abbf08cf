/**
 * Power: what reaches beyond this machine, past the form, or runs a program. It is a person's decision, made where a
 * page cannot make it for them: in a native dialog, or beforehand with `serve --allow-power`. What was decided for an
 * instance is not asked again while it stays the same.
 */
import { SlipwayError } from '../../../src-shared/contract/errors.ts';
import type { Spec } from '../../../src-shared/model/spec.ts';
import type { ClientIdentity } from './client.ts';
import { visibleText } from './visible-text.ts';

type Request = Omit<Spec, 'id' | 'version' | 'createdAt'>;

export interface PowerQuestion {
  readonly title: string;
  /** Exactly what would be allowed; two questions with the same detail are the same decision. */
  readonly detail: string;
  readonly action: string;
  /** Files that decide what would be allowed: another content is another decision. */
  readonly files?: readonly string[];
}

/** A flag template, a dev-config and edited flags are arguments by another name; an upscript is a program. */
function fuchsiaPowers(guest: Request['guest']): PowerQuestion[] {
  if (guest.kind !== 'fuchsia') return [];
  const { source, devConfig, flags, upscript } = guest;
  const title = 'This gives the emulator arguments of your own.';
  const files = [source.from === 'template' ? source.template : null, devConfig].filter((file) => file !== null);
  return [
    ...files.map((file) => ({
      title,
      detail: `Those that this file says:\n${file}`,
      action: 'Use them',
      files: [file],
    })),
    ...(flags === null ? [] : [{ title, detail: JSON.stringify(flags, null, 1), action: 'Use them' }]),
    ...(upscript === null
      ? []
      : [
          {
            title: 'This runs a program of your choice before the launch.',
            detail: upscript,
            action: 'Run it',
            files: [upscript],
          },
        ]),
  ];
}

/** Everything in a request that needs a decision. Pure. */
export function powersOf(request: Request): PowerQuestion[] {
  const { device, host, runtime } = request;
  const exposed = host.ports.filter((port) => port.bind !== '127.0.0.1' && port.bind !== 'localhost');
  const extra = runtime.extraArguments.trim();
  const commands = (runtime.readiness ?? []).filter((check) => check.kind === 'command');
  return [
    ...exposed.map((port) => ({
      title: 'This makes the guest reachable from the network.',
      detail: `${port.name}: ${port.bind}:${port.host ?? 'a free port'} to guest port ${port.guest}/${port.protocol}`,
      action: 'Expose',
    })),
    ...(extra === ''
      ? []
      : [
          {
            title: 'This gives QEMU arguments of your own.',
            detail: `They can read and write any file you can:\n${extra}`,
            action: 'Use them',
          },
        ]),
    ...diskQuestions(request.guest),
    ...fuchsiaPowers(request.guest),
    ...machineQuestions(device.machine),
    ...deviceQuestions(device.display, plainDisplays),
    ...deviceQuestions(host.networkDevice, plainNetworkCards),
    ...gdbQuestions(runtime.debug.gdb?.port ?? null),
    ...(runtime.binary === null ? [] : [programQuestion(runtime.binary)]),
    ...commands.map((check) => ({
      title: 'This runs a command on this computer to see whether the guest is ready.',
      detail: check.arguments.map((argument) => JSON.stringify(argument)).join(' '),
      action: 'Run it',
    })),
  ];
}

/** The socket is this user's own; TCP has no password, and a web page of a loopback address can talk to it too. */
function gdbQuestions(port: number | null): PowerQuestion[] {
  if (port === null) return [];
  const title = 'This lets every program and every user of this computer debug the guest.';
  const detail = `gdb on 127.0.0.1:${port}. Whoever connects there can read and write any file you can.`;
  return [
    { title, detail: `${detail}\nWithout a port gdb attaches to a socket that only you reach.`, action: 'Open it' },
  ];
}

/** What the guest writes there cannot be taken back; an overlay or a copy leaves the file as it is. */
function diskQuestions(guest: Request['guest']): PowerQuestion[] {
  if (!('disks' in guest)) return [];
  const title = 'This lets the guest write to a file in place.';
  return guest.disks
    .filter(({ access }) => access === 'direct')
    .map(({ file }) => ({ title, detail: `What it changes there stays changed:\n${file}`, action: 'Let it write' }));
}

/**
 * A machine is typed as text and has properties that name files, with a slash or without: `virt,dumpdtb=FILE` writes one,
 * `pc,firmware=FILE` reads one. Only what is known to be about the board alone is not asked about.
 */
const plainMachineProperties =
  /^(accel|acpi|aia|aia-guests|aclint|default-bus-bypass-iommu|dtb-randomness|dump-guest-core|gic-version|graphics|highmem[\w-]*|hmat|hpet|i8042|iommu|ioapic2|isa-serial|its|kernel[-_]irqchip|max-ram-below-4g|mem-merge|mte|nvdimm|option-roms|pcie|pic|pit|ras|rtc|sata|secure|smbus|smm|smp\.\w+|suppress-vmdesc|type|usb|virtualization|vmport|x-oem-[\w-]+)=[\w.:+-]*$/;

function machineQuestions(machine: string | null): PowerQuestion[] {
  const [name = '', ...properties] = (machine ?? '').split(',');
  const isPlain = /^(type=)?[\w.+-]*$/.test(name) && properties.every((text) => plainMachineProperties.test(text));
  if (machine === null || isPlain) return [];
  const title = 'This gives the machine properties of your own.';
  return [{ title, detail: `They can name files that QEMU reads or writes:\n${machine}`, action: 'Use it' }];
}

/** Emulated and nothing else: no file, no device of the host. Any other name, and any property past these, is asked about. */
const plainNetworkCards =
  /^(e1000|e1000e|e1000-\w+|igb|rtl8139|ne2k_pci|ne2k_isa|pcnet|i825\w+|vmxnet3|tulip|usb-net|virtio-net(-pci|-device)?(-(non-)?transitional)?)$/;
const plainDisplays =
  /^(none|VGA|isa-vga|cirrus-vga|isa-cirrus-vga|vmware-svga|ati-vga|qxl|qxl-vga|ramfb|bochs-display|secondary-vga|virtio-(gpu(-pci|-device)?|vga))$/;
const plainProperties =
  /^(mac|addr|bus|id|xres|yres|edid|vgamem_mb|max_outputs|disable-legacy|disable-modern|mq|vectors)=[\w.:-]*$/;

function deviceQuestions(device: string | null, plain: RegExp): PowerQuestion[] {
  const [name = '', ...properties] = (device ?? 'none').split(',');
  if (device === null || (plain.test(name) && properties.every((text) => plainProperties.test(text)))) return [];
  const title = 'This gives the guest a device with properties of your own.';
  return [{ title, detail: `Devices can read files and use hardware of this computer:\n${device}`, action: 'Use it' }];
}

function programQuestion(binary: string): PowerQuestion {
  const title = 'This runs a program of your choice as the emulator.';
  return { title, detail: binary, action: 'Run it', files: [binary] };
}

/** Asks for what is new since `before`. Throws `not_permitted` where nobody can be asked, `cancelled` for a no. */
export async function demandPower(identity: ClientIdentity, request: Request, before?: Spec): Promise<void> {
  const decided = new Set(before === undefined ? [] : powersOf(before).map(({ detail }) => detail));
  for (const question of powersOf(request)) {
    if (!decided.has(question.detail)) await decide(identity, question);
  }
}

/** Whether this client may have a program of its choice run without being asked: a preview asks nobody. */
export function mayRunPrograms(identity: ClientIdentity): boolean {
  return identity.trust === 'user' || identity.allowPower;
}

async function decide(identity: ClientIdentity, question: PowerQuestion): Promise<void> {
  if (identity.trust === 'user' || identity.allowPower) return;
  if (identity.abilities.confirm === undefined) {
    throw new SlipwayError('not_permitted', `${question.title} This cannot be done from a browser.`, {
      cause: 'Slipway asks for it in a native dialog, and a web page has none that could be trusted.',
      hint: 'Do it in the window or on the command line, or start the server with: slipway serve --allow-power',
    });
  }
  const shown = { ...question, detail: visibleText(question.detail) };
  if (!(await identity.abilities.confirm(shown))) throw new SlipwayError('cancelled', 'Not confirmed.');
}
