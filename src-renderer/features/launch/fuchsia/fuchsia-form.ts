/**
 * The part of the form that only a Fuchsia guest has: what `ffx emu start` can be told, as a person fills it in. Its
 * network and size are its own, because what suits Fuchsia would be wrong for the guest that is looked at next.
 */
import type { CallOutput } from '../../../../src-shared/contract/calls.ts';
import { limits } from '../../../../src-shared/limits.ts';
import type { Architecture } from '../../../../src-shared/model/engine.ts';
import type { BundleSummary } from '../../../../src-shared/model/fuchsia.ts';
import type { Draft, FileReference } from '../../../../src-shared/model/spec.ts';
import { newPort, type PortForm, portRow } from '../form-rows.ts';

export type FuchsiaDraft = Extract<Draft['guest'], { kind: 'fuchsia' }>;
export type BundleDevice = BundleSummary['devices'][number];
export type ResolvedDevice = CallOutput<'fuchsia.resolve'>['device'];

export interface FuchsiaPort extends PortForm {
  /** The device names this port: only its host side is chosen here. */
  readonly ofDevice: boolean;
}

export interface FuchsiaForm {
  readonly from: FuchsiaDraft['source']['from'];
  readonly directory: FileReference | null;
  readonly system: 'a' | 'b' | 'r';
  /** null: the bundle's recommended device, else its first. */
  readonly device: string | null;
  /** Size and ports were written down without the device's name: what ffx keeps of an emulator. */
  readonly deviceBySize: boolean;
  readonly kernel: FileReference | null;
  readonly zbi: FileReference | null;
  readonly disk: FileReference | null;
  readonly diskKind: 'fvm' | 'fxfs' | 'fat' | 'gpt';
  readonly template: FileReference | null;
  readonly virtualDevice: FileReference | null;
  readonly architecture: Architecture;
  readonly memoryMiB: string;
  readonly processors: string;
  readonly engine: FuchsiaDraft['engine'];
  readonly networking: Draft['host']['networking'];
  readonly ports: readonly FuchsiaPort[];
  readonly gpu: FuchsiaDraft['gpu'];
  readonly headless: boolean;
  readonly hidpiScaling: boolean;
  readonly console: FuchsiaDraft['console'];
  readonly debugger: boolean;
  /** One per line. */
  readonly kernelArguments: string;
  readonly devConfig: FileReference | null;
  readonly smp: string;
  readonly serialNumber: boolean;
  readonly reuse: FuchsiaDraft['reuse'];
  readonly uefi: boolean;
  readonly vbmetaKey: FileReference | null;
  readonly vbmetaKeyMetadata: FileReference | null;
  readonly upscript: FileReference | null;
  readonly verbose: boolean;
  /** JSON, empty while the template decides. */
  readonly flags: string;
  /** What other faces can set and this form does not show; given back as it was. */
  readonly kept: {
    readonly device: Omit<Draft['device'], 'memoryMiB' | 'processors'>;
    readonly networkDevice: Draft['host']['networkDevice'];
    readonly debug: Draft['runtime']['debug'];
    readonly staging: Draft['runtime']['staging'];
  };
}

export function newFuchsia(): FuchsiaForm {
  return {
    from: 'bundle',
    directory: null,
    system: 'a',
    device: null,
    deviceBySize: false,
    kernel: null,
    zbi: null,
    disk: null,
    diskKind: 'fxfs',
    template: null,
    virtualDevice: null,
    architecture: 'x86_64',
    memoryMiB: '4096',
    processors: '4',
    engine: 'auto',
    networking: 'auto',
    ports: [],
    gpu: 'swiftshader_indirect',
    headless: true,
    hidpiScaling: false,
    console: 'none',
    debugger: false,
    kernelArguments: '',
    devConfig: null,
    smp: '',
    serialNumber: true,
    reuse: 'check',
    uefi: false,
    vbmetaKey: null,
    vbmetaKeyMetadata: null,
    upscript: null,
    verbose: false,
    flags: '',
    kept: {
      device: { machine: null, cpu: null, serialPorts: 1, display: null, entropy: true },
      networkDevice: null,
      debug: { gdb: null, startPaused: false, noReboot: false, noShutdown: false, log: [] },
      staging: 'reuse',
    },
  };
}

/** A stored draft's Fuchsia guest as a form, for editing. */
export function formFromFuchsia(guest: FuchsiaDraft, draft: Draft): FuchsiaForm {
  const { kind: _, source, flags, smp, kernelArguments, ...same } = guest;
  const { memoryMiB, processors, ...device } = draft.device;
  return {
    ...newFuchsia(),
    ...same,
    ...(source.from === 'files'
      ? { ...source, disk: source.disk?.file ?? null, diskKind: source.disk?.kind ?? 'fxfs' }
      : source),
    deviceBySize: source.from === 'bundle' && source.device === null,
    architecture: draft.architecture,
    memoryMiB: String(memoryMiB),
    processors: String(processors),
    networking: draft.host.networking,
    ports: draft.host.ports.map((port) => ({ ...portRow(port), ofDevice: false })),
    kernelArguments: kernelArguments.join('\n'),
    smp: smp ?? '',
    flags: flags === null ? '' : JSON.stringify(flags, null, 2),
    kept: {
      device,
      networkDevice: draft.host.networkDevice,
      debug: draft.runtime.debug,
      staging: draft.runtime.staging,
    },
  };
}

/** The device that would be used: by name, else the recommended one, else the first. */
export function chosenDevice(bundle: BundleSummary, name: string | null): BundleDevice | undefined {
  return (
    bundle.devices.find((device) => device.name === name) ??
    bundle.devices.find((device) => device.recommended) ??
    bundle.devices[0]
  );
}

/**
 * The port map for a device: its ports first, each keeping the host side that was typed for its name, then those a
 * person added. Ports of an earlier device go with it.
 */
export function portsForDevice(
  ports: readonly FuchsiaPort[],
  wanted: Readonly<Record<string, number>>,
): readonly FuchsiaPort[] {
  const ofDevice = Object.entries(wanted).map(([name, guest]): FuchsiaPort => {
    const typed = ports.find((port) => port.name === name);
    return { ...(typed ?? newPort(name)), protocol: 'tcp', guest: String(guest), ofDevice: true };
  });
  return [...ofDevice, ...ports.filter((port) => !port.ofDevice && !Object.hasOwn(wanted, port.name))];
}

const within = (value: number, { min, max }: { readonly min: number; readonly max: number }): string =>
  String(Math.min(max, Math.max(min, Math.round(value))));

/** The form for a device that is known: its size and its ports. */
export function withDevice(
  form: FuchsiaForm,
  device: Pick<BundleDevice, 'architecture' | 'memoryBytes' | 'processors' | 'ports'>,
): FuchsiaForm {
  return {
    ...form,
    architecture: device.architecture,
    memoryMiB: within(device.memoryBytes / 2 ** 20, limits.memoryMiB),
    processors: within(device.processors, limits.processors),
    ports: portsForDevice(form.ports, device.ports),
  };
}

/** The device of the same size and with the same ports; null: none, or the recommended one is. */
function deviceLike(form: FuchsiaForm, bundle: BundleSummary): string | null {
  const alike = bundle.devices.filter(
    (device) =>
      device.architecture === form.architecture &&
      String(device.processors) === form.processors &&
      String(Math.round(device.memoryBytes / 2 ** 20)) === form.memoryMiB &&
      Object.keys(device.ports).every((name) => form.ports.some((port) => port.name === name)),
  );
  const [first] = alike;
  return alike.some((device) => device === chosenDevice(bundle, null)) ? null : (first?.name ?? null);
}

/** A bundle that was just read: what was chosen stays if the bundle has it. */
export function withBundle(form: FuchsiaForm, bundle: BundleSummary): FuchsiaForm {
  const named = bundle.devices.some(({ name }) => name === form.device) ? form.device : null;
  const device = named ?? (form.deviceBySize ? deviceLike(form, bundle) : null);
  const system = bundle.systems.some(({ slot }) => slot === form.system)
    ? form.system
    : (bundle.systems[0]?.slot ?? 'a');
  const chosen = chosenDevice(bundle, device);
  const there = { ...form, device, system, deviceBySize: false };
  return chosen === undefined || form.virtualDevice !== null ? there : withDevice(there, chosen);
}

/** Another source, or a device by its own file: the ports of the device before are not its. */
export function withoutDevice(form: FuchsiaForm): FuchsiaForm {
  return { ...form, ports: portsForDevice(form.ports, {}) };
}

export function diskKindOf(path: string): FuchsiaForm['diskKind'] | null {
  const name = path.slice(path.lastIndexOf('/') + 1).toLowerCase();
  return (['fvm', 'fxfs', 'gpt', 'fat'] as const).find((kind) => name.includes(kind)) ?? null;
}

/** Puts a file that was dropped where it most likely belongs. */
export function fuchsiaWithDropped(form: FuchsiaForm, file: FileReference, onFuchsia: boolean): FuchsiaForm {
  const path = file.shown;
  const files = (part: Partial<FuchsiaForm>): FuchsiaForm => ({ ...withoutDevice(form), from: 'files', ...part });
  if (/\.zbi$/i.test(path)) return files({ zbi: file });
  if (/\.(blk|img|raw)$/i.test(path)) return files({ disk: file, diskKind: diskKindOf(path) ?? form.diskKind });
  if (/\.json$/i.test(path)) return { ...withoutDevice(form), virtualDevice: file };
  if (/\.template$/i.test(path)) return { ...form, from: 'template', template: file };
  if (onFuchsia && form.from === 'bundle') return { ...form, directory: file };
  return files({ kernel: file });
}
