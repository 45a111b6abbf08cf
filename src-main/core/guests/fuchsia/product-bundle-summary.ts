/** What a gallery shows of a bundle before launch. A part that cannot be used says why, and the rest is still shown. */
import { SlipwayError, toFailure } from '../../../../src-shared/contract/errors.ts';
import { bytesOf } from '../../../../src-shared/model/emulator-configuration.ts';
import { type ProductBundleSummary, systemSlots } from '../../../../src-shared/model/product-bundle.ts';
import type { VirtualDeviceSummary } from '../../../../src-shared/model/virtual-device.ts';
import type { ProductBundle } from './product-bundle.ts';
import { imageUse, selectBootImages } from './product-bundle-selection.ts';
import { type BundleDevices, readBundleDevices } from './virtual-device.ts';

/** Throws only for bugs: everything wrong with the bundle becomes a problem or a note. */
export async function summariseProductBundle(bundle: ProductBundle): Promise<ProductBundleSummary> {
  const notes = bundle.notes.map(({ path, text }) => `${path}: ${text}`);
  const devices: VirtualDeviceSummary[] = [];
  try {
    const listed = await readBundleDevices(bundle);
    notes.push(...listed.notes.map(({ path, text }) => `${path}: ${text}`));
    for (const name of listed.names) devices.push(await summariseDevice(listed, name));
  } catch (error) {
    notes.push(problemOf(error));
  }
  return {
    directory: bundle.directory,
    name: bundle.name,
    version: bundle.version,
    sdkVersion: bundle.sdkVersion,
    systems: systemSlots.flatMap((slot) => {
      const images = bundle.systems[slot];
      if (images === null) return [];
      const shown = images.map(({ image, place }) => ({
        type: image.type,
        name: image.name,
        path: image.path,
        use: imageUse(image),
        sizeBytes: place.sizeBytes,
      }));
      return [{ slot, images: shown, problem: problemIn(() => selectBootImages(bundle, slot)) }];
    }),
    devices,
    notes,
  };
}

async function summariseDevice(devices: BundleDevices, name: string): Promise<VirtualDeviceSummary> {
  const recommended = devices.recommended === name;
  try {
    const { device } = await devices.read(name);
    const { hardware } = device;
    return {
      name,
      recommended,
      description: device.description,
      architecture: hardware.cpu.arch,
      processors: hardware.cpu.count ?? null,
      memoryBytes: bytesOf(hardware.memory),
      storageBytes: bytesOf(hardware.storage),
      ports: Object.entries(device.ports ?? {}).map(([port, guest]) => ({ name: port, guest })),
      problem: null,
    };
  } catch (error) {
    const nothing = { architecture: null, processors: null, memoryBytes: null, storageBytes: null };
    return { name, recommended, description: null, ...nothing, ports: [], problem: problemOf(error) };
  }
}

function problemIn(decide: () => unknown): string | null {
  try {
    decide();
    return null;
  } catch (error) {
    return problemOf(error);
  }
}

function problemOf(error: unknown): string {
  if (!(error instanceof SlipwayError)) throw error;
  return toFailure(error).message;
}
