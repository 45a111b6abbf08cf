/** Windows of the face that asks. */
import * as z from 'zod';
import { consoleNameSchema } from '../../model/console.ts';
import { instanceIdSchema } from '../../model/ids.ts';
import { nothing, row } from './row.ts';

export const windowCalls = {
  /** A console in a window of its own; where it has one already, that comes to the front. A browser opens its own. */
  'window.detach': row(
    z.strictObject({
      id: instanceIdSchema,
      console: consoleNameSchema,
      boot: z.number().int().positive().nullable().default(null),
    }),
    nothing,
    'face',
  ),
} as const;
