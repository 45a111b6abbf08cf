/** What a page is told of the host: what can be launched here, and by what. */
import * as z from 'zod';
import {
  accelerationChoiceSchema,
  architectureSchema,
  engineDescriptionSchema,
  firmwareDescriptionSchema,
} from './engine.ts';

export const hostDescriptionSchema = z.strictObject({
  version: z.string(),
  home: z.string(),
  platform: z.string(),
  architecture: z.string(),
  memoryMiB: z.number(),
  processors: z.number(),
  face: z.enum(['window', 'web', 'command-line']),
  /** How a file is chosen here: a native dialog, or the server's own file browser. */
  filePicker: z.enum(['native', 'browser']),
  engines: z.array(engineDescriptionSchema),
  firmware: z.array(firmwareDescriptionSchema),
  acceleration: z.array(z.strictObject({ architecture: architectureSchema, choice: accelerationChoiceSchema })),
  linuxGuest: z.strictObject({
    available: z.boolean(),
    cached: z.boolean(),
    reason: z.string().nullable(),
    hint: z.string().nullable(),
  }),
});
export type HostDescription = z.infer<typeof hostDescriptionSchema>;
