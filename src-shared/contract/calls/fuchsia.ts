/** What only Fuchsia guests have. */
import * as z from 'zod';
import { bundleDeviceSchema, bundleSummarySchema, resolvedChoiceSchema } from '../../model/fuchsia.ts';
import { instanceIdSchema, pathTokenSchema } from '../../model/ids.ts';
import { draftSchema } from '../../model/spec.ts';
import { id, look, row } from './row.ts';

export const fuchsiaCalls = {
  /** What `ffx emu show` would print: `{"Cmd": …}`, `{"Config": …}`, `{"Device": …}`, `{"Net": …}`, `{"Instance": …}`, `{"Raw": …}`. */
  'fuchsia.show': look(id, z.strictObject({ sections: z.array(z.record(z.string(), z.unknown())) })),
  /** What a product bundle holds, before anything is launched. */
  'fuchsia.bundle': look(z.strictObject({ directory: pathTokenSchema }), bundleSummarySchema),
  /** What each `auto` of a draft comes to here, and why. */
  'fuchsia.resolve': look(
    draftSchema,
    z.strictObject({
      choices: z.array(resolvedChoiceSchema),
      /** The device the draft comes to, where one is named: a page reads no virtual device file itself. */
      device: bundleDeviceSchema.nullable().optional(),
    }),
  ),
  /** Writes a copy of the instance in ffx's own format into a directory. */
  'fuchsia.export': row(
    z.strictObject({ id: instanceIdSchema, directory: pathTokenSchema }),
    z.strictObject({ path: z.string() }),
  ),
} as const;
