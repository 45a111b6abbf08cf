/**
 * Product bundles, version 2: the file `product_bundle.json` as it is, and what a gallery shows of a bundle before
 * anything is launched from it.
 */
import * as z from 'zod';
import { virtualDeviceSummarySchema } from './virtual-device.ts';

/** `type` and `name` are open: bundles carry images that no emulator uses, and new kinds appear every year. */
const bundleImageSchema = z.strictObject({
  type: z.string(),
  name: z.string(),
  path: z.string(),
  signed: z.boolean().optional(),
  /** What is inside the image; present on the sparse Fxfs image. Not needed to boot it. */
  contents: z.unknown().optional(),
});
export type BundleImage = z.infer<typeof bundleImageSchema>;

const system = z.array(bundleImageSchema).nullable().default(null);
const untouched = z.unknown().optional();

export const productBundleFileSchema = z.strictObject({
  version: z.literal('2', { error: 'only product bundles of version 2 can be read' }),
  product_name: z.string(),
  product_version: z.string().default(''),
  sdk_version: z.string().default(''),
  partitions: z
    .strictObject({
      bootloader_partitions: z
        .array(z.strictObject({ type: z.string(), name: z.string().nullable().optional(), image: z.string() }))
        .default([]),
      bootstrap_partitions: untouched,
      partitions: untouched,
      hardware_revision: untouched,
      unlock_credentials: untouched,
    })
    .prefault({}),
  system_a: system,
  system_b: system,
  system_r: system,
  virtual_devices_path: z.string().nullable().default(null),
  // What only flashing and updating needs.
  repositories: untouched,
  update_package_hash: untouched,
  platform_tools_a: untouched,
  platform_tools_b: untouched,
  platform_tools_r: untouched,
  release_info: untouched,
});
export type ProductBundleFile = z.infer<typeof productBundleFileSchema>;

export const systemSlots = ['a', 'b', 'r'] as const;
export type SystemSlot = (typeof systemSlots)[number];

/** What an image is to an emulator; null: nothing. */
export const imageUseSchema = z.enum(['kernel', 'zbi', 'fvm', 'fxfs', 'fxfs-sparse', 'efi-shell']);
export type ImageUse = z.infer<typeof imageUseSchema>;

export const productBundleSummarySchema = z.strictObject({
  directory: z.string(),
  name: z.string(),
  version: z.string(),
  sdkVersion: z.string(),
  systems: z.array(
    z.strictObject({
      slot: z.enum(systemSlots),
      images: z.array(
        z.strictObject({
          type: z.string(),
          name: z.string(),
          path: z.string(),
          use: imageUseSchema.nullable(),
          /** null: the file is not there. */
          sizeBytes: z.number().nonnegative().nullable(),
        }),
      ),
      /** Why this system cannot be booted; null when it can. */
      problem: z.string().nullable(),
    }),
  ),
  /** The recommended one first. */
  devices: z.array(virtualDeviceSummarySchema),
  /** Fields nobody here knows, missing devices and the like: worth saying, no reason to stop. */
  notes: z.array(z.string()),
});
export type ProductBundleSummary = z.infer<typeof productBundleSummarySchema>;
