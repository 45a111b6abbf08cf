/** Who owns the home, for other programs of the same user. */
import * as z from 'zod';
import { look, nothing, row } from './row.ts';

export const ownerCalls = {
  'owner.describe': look(
    nothing,
    z.strictObject({ kind: z.enum(['window', 'web', 'command-line']), pid: z.number().int() }),
    'user',
  ),
  /** A window is starting: give up the home and become its client. */
  'owner.handover': row(nothing, nothing, 'user'),
  'owner.focus': row(nothing, nothing, 'user'),
} as const;
