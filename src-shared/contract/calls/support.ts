/** What is given to somebody who is to help. */
import * as z from 'zod';
import { instanceIdSchema } from '../../model/ids.ts';
import { look } from './row.ts';

export const supportCalls = {
  /**
   * A zip with the spec, commands, logs and the host's report, with what is private taken out. `id` null: the host
   * alone. Nothing is written and nothing is sent.
   */
  'support.bundle': look(
    z.strictObject({ id: instanceIdSchema.nullable(), serial: z.boolean().default(false) }),
    z.strictObject({
      fileName: z.string(),
      base64: z.string(),
      files: z.array(z.strictObject({ name: z.string(), about: z.string(), bytes: z.number() })),
    }),
  ),
} as const;
