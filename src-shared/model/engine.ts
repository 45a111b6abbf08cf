/** What is known of an engine's binary and of the host it runs on. */
import * as z from 'zod';

export const architectures = ['x86_64', 'aarch64', 'riscv64'] as const;
export const architectureSchema = z.enum(architectures);
export type Architecture = z.infer<typeof architectureSchema>;

export const acceleratorSchema = z.enum(['kvm', 'hvf', 'tcg']);
export type Accelerator = z.infer<typeof acceleratorSchema>;

export const engineDescriptionSchema = z.strictObject({
  kind: z.enum(['qemu', 'femu']),
  architecture: architectureSchema,
  /** Absolute path of the binary, or null when none was found. */
  binary: z.string().nullable(),
  version: z.string().nullable(),
  /** Where the binary came from, or why there is none and what to install. */
  note: z.string(),
  machines: z.array(z.strictObject({ name: z.string(), description: z.string(), isDefault: z.boolean() })),
  accelerators: z.array(z.string()),
});
export type EngineDescription = z.infer<typeof engineDescriptionSchema>;

/**
 * Why an accelerator is used or not, told apart because each has another remedy. `available`: a test guest ran on it.
 * `untested`: nothing speaks against it, and there is no test guest for it.
 */
export const accelerationCases = [
  'available',
  'untested',
  'asked-for-emulation',
  'foreign-guest',
  'unknown-platform',
  'not-compiled-in',
  'module-not-loaded',
  'kernel-without-kvm',
  'hidden-by-container',
  'off-in-firmware',
  'nested-off',
  'no-permission',
  'session-stale',
  'held-by-another',
  'device-failing',
  'test-guest-failed',
] as const;
export const accelerationCaseSchema = z.enum(accelerationCases);
export type AccelerationCase = z.infer<typeof accelerationCaseSchema>;

/** `auto` resolved: what will be used and why, in words that can be shown as they are. */
export const accelerationChoiceSchema = z.strictObject({
  accelerator: acceleratorSchema,
  reason: z.string(),
  hint: z.string().nullable(),
  /** Absent in the records of older launches. */
  case: accelerationCaseSchema.optional(),
  /** What to type to repair it, as it stands; null: nothing that a command could do. */
  command: z.string().nullable().optional(),
  /** True once QMP of the running engine confirmed it. */
  verified: z.boolean(),
});
export type AccelerationChoice = z.infer<typeof accelerationChoiceSchema>;

export const firmwareDescriptionSchema = z.strictObject({
  architecture: architectureSchema,
  name: z.string(),
  code: z.string(),
  variables: z.string(),
});
export type FirmwareDescription = z.infer<typeof firmwareDescriptionSchema>;
