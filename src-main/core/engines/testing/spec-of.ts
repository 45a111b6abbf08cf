/** Specs, capabilities and plan inputs for the engines' tests. Never part of the product. */

import type * as z from 'zod';
import { type PlainSpec, specSchema, specVersion } from '../../../../src-shared/model/spec.ts';
import type { StagedDisk, StagedImages } from '../../staging/staged-images.ts';
import type { EngineCapabilities, PlanInput } from '../engine.ts';
import { asPlain } from '../engines.ts';

type SpecInput = Omit<z.input<typeof specSchema>, 'version' | 'id' | 'createdAt' | 'name'> & { name?: string };

export function specOf(input: SpecInput): PlainSpec {
  const spec = specSchema.parse({
    version: specVersion,
    id: 'golden',
    name: 'golden',
    createdAt: '2026-01-01T00:00:00.000Z',
    ...input,
  });
  return asPlain(spec);
}

export function capabilitiesOf(change: Partial<EngineCapabilities> = {}): EngineCapabilities {
  const architecture = change.architecture ?? 'x86_64';
  const machines = architecture === 'x86_64' ? ['pc', 'q35', 'microvm', 'isapc'] : ['virt', 'raspi3b', 'none'];
  return {
    binary: `/usr/bin/qemu-system-${architecture}`,
    architecture,
    version: '7.2.22',
    versionNumbers: [7, 2, 22],
    accelerators: ['tcg', 'kvm'],
    machines: machines.map((name, index) => ({ name, description: name, isDefault: index === 0 })),
    devices: ['VGA', 'bochs-display', 'ramfb', 'virtio-gpu-pci', 'virtio-rng-pci', 'virtio-rng-device'],
    sandbox: true,
    ...change,
  };
}

/** What staging would give for a PlainSpec whose every file is used in place. */
export function stagedInPlace(spec: PlainSpec, change: Partial<StagedImages> = {}): StagedImages {
  const { guest } = spec;
  const disks = guest.kind === 'demo' ? [] : guest.disks;
  return {
    kernel:
      guest.kind === 'demo'
        ? '/assets/demo-guest.elf'
        : guest.kind === 'linux'
          ? '/cache/vmlinuz'
          : guest.kind === 'kernel'
            ? guest.kernel
            : null,
    initrd: guest.kind === 'linux' ? '/cache/initrd' : guest.kind === 'kernel' ? guest.initrd : null,
    append: guest.kind === 'disk' || guest.kind === 'firmware' ? '' : guest.append,
    disks: disks.map(
      (disk, index): StagedDisk => ({
        path: disk.file,
        format: disk.format === 'auto' ? 'raw' : disk.format,
        readOnly: disk.access === 'read-only' || disk.media === 'cdrom',
        media: disk.media,
        interface: disk.interface,
        ...(disk.place === null ? {} : { place: disk.place }),
        ...(disk.serial === null ? {} : { serial: disk.serial }),
        field: `guest.disks.${index}`,
        note: `${disk.file} itself`,
      }),
    ),
    bios: guest.kind === 'firmware' && guest.image.as === 'bios' ? guest.image.file : null,
    pflash:
      guest.kind === 'firmware' && guest.image.as === 'pflash'
        ? { code: guest.image.code, variables: guest.image.variables, variablesFormat: 'raw' }
        : guest.kind === 'disk' && guest.firmware === 'uefi'
          ? { code: '/fw/CODE.fd', variables: '/staged/VARS.fd', variablesFormat: 'raw' }
          : null,
    efiDirectory: guest.kind === 'firmware' ? guest.efiDirectory : null,
    ...change,
  };
}

export function planInputOf(spec: PlainSpec, change: Partial<PlanInput> = {}): PlanInput {
  return {
    spec,
    staged: stagedInPlace(spec),
    capabilities: capabilitiesOf({ architecture: spec.architecture }),
    acceleration: { accelerator: 'tcg', reason: 'Emulation.', hint: null, verified: false },
    uuid: '11111111-2222-4333-8444-555555555555',
    serialStem: '../boots/0001/serial',
    ...change,
  };
}
