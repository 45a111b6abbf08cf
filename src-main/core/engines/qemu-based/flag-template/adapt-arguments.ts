/**
 * Templates are written for one QEMU, and people have another: what the probed binary does not know is replaced by what
 * it does, and each replacement is said. Pure. Must never drop what a guest cannot boot without: there QEMU's own error
 * is worth more than a guest that hangs.
 */
import type { FlagData } from '../../../../../src-shared/model/emulator-configuration.ts';
import type { EngineCapabilities } from '../../engine.ts';
import { groupOptions, type OptionGroup, optionOf } from './option-groups.ts';

export interface Adaptation {
  readonly from: readonly string[];
  /** Empty: left out. */
  readonly to: readonly string[];
  readonly why: string;
}

export type AdaptationFacts = Pick<EngineCapabilities, 'version' | 'versionNumbers' | 'machines' | 'devices'>;

export interface AdaptedFlags {
  readonly flags: FlagData;
  readonly adaptations: readonly Adaptation[];
}

type Change = { readonly to: readonly string[]; readonly why: string } | null;
type Rule = (option: string, value: string, facts: AdaptationFacts) => Change;

/**
 * @param protectedTail how many words at the end are a person's own (`addl_emu_args`) and stay as typed.
 */
export function adaptArguments(flags: FlagData, facts: AdaptationFacts, protectedTail = 0): AdaptedFlags {
  const adaptations: Adaptation[] = [];
  const end = flags.args.length - protectedTail;
  const adapted = groupOptions(flags.args.slice(0, end)).flatMap((group) => adaptGroup(group, facts, adaptations));
  return { flags: { ...flags, args: [...adapted, ...flags.args.slice(end)] }, adaptations };
}

/** Rules follow each other: one that splits an option leaves its parts to the rest. */
function adaptGroup(group: OptionGroup, facts: AdaptationFacts, adaptations: Adaptation[]): readonly string[] {
  let now: OptionGroup = group;
  for (const rule of rules) {
    const option = optionOf(now);
    if (option === null) return now;
    const change = rule(option, now[1] ?? '', facts);
    if (change === null) continue;
    adaptations.push({ from: now, to: change.to, why: change.why });
    now = change.to;
  }
  return now;
}

const noAudio: Rule = (option) =>
  option === '-no-audio'
    ? { to: [], why: 'Only the Android emulator knows -no-audio; without it there is no sound either.' }
    : null;

/** `-device` names of what `-soundhw` called by shorter ones. */
const soundDevices: Readonly<Record<string, readonly string[]>> = {
  ac97: ['AC97,audiodev=snd0'],
  adlib: ['adlib,audiodev=snd0'],
  cs4231a: ['cs4231a,audiodev=snd0'],
  es1370: ['ES1370,audiodev=snd0'],
  gus: ['gus,audiodev=snd0'],
  hda: ['intel-hda', 'hda-duplex,audiodev=snd0'],
  sb16: ['sb16,audiodev=snd0'],
};

const soundHardware: Rule = (option, value, { versionNumbers, version, devices }) => {
  if (option !== '-soundhw' || isBefore(versionNumbers, 7, 1)) return null;
  const wanted = soundDevices[value] ?? [];
  if (wanted.length === 0 || wanted.some((device) => !devices.includes(device.split(',', 1)[0] ?? ''))) {
    return { to: [], why: `QEMU ${version} has no -soundhw, and no sound device for ${value}.` };
  }
  const to = ['-audiodev', 'none,id=snd0', ...wanted.flatMap((device) => ['-device', device])];
  return { to, why: `QEMU 7.1 removed -soundhw; the same device is made with -device.` };
};

/**
 * Zircon's arm64 boot shim needs the PCI configuration window below 4 GiB. QEMU 8.0 made that a property of the board;
 * before, it came with virt-2.12, the last version that has it low and the one that ffx used then.
 */
const lowPciWindow: Rule = (option, value, { versionNumbers, version, machines }) => {
  if (option !== '-machine' || !value.includes(',highmem-ecam=off') || !isBefore(versionNumbers, 8, 0)) return null;
  const rest = value.replace(',highmem-ecam=off', '');
  const hasOld = machines.some((machine) => machine.name === 'virt-2.12');
  const why = `QEMU ${version} has no highmem-ecam`;
  if (!hasOld) return { to: [option, rest], why: `${why}, and no older board without it.` };
  return { to: [option, rest.replace(/^virt(-[\d.]+)?/, 'virt-2.12')], why: `${why}; virt-2.12 is made that way.` };
};

const versionedMachine: Rule = (option, value, { machines, version }) => {
  if (option !== '-machine' && option !== '-M') return null;
  const [, name, family, major, minor] = /^((virt|pc-q35|pc-i440fx)-(\d+)\.(\d+))(?:,|$)/.exec(value) ?? [];
  if (name === undefined || family === undefined || machines.some((machine) => machine.name === name)) return null;
  const wanted = Number(major) * 1000 + Number(minor);
  const [newest] = machines
    .map((machine) => ({ name: machine.name, at: versionIn(machine.name, family) }))
    .filter(({ at }) => at > 0 && at <= wanted)
    .sort((a, b) => b.at - a.at);
  const alias = family === 'pc-q35' ? 'q35' : family === 'pc-i440fx' ? 'pc' : family;
  const to = newest?.name ?? alias;
  return {
    to: [option, value.replace(name, to)],
    why: `QEMU ${version} has no machine ${name}; ${to} is the nearest.`,
  };
};

const machineProperties: Rule = (option, value, { versionNumbers, version }) => {
  if (option !== '-machine' || !isBefore(versionNumbers, 7, 0)) return null;
  const kept = value.split(',').filter((part) => !/^(smbios-entry-point-type|i8042)=/.test(part));
  const to = kept.join(',');
  return to === value
    ? null
    : { to: [option, to], why: `QEMU ${version} does not know these properties of the board.` };
};

const riscvProcessor: Rule = (option, value, { versionNumbers, version }) =>
  option === '-cpu' && value.startsWith('rv64,') && isBefore(versionNumbers, 7, 1)
    ? { to: [option, 'rv64'], why: `QEMU ${version} does not know these properties of the processor.` }
    : null;

const oddThreads: Rule = (option, value) => {
  const count = Number(/^(\d+),threads=2$/.exec(value)?.[1]);
  if (option !== '-smp' || !(count % 2 === 1)) return null;
  return { to: [option, String(count)], why: `${count} processors cannot be two threads of each core.` };
};

const hvf: Rule = (option, value) => {
  if (!/^-enable-hvf/.test(option)) return null;
  // Older templates have the board's property stuck to the option, and no QEMU takes that.
  const rest = `${option.slice('-enable-hvf'.length)}${value}`.replace(/^,/, '');
  const machine = rest === '' ? [] : ['-machine', rest];
  return { to: ['-accel', 'hvf', ...machine], why: 'QEMU has no -enable-hvf; -accel hvf is the same.' };
};

const shortBooleans: Rule = (option, value, { versionNumbers }) => {
  if (!/^-(qmp|qmp-pretty|monitor|serial|chardev|gdb)$/.test(option) || isBefore(versionNumbers, 4, 0)) return null;
  const to = value.replace(loneWord('server'), ',server=on').replace(loneWord('nowait'), ',wait=off');
  return to === value ? null : { to: [option, to], why: 'QEMU 6 and later warn of the short form.' };
};

/** A property without a value. Two commas are one that belongs to a value, so an even number stands before it. */
function loneWord(word: string): RegExp {
  return new RegExp(`(?<=(?:^|[^,])(?:,,)*),${word}(?=,(?!,)|$)`);
}

/** What a guest can do without, with what comes nearest. */
const replaceable: Readonly<Record<string, readonly string[]>> = {
  'virtio-multitouch-pci': ['virtio-tablet-pci'],
  virtio_input_multi_touch_pci_1: ['virtio-multitouch-pci', 'virtio-tablet-pci'],
  'virtio-mouse-pci': [],
  'virtio-keyboard-pci': [],
  'virtio-gpu-pci': [],
  'isa-debug-exit': [],
  edu: [],
  'virtio-rng-device': ['virtio-rng-pci'],
};

const missingDevice: Rule = (option, value, { devices, version }) => {
  const name = value.split(',', 1)[0] ?? '';
  const others = Object.hasOwn(replaceable, name) ? replaceable[name] : undefined;
  if (option !== '-device' || others === undefined || devices.includes(name)) return null;
  const other = others.find((device) => devices.includes(device));
  const missing = `QEMU ${version} has no device ${name}`;
  if (other === undefined) return { to: [], why: `${missing}; the guest runs without it.` };
  return { to: [option, value.replace(name, other)], why: `${missing}; ${other} is the nearest.` };
};

const rules: readonly Rule[] = [
  noAudio,
  soundHardware,
  lowPciWindow,
  versionedMachine,
  machineProperties,
  riscvProcessor,
  oddThreads,
  hvf,
  shortBooleans,
  missingDevice,
];

function isBefore(
  [major, minor]: AdaptationFacts['versionNumbers'],
  wantedMajor: number,
  wantedMinor: number,
): boolean {
  return major < wantedMajor || (major === wantedMajor && minor < wantedMinor);
}

/** `virt-7.2` as 7002; 0 for another family. */
function versionIn(name: string, family: string): number {
  const [, major, minor] = new RegExp(`^${family}-(\\d+)\\.(\\d+)$`).exec(name) ?? [];
  return major === undefined ? 0 : Number(major) * 1000 + Number(minor);
}
