/** A record of ffx's as a Spec: what would make the same guest as an instance of one's own. Pure. */
import { isAbsolute } from 'node:path';
import {
  bytesOf,
  type EmulatorConfiguration,
  engineArchitecture,
  isEfi,
  readDiskImage,
} from '../../../../src-shared/model/emulator-configuration.ts';
import type { EngineData } from '../../../../src-shared/model/ffx-engine-data.ts';
import type { InstanceId } from '../../../../src-shared/model/ids.ts';
import { portMappingSchema } from '../../../../src-shared/model/ports.ts';
import { type Spec, specSchema } from '../../../../src-shared/model/spec.ts';

interface Origin {
  readonly id: InstanceId;
  readonly name: string;
  /** ISO time. */
  readonly createdAt: string;
}

/** `data` null: the record cannot be read, and all that is known is that it is a Fuchsia guest. */
export function specOfFfx(origin: Origin, data: EngineData | null): Spec {
  const common = { version: 1, ...origin };
  if (data === null) return specSchema.parse({ ...common, guest: { kind: 'fuchsia', source: { from: 'files' } } });
  const { device, host, runtime } = data.emulator_configuration;
  return specSchema.parse({
    ...common,
    architecture: engineArchitecture[device.cpu.architecture],
    guest: guestOf(data),
    device: {
      memoryMiB: Math.max(4, Math.round(bytesOf(device.memory) / 1024 ** 2)),
      processors: device.cpu.count,
    },
    host: {
      acceleration: host.acceleration === 'none' ? 'tcg' : 'auto',
      networking: host.networking,
      // On loopback, whatever ffx listened on: exposing a port is decided anew.
      ports: Object.entries(host.port_map)
        .map(([name, { guest, host: hostPort }]) => ({ name, protocol: 'tcp', guest, host: hostPort }))
        .filter((mapping) => portMappingSchema.safeParse(mapping).success),
    },
    runtime: { readinessMs: Math.min(24 * 3600, Math.max(1, runtime.startup_timeout.secs)) * 1000 },
  });
}

function guestOf({ emulator_configuration: configuration, engine_type: engine }: EngineData) {
  const { guest, host, runtime } = configuration;
  return {
    kind: 'fuchsia',
    source: sourceOf(configuration),
    engine: engine === 'crosvm' ? 'auto' : engine,
    gpu: host.gpu,
    headless: runtime.headless,
    hidpiScaling: runtime.hidpi_scaling,
    console: runtime.console,
    debugger: runtime.debugger,
    kernelArguments: runtime.addl_kernel_args,
    smp: runtime.smp,
    serialNumber: runtime.serial_number !== null,
    uefi: isEfi(guest) || guest.is_gpt,
    vbmetaKey: fileOf(guest.vbmeta_key_file),
    vbmetaKeyMetadata: fileOf(guest.vbmeta_key_metadata_file),
    upscript: fileOf(runtime.upscript),
    verbose: runtime.log_level === 'verbose',
  };
}

/** The bundle where it is known: what ffx staged from it has keys and arguments of its own in it already. */
function sourceOf({ guest, runtime }: EmulatorConfiguration) {
  const template = fileOf(runtime.template);
  if (runtime.config_override && template !== null) return { from: 'template', template };
  const bundle = fileOf(guest.product_bundle_path);
  if (bundle !== null) return { from: 'bundle', directory: bundle };
  const disk = guest.disk_image === null ? null : readDiskImage(guest.disk_image);
  return {
    from: 'files',
    kernel: fileOf(guest.kernel_image),
    zbi: fileOf(guest.ramdisk?.path ?? null),
    disk: disk === null || fileOf(disk.path) === null ? null : { kind: disk.kind.toLowerCase(), file: disk.path },
  };
}

function fileOf(path: string | null): string | null {
  return path !== null && isAbsolute(path) ? path : null;
}
