/** What is shown of Fuchsia guests: a bundle before its launch, and what each `auto` came to. */
import * as z from 'zod';
import { failureSchema } from '../contract/errors.ts';
import { architectureSchema } from './engine.ts';

export const bundleDeviceSchema = z.strictObject({
  name: z.string(),
  description: z.string(),
  recommended: z.boolean(),
  architecture: architectureSchema,
  memoryBytes: z.number(),
  storageBytes: z.number(),
  processors: z.number().int(),
  /** Name of a port to its number in the guest. */
  ports: z.record(z.string(), z.number().int()),
});

export const bundleSummarySchema = z.strictObject({
  path: z.string(),
  name: z.string(),
  version: z.string(),
  sdkVersion: z.string(),
  systems: z.array(
    z.strictObject({
      slot: z.enum(['a', 'b', 'r']),
      /** Absolute paths, for showing. */
      kernel: z.string().nullable(),
      zbi: z.string().nullable(),
      disk: z.strictObject({ kind: z.string(), path: z.string(), bytes: z.number() }).nullable(),
    }),
  ),
  devices: z.array(bundleDeviceSchema),
  /** What is not as it should be; each names the file and the JSON path. */
  problems: z.array(failureSchema),
});
export type BundleSummary = z.infer<typeof bundleSummarySchema>;

/** One `auto` and what it came to. */
export const resolvedChoiceSchema = z.strictObject({
  field: z.string(),
  label: z.string(),
  result: z.string(),
  reason: z.string(),
  hint: z.string().nullable(),
});
export type ResolvedChoice = z.infer<typeof resolvedChoiceSchema>;
