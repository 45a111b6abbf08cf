/**
 * EmulatorConfiguration: everything ffx computes for one emulator, in the spelling of its newest `engine.json`
 * (`emulator_configuration`, Fuchsia 2025-2026). The same value is read from a file, given to a flag template, shown by
 * `show --raw` and exported, so that no second spelling can differ from the first. Fields that older or newer ffx may
 * leave out have defaults; a reader can tell which were filled.
 */
import * as z from 'zod';
import type { Architecture } from './engine.ts';

export const dataUnits = ['bytes', 'kilobytes', 'megabytes', 'gigabytes', 'terabytes'] as const;
export type DataUnits = (typeof dataUnits)[number];

const plainAmount = z.strictObject({ quantity: z.number().int().nonnegative(), units: z.enum(dataUnits) });
export const dataAmountSchema = plainAmount.refine((amount) => Number.isSafeInteger(bytesOf(amount)), 'too large');
export type DataAmount = z.infer<typeof plainAmount>;

/** Bytes. Units are powers of 1024, whatever their names say. */
export function bytesOf({ quantity, units }: DataAmount): number {
  return quantity * 1024 ** dataUnits.indexOf(units);
}

/** QEMU's suffix for a unit. Bytes have none, which QEMU's `-m` takes for MiB: use `qemuSize` where that matters. */
export function unitSuffix(units: DataUnits): string {
  return ['', 'K', 'M', 'G', 'T'][dataUnits.indexOf(units)] ?? '';
}

/** A size that every QEMU option reads the same way: `8192M`, `512B`. */
export function qemuSize({ quantity, units }: DataAmount): string {
  return `${quantity}${units === 'bytes' ? 'B' : unitSuffix(units)}`;
}

export const cpuArchitectures = ['x64', 'arm64', 'riscv64'] as const;
export const cpuArchitectureSchema = z.enum(cpuArchitectures);
export type CpuArchitecture = z.infer<typeof cpuArchitectureSchema>;

/** ffx's word and QEMU's word for the same thing. */
export const engineArchitecture: Readonly<Record<CpuArchitecture, Architecture>> = {
  x64: 'x86_64',
  arm64: 'aarch64',
  riscv64: 'riscv64',
};

export const audioModels = ['ac97', 'adlib', 'cs4231a', 'es1370', 'gus', 'hda', 'none', 'pcspk', 'sb16'] as const;
export const pointingDevices = ['mouse', 'touch', 'none'] as const;
const pixels = z.number().int().nonnegative().max(65535);
export const screenSchema = z.strictObject({ height: pixels, width: pixels, units: z.literal('pixels') });
const u32 = z.number().int().nonnegative().max(0xffff_ffff);
export const vsockSchema = z.strictObject({ enabled: z.boolean(), cid: u32 });
/** ffx before 2025 had no count in its devices and always ran four. */
export const defaultCpuCount = 4;

export const deviceConfigSchema = z.strictObject({
  audio: z.strictObject({ model: z.enum(audioModels).default('none') }).prefault({}),
  cpu: z.strictObject({
    architecture: cpuArchitectureSchema,
    count: z.number().int().min(1).max(512).default(defaultCpuCount),
  }),
  memory: dataAmountSchema,
  pointing_device: z.enum(pointingDevices).default('none'),
  screen: screenSchema.default({ height: 800, width: 1280, units: 'pixels' }),
  storage: dataAmountSchema,
  vsock: vsockSchema.nullable().default(null),
  avx2_enabled: z.boolean().default(true),
});
export type DeviceConfig = z.infer<typeof deviceConfigSchema>;

const texts = z.array(z.string()).default([]);
const environment = z.record(z.string(), z.string()).default({});

/** What a flag template gives. */
export const flagDataSchema = z.strictObject({
  /** For femu what comes after `-fuchsia`; for qemu the whole command line. */
  args: texts,
  envs: environment,
  /** femu's `-feature a,b,c`. */
  features: texts,
  /** Joined by spaces into `-append`. */
  kernel_args: texts,
  /** For femu what comes before `-fuchsia`. */
  options: texts,
});
export type FlagData = z.infer<typeof flagDataSchema>;

const path = z.string().refine((text) => !text.includes('\0'), 'no NUL in a path');
const optionalPath = path.nullable().default(null);

export const diskImageKinds = ['Fvm', 'Fxfs', 'Fat', 'Gpt'] as const;
export type DiskImageKind = (typeof diskImageKinds)[number];
/** Tagged by its key, as serde writes an enum: `{"Fxfs": "/path"}`. */
export const diskImageSchema = z.union([
  z.strictObject({ Fvm: path }),
  z.strictObject({ Fxfs: path }),
  z.strictObject({ Fat: path }),
  z.strictObject({ Gpt: path }),
]);
export type DiskImage = z.infer<typeof diskImageSchema>;

export function readDiskImage(image: DiskImage): { readonly kind: DiskImageKind; readonly path: string } {
  if ('Fvm' in image) return { kind: 'Fvm', path: image.Fvm };
  if ('Fxfs' in image) return { kind: 'Fxfs', path: image.Fxfs };
  if ('Fat' in image) return { kind: 'Fat', path: image.Fat };
  return { kind: 'Gpt', path: image.Gpt };
}

export const guestConfigSchema = z.strictObject({
  disk_image: diskImageSchema.nullable().default(null),
  kernel_image: optionalPath,
  ramdisk: z
    .strictObject({ path, kind: z.enum(['Zbi', 'Test']) })
    .nullable()
    .default(null),
  /** Hashes of the *sources*, for `--reuse-with-check`: Fletcher-64 in hexadecimal; empty when never computed. */
  zbi_hash: z.string().default(''),
  disk_hash: z.string().default(''),
  vbmeta_key_file: optionalPath,
  vbmeta_key_metadata_file: optionalPath,
  ovmf_code: path.default(''),
  ovmf_vars: path.default(''),
  secure_bootloader_arm64: optionalPath,
  product_bundle_path: optionalPath,
  is_gpt: z.boolean().default(false),
});
export type GuestConfig = z.infer<typeof guestConfigSchema>;

/** A kernel that is an EFI program, or a FAT disk that stands alone. */
export function isEfi({ kernel_image: kernel, disk_image: disk }: GuestConfig): boolean {
  if (kernel !== null) return /\.efi$/i.test(kernel);
  return disk !== null && 'Fat' in disk;
}

const portNumber = z.number().int().min(1).max(65535);
export const portMapSchema = z.record(
  z.string(),
  z.strictObject({ guest: portNumber, host: portNumber.nullable().default(null) }),
);
export type PortMap = z.infer<typeof portMapSchema>;

export const accelerationModes = ['auto', 'hyper', 'none'] as const;
export type AccelerationMode = (typeof accelerationModes)[number];
export const networkingModes = ['auto', 'tap', 'user', 'none'] as const;
export type NetworkingMode = (typeof networkingModes)[number];
export const gpuModes = ['auto', 'host', 'swiftshader_indirect'] as const;
export type GpuMode = (typeof gpuModes)[number];
export const operatingSystems = ['linux', 'macos', 'unsupported'] as const;
export type OperatingSystem = (typeof operatingSystems)[number];

export const hostConfigSchema = z.strictObject({
  acceleration: z.enum(accelerationModes),
  architecture: cpuArchitectureSchema,
  gpu: z.enum(gpuModes).default('swiftshader_indirect'),
  log: path.default(''),
  networking: z.enum(networkingModes),
  os: z.enum(operatingSystems).default('unsupported'),
  port_map: portMapSchema.default({}),
});

export const ffxEngines = ['femu', 'qemu', 'crosvm'] as const;
export type FfxEngine = (typeof ffxEngines)[number];
export const consoleTypes = ['console', 'monitor', 'none'] as const;
export type ConsoleType = (typeof consoleTypes)[number];

export const runtimeConfigSchema = z.strictObject({
  addl_kernel_args: texts,
  addl_emu_args: texts,
  addl_env: environment,
  /** A flag template of the user's own: no bundle, no validation, no staging. */
  config_override: z.boolean().default(false),
  console: z.enum(consoleTypes).default('none'),
  debugger: z.boolean().default(false),
  engine_type: z.enum(ffxEngines).default('femu'),
  headless: z.boolean().default(false),
  hidpi_scaling: z.boolean().default(false),
  instance_directory: path.default(''),
  log_level: z.enum(['info', 'verbose']).default('info'),
  mac_address: z.string().default(''),
  name: z.string().min(1),
  reuse: z.boolean().default(false),
  startup_timeout: z
    .strictObject({ secs: z.number().int().nonnegative(), nanos: z.number().int().nonnegative().default(0) })
    .default({ secs: 60, nanos: 0 }),
  template: optionalPath,
  upscript: optionalPath,
  smp: z.string().nullable().default(null),
  serial_number: z.string().nullable().default(null),
});

export const emulatorConfigurationSchema = z.strictObject({
  device: deviceConfigSchema,
  flags: flagDataSchema.prefault({}),
  guest: guestConfigSchema,
  host: hostConfigSchema,
  runtime: runtimeConfigSchema,
});
export type EmulatorConfiguration = z.infer<typeof emulatorConfigurationSchema>;
