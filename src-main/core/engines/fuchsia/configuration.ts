/** A settled Fuchsia Spec in ffx's words: the configuration that flag templates see and `show` prints. Pure. */
import { createHash } from 'node:crypto';
import {
  type DiskImage,
  type EmulatorConfiguration,
  type GuestConfig,
  guestConfigSchema,
} from '../../../../src-shared/model/emulator-configuration.ts';
import { idFromName } from '../../../../src-shared/model/ids.ts';
import type { FuchsiaSpec } from '../../../../src-shared/model/spec.ts';
import { deviceConfigOf } from '../../../../src-shared/model/virtual-device.ts';
import type { BootSources } from '../../guests/fuchsia/boot-sources.ts';
import { macAddressOf } from '../../guests/fuchsia/mac-address.ts';
import type { InstancePaths } from '../../home/paths.ts';
import type { FuchsiaHost } from './host.ts';

/** Where the guest's files lie: as sources before staging, as copies after it. */
export interface PlacedFiles {
  readonly kernel: string | null;
  readonly zbi: string | null;
  readonly disk: string | null;
  readonly ovmfCode: string | null;
  readonly ovmfVariables: string | null;
  /** Fletcher-64 of the sources, in hex; empty while unknown. */
  readonly zbiHash: string;
  readonly diskHash: string;
}

/** Of what a boot's directory is called, its log is the only file. ffx's templates append `.serial` to it. */
export function configurationOf(
  spec: FuchsiaSpec,
  sources: BootSources,
  host: FuchsiaHost,
  files: PlacedFiles,
  paths: Pick<InstancePaths, 'directory'>,
): EmulatorConfiguration {
  const { guest } = spec;
  const device = deviceConfigOf(sources.device);
  const isTemplate = guest.source.from === 'template';
  return {
    device: { ...device, vsock: vsockOf(device.vsock, spec, host) },
    flags: { args: [], envs: {}, features: [], kernel_args: [], options: [] },
    guest: guestOf(spec, sources, files),
    host: {
      acceleration: 'auto',
      architecture: host.architecture ?? 'x64',
      gpu: guest.gpu,
      log: `${paths.directory}/emulator.log`,
      networking: spec.host.networking,
      os: host.os,
      port_map: Object.fromEntries(
        spec.host.ports
          .filter(({ protocol }) => protocol === 'tcp')
          .map(({ name, guest: port, host: hostPort }) => [name, { guest: port, host: hostPort }]),
      ),
    },
    runtime: {
      addl_kernel_args: [...guest.kernelArguments],
      addl_emu_args: [],
      addl_env: {},
      config_override: isTemplate,
      console: guest.console,
      debugger: guest.debugger,
      engine_type: guest.engine === 'femu' ? 'femu' : 'qemu',
      headless: guest.headless,
      hidpi_scaling: guest.hidpiScaling,
      instance_directory: paths.directory,
      log_level: guest.verbose ? 'verbose' : 'info',
      mac_address: macAddressOf(nodeNameOf(spec)),
      name: nodeNameOf(spec),
      reuse: guest.reuse !== 'restage',
      startup_timeout: { secs: Math.ceil(spec.runtime.readinessMs / 1000), nanos: 0 },
      template: guest.source.from === 'template' ? guest.source.template : null,
      upscript: guest.upscript,
      smp: guest.smp,
      serial_number: guest.serialNumber ? serialNumberOf(spec) : null,
    },
  };
}

/** It becomes a word of the kernel's command line, where a space would begin another. ffx's names have none. */
export function nodeNameOf({ name }: Pick<FuchsiaSpec, 'name'>): string {
  return /^[\w.-]+$/.test(name) ? name : idFromName(name);
}

/** `EM-` and nine hexadecimal digits, as ffx makes one. From the instance, so that it is the same at every launch. */
export function serialNumberOf({ id, createdAt }: Pick<FuchsiaSpec, 'id' | 'createdAt'>): string {
  return `EM-${createHash('sha256').update(`${id} ${createdAt}`).digest('hex').slice(0, 9).toUpperCase()}`;
}

function guestOf(spec: FuchsiaSpec, sources: BootSources, files: PlacedFiles): GuestConfig {
  const { disk } = sources;
  return guestConfigSchema.parse({
    disk_image: disk === null || files.disk === null ? null : diskImage(disk.kind, files.disk),
    kernel_image: files.kernel,
    ramdisk: files.zbi === null ? null : { path: files.zbi, kind: 'Zbi' },
    zbi_hash: files.zbiHash,
    disk_hash: files.diskHash,
    vbmeta_key_file: spec.guest.vbmetaKey,
    vbmeta_key_metadata_file: spec.guest.vbmetaKeyMetadata,
    ovmf_code: files.ovmfCode ?? '',
    ovmf_vars: files.ovmfVariables ?? '',
    product_bundle_path: sources.bundle,
    is_gpt: disk?.kind === 'gpt',
  });
}

function diskImage(kind: NonNullable<BootSources['disk']>['kind'], path: string): DiskImage {
  switch (kind) {
    case 'fvm':
      return { Fvm: path };
    case 'fxfs':
      return { Fxfs: path };
    case 'fat':
      return { Fat: path };
    case 'gpt':
      return { Gpt: path };
  }
}

type Vsock = EmulatorConfiguration['device']['vsock'];

/** 0 asks for any id. QEMU exits where the host has no vsock, and a guest does without it. */
function vsockOf(vsock: Vsock, { id }: FuchsiaSpec, { hasVsock }: FuchsiaHost): Vsock {
  if (vsock === null || !vsock.enabled) return vsock;
  if (!hasVsock) return { ...vsock, enabled: false };
  if (vsock.cid !== 0) return vsock;
  // Ids up to 2 are reserved (vsock(7)). From the instance's name: two instances hardly get one, and each keeps its own.
  const cid = 3 + (createHash('sha256').update(id).digest().readUInt32LE() % 0x7fff_0000);
  return { ...vsock, cid };
}
