/** Consoles. Frames follow on the same session, see console-frames.ts. */
import * as z from 'zod';
import { consoleNameSchema } from '../../model/console.ts';
import { instanceIdSchema } from '../../model/ids.ts';
import { nothing, row } from './row.ts';

export const consoleCalls = {
  'console.open': row(
    z.strictObject({
      id: instanceIdSchema,
      console: consoleNameSchema,
      boot: z.number().int().positive().nullable().default(null),
    }),
    z.strictObject({
      viewer: z.number().int(),
      columns: z.number().int(),
      rows: z.number().int(),
      writable: z.boolean(),
    }),
  ),
  /** A break condition on the guest's serial line (magic SysRq, a boot loader's prompt). Throws `wrong_phase`. */
  'console.break': row(z.strictObject({ id: instanceIdSchema, console: consoleNameSchema }), nothing),
  'console.close': row(z.strictObject({ viewer: z.number().int() }), nothing),
} as const;
