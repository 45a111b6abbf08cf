/** What a Fuchsia guest is made of, read from a product bundle, loose files or a device's JSON. Reads; never writes. */
import { SlipwayError } from '../../../../src-shared/contract/errors.ts';
import { cpuArchitectures, engineArchitecture } from '../../../../src-shared/model/emulator-configuration.ts';
import type { FuchsiaSpec } from '../../../../src-shared/model/spec.ts';
import type { VirtualDevice } from '../../../../src-shared/model/virtual-device.ts';
import { readProductBundle } from './product-bundle.ts';
import type { JsonNote } from './product-bundle-json.ts';
import { selectBootImages } from './product-bundle-selection.ts';
import { chooseVirtualDevice, type ReadDevice, readBundleDevices, readVirtualDevice } from './virtual-device.ts';

export interface BootFile {
  /** Absolute. */
  readonly file: string;
  /** Dotted path in the Spec of what names it. */
  readonly field: string;
}

export interface BootSources {
  readonly device: VirtualDevice;
  /** Where the device comes from, in words. */
  readonly deviceReason: string;
  readonly kernel: BootFile | null;
  readonly zbi: BootFile | null;
  readonly disk: (BootFile & { readonly kind: 'fvm' | 'fxfs' | 'fat' | 'gpt' }) | null;
  /** Absolute, links followed. */
  readonly bundle: string | null;
  readonly notes: readonly JsonNote[];
}

/**
 * @throws SlipwayError as reading a bundle and a virtual device, with the field at fault.
 */
export async function readBootSources(spec: FuchsiaSpec): Promise<BootSources> {
  const { source } = spec.guest;
  switch (source.from) {
    case 'bundle':
      return withField('guest.source.directory', () => readBundle(spec, source));
    case 'files': {
      const place = (file: string | null, name: string): BootFile | null =>
        file === null ? null : { file, field: `guest.source.${name}` };
      const { disk } = source;
      return {
        ...(await deviceAlone(spec)),
        kernel: place(source.kernel, 'kernel'),
        zbi: place(source.zbi, 'zbi'),
        disk: disk === null ? null : { ...disk, field: 'guest.source.disk.file' },
        bundle: null,
      };
    }
    case 'template':
      return { ...(await deviceAlone(spec)), kernel: null, zbi: null, disk: null, bundle: null };
  }
}

type BundleSource = Extract<FuchsiaSpec['guest']['source'], { from: 'bundle' }>;

async function readBundle(spec: FuchsiaSpec, source: BundleSource): Promise<BootSources> {
  const bundle = await readProductBundle(source.directory);
  const images = selectBootImages(bundle, source.system);
  const devices = await readBundleDevices(bundle);
  const own = spec.guest.virtualDevice;
  const field = 'guest.source.device';
  const read = own === null ? await withField(field, () => chooseVirtualDevice(source.device, devices)) : null;
  const { device, notes } = read ?? (await readOwnDevice(own ?? ''));
  const reason =
    read === null
      ? 'The virtual device file you chose.'
      : source.device !== null
        ? 'You chose it.'
        : devices.recommended === null
          ? 'The first of the bundle, which recommends none.'
          : 'The bundle recommends it.';
  const directory = 'guest.source.directory';
  const place = (file: string | null): BootFile | null => (file === null ? null : { file, field: directory });
  const { disk } = images;
  const kinds = { fvm: 'fvm', fxfs: 'fxfs', 'fxfs-sparse': 'fxfs', 'efi-shell': 'fat' } as const;
  return {
    device,
    deviceReason: reason,
    kernel: place(images.kernel),
    zbi: place(images.zbi),
    disk: disk === null ? null : { kind: kinds[disk.kind], file: disk.file, field: directory },
    bundle: bundle.directory,
    notes: [...bundle.notes, ...devices.notes, ...notes],
  };
}

async function deviceAlone(spec: FuchsiaSpec): Promise<Pick<BootSources, 'device' | 'deviceReason' | 'notes'>> {
  const own = spec.guest.virtualDevice;
  if (own !== null) {
    const { device, notes } = await readOwnDevice(own);
    return { device, deviceReason: 'The virtual device file you chose.', notes };
  }
  return { device: plainDevice(spec), deviceReason: 'No device was given; its size is the form’s.', notes: [] };
}

function readOwnDevice(path: string): Promise<ReadDevice> {
  return withField('guest.virtualDevice', () => readVirtualDevice(path));
}

/** For files that come without a device: what the Spec says itself, and the ports every Fuchsia guest has. */
function plainDevice({ architecture, device }: FuchsiaSpec): VirtualDevice {
  return {
    name: 'plain',
    description: null,
    type: 'virtual_device',
    hardware: {
      cpu: {
        arch: cpuArchitectures.find((arch) => engineArchitecture[arch] === architecture) ?? 'x64',
        count: device.processors,
      },
      audio: { model: 'none' },
      inputs: { pointing_device: 'none' },
      memory: { quantity: device.memoryMiB, units: 'megabytes' },
      storage: { quantity: 2, units: 'gigabytes' },
      window_size: { height: 800, width: 1280, units: 'pixels' },
      vsock: null,
    },
    ports: { ssh: 22 },
    avx2_enabled: true,
    start_up_args_template: null,
  };
}

/** Says which field of the form is at fault, where whoever threw did not know. */
async function withField<T>(field: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof SlipwayError) || error.failure.field !== undefined) throw error;
    throw SlipwayError.from({ ...error.failure, field });
  }
}
