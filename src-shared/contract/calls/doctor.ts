/** The doctor: everything on this host that a guest depends on. */
import * as z from 'zod';
import { hostReportSchema } from '../../model/host-report.ts';
import { look } from './row.ts';

export const doctorCalls = {
  /** `again`: accelerators that failed are tried once more, instead of what was learnt in the last minutes. */
  'doctor.examine': look(z.strictObject({ again: z.boolean().default(false) }), hostReportSchema),
} as const;
