/**
 * Spec: what the user asked for, versioned. The same shape exists twice: as a Draft on its way from a page, where every
 * file is an opaque token, and as the Spec on disk, where every file is an absolute path.
 */
import * as z from 'zod';
import { limits } from '../limits.ts';
import { maxSerialPorts } from './console.ts';
import { architectureSchema } from './engine.ts';
import { instanceIdSchema, instanceNameSchema, pathTokenSchema } from './ids.ts';
import { portMappingSchema } from './ports.ts';

/** How a guest's disk relates to the file the user pointed at. */
export const diskAccessSchema = z.enum([
  /** A qcow2 overlay takes the writes; the file is never changed. */
  'overlay',
  /** A private copy, made by reflink or sparse copy. */
  'copy',
  /** The guest writes to the file itself. */
  'direct',
  'read-only',
]);
export type DiskAccess = z.infer<typeof diskAccessSchema>;

function diskSchema<F extends z.ZodType>(file: F) {
  return z.strictObject({
    file,
    /** `auto` looks at the header once, at launch; QEMU is always told an explicit format. */
    format: z.enum(['auto', 'raw', 'qcow2', 'vmdk', 'vdi', 'vpc', 'vhdx']).default('auto'),
    media: z.enum(['disk', 'cdrom']).default('disk'),
    access: diskAccessSchema.default('overlay'),
    interface: z.enum(['virtio', 'ide', 'scsi', 'nvme', 'usb']).default('virtio'),
    /** On IDE only, where guests tell drives apart by it: QEMU's index, counted over all channels. null: the next free. */
    place: z.number().int().min(0).max(31).nullable().default(null),
    /** What the guest reads as the drive's serial number. null: the engine's choice. */
    serial: z
      .string()
      .regex(/^[\x20-\x7e]{1,40}$/, 'up to 40 printable ASCII characters')
      .nullable()
      .default(null),
  });
}

function guestSchema<F extends z.ZodType>(file: F) {
  const disks = z.array(diskSchema(file)).max(limits.disks).default([]);
  return z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('demo'), append: z.string().max(limits.kernelCommandLineBytes).default('') }),
    z.strictObject({
      kind: z.literal('linux'),
      append: z.string().max(limits.kernelCommandLineBytes).default(''),
      disks,
    }),
    z.strictObject({
      kind: z.literal('kernel'),
      kernel: file,
      initrd: file.nullable().default(null),
      append: z.string().max(limits.kernelCommandLineBytes).default(''),
      disks,
    }),
    z.strictObject({
      kind: z.literal('disk'),
      /** None: the machine starts with what the extra arguments give it, or finds nothing to boot. */
      disks: z.array(diskSchema(file)).max(limits.disks),
      /** `bios`: what the machine starts by itself, without any firmware argument. */
      firmware: z.enum(['bios', 'uefi']).default('bios'),
    }),
    z.strictObject({
      kind: z.literal('firmware'),
      /** `-bios`, or a pflash pair (code read-only, variables copied so that the original stays). */
      image: z.discriminatedUnion('as', [
        z.strictObject({ as: z.literal('bios'), file }),
        z.strictObject({ as: z.literal('pflash'), code: file, variables: file.nullable().default(null) }),
      ]),
      /** A host directory the firmware sees as a FAT disk, for EFI programs. Read-only. */
      efiDirectory: file.nullable().default(null),
      disks,
    }),
    fuchsiaGuestSchema(file),
  ]);
}

/** What ffx calls its engines: `femu` is the Android emulator's QEMU, `auto` looks at what is installed and asked for. */
export const fuchsiaEngineSchema = z.enum(['auto', 'qemu', 'femu']);
export const fuchsiaDiskKindSchema = z.enum(['fvm', 'fxfs', 'fat', 'gpt']);

/** A Fuchsia guest, with everything `ffx emu start` can be told about one. */
function fuchsiaGuestSchema<F extends z.ZodType>(file: F) {
  const optionalFile = file.nullable().default(null);
  return z.strictObject({
    kind: z.literal('fuchsia'),
    source: z.discriminatedUnion('from', [
      z.strictObject({
        from: z.literal('bundle'),
        /** Directory with `product_bundle.json`. */
        directory: file,
        system: z.enum(['a', 'b', 'r']).default('a'),
        /** Name in the bundle; null: the recommended one, else the first. */
        device: z.string().max(200).nullable().default(null),
      }),
      z.strictObject({
        from: z.literal('files'),
        kernel: optionalFile,
        zbi: optionalFile,
        disk: z.strictObject({ kind: fuchsiaDiskKindSchema, file }).nullable().default(null),
      }),
      /** A flag template that says everything: no bundle, no staging (`--config`). */
      z.strictObject({ from: z.literal('template'), template: file }),
    ]),
    /** A virtual device by its JSON file; wins over the bundle's. */
    virtualDevice: optionalFile,
    engine: fuchsiaEngineSchema.default('auto'),
    gpu: z.enum(['auto', 'host', 'swiftshader_indirect']).default('swiftshader_indirect'),
    headless: z.boolean().default(true),
    hidpiScaling: z.boolean().default(false),
    /** Which console is in front; in a terminal, which one it is on. */
    console: z.enum(['none', 'console', 'monitor']).default('none'),
    debugger: z.boolean().default(false),
    kernelArguments: z.array(z.string().max(limits.kernelCommandLineBytes)).max(200).default([]),
    /** JSON `{args, kernel_args, env}` added to what the template gives (`--dev-config`). */
    devConfig: optionalFile,
    /** Replaces the computed value of `-smp`. */
    smp: z.string().max(100).nullable().default(null),
    serialNumber: z.boolean().default(true),
    /** `check`: reused only while source hashes are what they were. */
    reuse: z.enum(['restage', 'reuse', 'check']).default('check'),
    uefi: z.boolean().default(false),
    vbmetaKey: optionalFile,
    vbmetaKeyMetadata: optionalFile,
    /** Program that sets the network up, run with the interface's name. */
    upscript: optionalFile,
    verbose: z.boolean().default(false),
    /** The flags as edited by hand (`--edit`), in place of what the template gives. */
    flags: z
      .strictObject({
        args: z.array(z.string()),
        envs: z.record(z.string(), z.string()),
        features: z.array(z.string()),
        kernel_args: z.array(z.string()),
        options: z.array(z.string()),
      })
      .nullable()
      .default(null),
  });
}

/** A device's name, and its properties as QEMU takes them: `e1000,mac=52:54:00:00:00:01`. */
const deviceText = z
  .string()
  .max(300)
  .regex(/^[A-Za-z0-9][A-Za-z0-9_.-]*(,[^\n\0]+)?$/, "a device's name, then its properties after a comma");

const deviceSchema = z.strictObject({
  /** null: the engine's choice for the architecture. */
  machine: z.string().max(200).nullable().default(null),
  /** null: the engine's choice. `default`: the machine's own, with no `-cpu` at all. */
  cpu: z.string().max(500).nullable().default(null),
  memoryMiB: z.number().int().min(limits.memoryMiB.min).max(limits.memoryMiB.max).default(512),
  processors: z.number().int().min(limits.processors.min).max(limits.processors.max).default(1),
  /** Serial lines of the guest, each with a console and a transcript of its own. */
  serialPorts: z.number().int().min(1).max(maxSerialPorts).default(1),
  /** A display device as `-device` takes it, or `none`. null: one where the guest is likely to need it. */
  display: deviceText.nullable().default(null),
  /** A virtio entropy device for guests that know it. */
  entropy: z.boolean().default(true),
});

export const accelerationRequestSchema = z.enum(['auto', 'kvm', 'hvf', 'tcg']);

const hostSchema = z.strictObject({
  acceleration: accelerationRequestSchema.default('auto'),
  /** `tap` and `auto` are for guests that know them: Fuchsia's. */
  networking: z.enum(['user', 'none', 'tap', 'auto']).default('user'),
  /** The guest's network card as `-device` takes it, with user networking. null: virtio, or what the board has. */
  networkDevice: deviceText.nullable().default(null),
  ports: z.array(portMappingSchema).max(limits.portMappings).default([]),
});

/** QEMU's `-d` items that help a kernel developer; each writes to the engine log. */
export const debugLogItems = [
  'guest_errors',
  'int',
  'cpu_reset',
  'in_asm',
  'exec',
  'mmu',
  'unimp',
  'pcall',
  'page',
  'strace',
] as const;

const debugSchema = z.strictObject({
  /** gdb stub: a socket that only this user reaches, or (`port`) a loopback port that every program here reaches. */
  gdb: z
    .strictObject({ port: z.number().int().min(1).max(65535).nullable() })
    .nullable()
    .default(null),
  /** Stay at the first instruction until resumed by hand or by the debugger. */
  startPaused: z.boolean().default(false),
  noReboot: z.boolean().default(false),
  noShutdown: z.boolean().default(false),
  log: z.array(z.enum(debugLogItems)).default([]),
});

const readinessSchema = z.discriminatedUnion('kind', [
  /** A JavaScript regular expression looked for in the serial output, line by line. */
  z.strictObject({ kind: z.literal('serial'), pattern: z.string().min(1).max(500) }),
  /** Banner bytes on a mapped port: a bare TCP connect proves nothing behind SLiRP. */
  z.strictObject({ kind: z.literal('banner'), port: z.string() }),
  /** A program on the host that must exit 0; arguments are data, there is no shell. */
  z.strictObject({ kind: z.literal('command'), arguments: z.array(z.string()).min(1).max(64) }),
]);
export type ReadinessCheck = z.infer<typeof readinessSchema>;

function runtimeSchema<F extends z.ZodType>(file: F) {
  return z.strictObject({
    /** A QEMU binary of the user's own; null: found on this host. */
    binary: file.nullable().default(null),
    debug: debugSchema.prefault({}),
    /** null: what suits the guest. An empty list: ready as soon as it runs. */
    readiness: z.array(readinessSchema).max(8).nullable().default(null),
    readinessMs: z
      .number()
      .int()
      .min(1000)
      .max(24 * 3600_000)
      .default(limits.readinessMs),
    powerdownMs: z.number().int().min(0).max(600_000).default(limits.powerdownMs),
    /** Raw text as a person types it; split with shell quoting, never given to a shell. */
    extraArguments: z.string().max(limits.extraArgumentsLength).default(''),
    staging: z.enum(['reuse', 'restage']).default('reuse'),
    keepBoots: z.number().int().min(1).max(100).default(limits.keepBoots),
    transcriptMiB: z
      .number()
      .int()
      .min(1)
      .max(1024 * 1024)
      .default(limits.transcriptMiB),
  });
}

function requestShape<F extends z.ZodType>(file: F) {
  return {
    name: instanceNameSchema,
    /** The heading it is listed under; empty: none. */
    group: z.string().trim().max(limits.groupNameLength).default(''),
    /** What a person wants to remember of it. */
    notes: z.string().max(limits.notesLength).default(''),
    architecture: architectureSchema.default('x86_64'),
    guest: guestSchema(file),
    device: deviceSchema.prefault({}),
    host: hostSchema.prefault({}),
    runtime: runtimeSchema(file).prefault({}),
  };
}

/** A file as a page knows it: the token is what counts, the text is only for showing. */
export const fileReferenceSchema = z.strictObject({ token: pathTokenSchema, shown: z.string().max(8192) });
export type FileReference = z.infer<typeof fileReferenceSchema>;

export const draftSchema = z.strictObject(requestShape(fileReferenceSchema));
export type Draft = z.infer<typeof draftSchema>;
/** A draft as a form sends it: everything with a default may be left out. */
export type DraftInput = z.input<typeof draftSchema>;

export const specVersion = 1;

const absolutePath = z
  .string()
  .regex(/^\//, 'an absolute path')
  .refine((path) => !path.includes('\0'), 'no NUL in a path');

export const specSchema = z.strictObject({
  version: z.literal(specVersion),
  id: instanceIdSchema,
  createdAt: z.iso.datetime(),
  ...requestShape(absolutePath),
});
export type Spec = z.infer<typeof specSchema>;
export type Guest = Spec['guest'];
export type FuchsiaGuest = Extract<Guest, { kind: 'fuchsia' }>;
export type FuchsiaSpec = Spec & { readonly guest: FuchsiaGuest };
/** Every other guest: its command line is planned from the Spec itself, not from a flag template. */
export type PlainSpec = Spec & { readonly guest: Exclude<Guest, FuchsiaGuest> };
export type Disk = z.infer<ReturnType<typeof diskSchema<typeof absolutePath>>>;
