/** A product bundle as a gallery shows it, across the wire: what boots, on which devices, and what is wrong. */
import { join } from 'node:path';
import type { Failure } from '../../../../src-shared/contract/errors.ts';
import { engineArchitecture } from '../../../../src-shared/model/emulator-configuration.ts';
import type { BundleSummary } from '../../../../src-shared/model/fuchsia.ts';
import type { ProductBundleSummary } from '../../../../src-shared/model/product-bundle.ts';
import { readProductBundle } from './product-bundle.ts';
import { summariseProductBundle } from './product-bundle-summary.ts';

/** @throws SlipwayError when it is no product bundle at all. */
export async function describeBundle(directory: string): Promise<BundleSummary> {
  return galleryOf(await summariseProductBundle(await readProductBundle(directory)));
}

function galleryOf(summary: ProductBundleSummary): BundleSummary {
  const { directory, name, version, sdkVersion, devices, systems, notes } = summary;
  return {
    path: directory,
    name,
    version,
    sdkVersion,
    systems: systems.map(({ slot, images }) => {
      const first = (...uses: readonly string[]) => images.find(({ use }) => use !== null && uses.includes(use));
      const pathOf = (image: ReturnType<typeof first>) => (image === undefined ? null : join(directory, image.path));
      // The order in which one is chosen to boot from.
      const disk = first('fvm', 'fxfs-sparse') ?? first('fxfs');
      return {
        slot,
        kernel: pathOf(first('kernel')),
        zbi: pathOf(first('zbi')),
        disk:
          disk === undefined
            ? null
            : { kind: disk.use ?? '', path: join(directory, disk.path), bytes: disk.sizeBytes ?? 0 },
      };
    }),
    devices: devices.flatMap((device) => {
      const { architecture, memoryBytes, storageBytes } = device;
      if (architecture === null || memoryBytes === null || storageBytes === null) return [];
      return [
        {
          name: device.name,
          description: device.description ?? '',
          recommended: device.recommended,
          architecture: engineArchitecture[architecture],
          memoryBytes,
          storageBytes,
          processors: device.processors ?? 4,
          ports: Object.fromEntries(device.ports.map(({ name: port, guest }) => [port, guest])),
        },
      ];
    }),
    problems: [
      ...systems.flatMap(({ problem }) => problemOf(problem)),
      ...devices.flatMap(({ problem }) => problemOf(problem)),
      ...notes.flatMap(problemOf),
    ],
  };
}

function problemOf(message: string | null): Failure[] {
  return message === null ? [] : [{ code: 'invalid_input', message }];
}
