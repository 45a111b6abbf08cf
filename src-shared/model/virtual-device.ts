/**
 * Virtual devices as Fuchsia's product bundles describe them: the JSON of one device (schema `virtual_device.json`, v1)
 * and the manifest that lists a bundle's devices.
 */
import * as z from 'zod';
import {
  audioModels,
  cpuArchitectureSchema,
  type DeviceConfig,
  dataAmountSchema,
  defaultCpuCount,
  type PortMap,
  pointingDevices,
  screenSchema,
  vsockSchema,
} from './emulator-configuration.ts';

const portNumber = z.number().int().min(1).max(65535);

export const virtualDeviceSchema = z.strictObject({
  name: z.string().min(1),
  description: z.string().nullable().default(null),
  type: z.literal('virtual_device'),
  hardware: z.strictObject({
    cpu: z.strictObject({ arch: cpuArchitectureSchema, count: z.number().int().min(1).max(512).optional() }),
    audio: z.strictObject({ model: z.enum(audioModels) }),
    inputs: z.strictObject({ pointing_device: z.enum(pointingDevices) }),
    memory: dataAmountSchema,
    storage: dataAmountSchema,
    window_size: screenSchema,
    vsock: vsockSchema.nullable().default(null),
  }),
  /** Name to the guest's TCP port. */
  ports: z.record(z.string(), portNumber).nullable().default({}),
  avx2_enabled: z.boolean().default(true),
  /** Before 2024: the flag template to use, relative to the device's file. */
  start_up_args_template: z.string().nullable().default(null),
});
export type VirtualDevice = z.infer<typeof virtualDeviceSchema>;

/** The file: what is inside and which schema it follows. An older id of the same schema ends in `-93A41932.json`. */
export const virtualDeviceFileSchema = z.strictObject({
  schema_id: z.string().regex(/\/virtual_device(-[0-9A-Fa-f]+)?\.json$/, 'not the id of the virtual device schema'),
  data: virtualDeviceSchema,
});

/** Paths are relative to the manifest's directory. */
export const virtualDeviceManifestSchema = z.strictObject({
  recommended: z.string().nullable().default(null),
  device_paths: z.record(z.string(), z.string()),
});
export type VirtualDeviceManifest = z.infer<typeof virtualDeviceManifestSchema>;

/** The order in which ffx offers them: the recommended one, then the rest by name. */
export function deviceNames({ recommended, device_paths }: VirtualDeviceManifest): string[] {
  // By code unit, as ffx sorts: the order must not depend on a person's language.
  const names = Object.keys(device_paths).sort();
  if (recommended === null || !names.includes(recommended)) return names;
  return [recommended, ...names.filter((name) => name !== recommended)];
}

export function deviceConfigOf({ hardware, avx2_enabled }: VirtualDevice): DeviceConfig {
  return {
    audio: { model: hardware.audio.model },
    cpu: { architecture: hardware.cpu.arch, count: hardware.cpu.count ?? defaultCpuCount },
    memory: hardware.memory,
    pointing_device: hardware.inputs.pointing_device,
    screen: hardware.window_size,
    storage: hardware.storage,
    vsock: hardware.vsock,
    avx2_enabled,
  };
}

/** The device's ports, none of them with a host port yet. */
export function portMapOf(device: VirtualDevice): PortMap {
  return Object.fromEntries(Object.entries(device.ports ?? {}).map(([name, guest]) => [name, { guest, host: null }]));
}

/** A device as a gallery shows it. `problem`: why it cannot be used. */
export const virtualDeviceSummarySchema = z.strictObject({
  name: z.string(),
  recommended: z.boolean(),
  description: z.string().nullable(),
  architecture: cpuArchitectureSchema.nullable(),
  processors: z.number().int().nullable(),
  memoryBytes: z.number().nullable(),
  storageBytes: z.number().nullable(),
  ports: z.array(z.strictObject({ name: z.string(), guest: portNumber })),
  problem: z.string().nullable(),
});
export type VirtualDeviceSummary = z.infer<typeof virtualDeviceSummarySchema>;
