/** The host and the person's settings. */
import { hostDescriptionSchema } from '../../model/host.ts';
import { settingsChangeSchema, settingsSchema } from '../../model/settings.ts';
import { nothing, row } from './row.ts';

export const hostCalls = {
  'host.describe': row(nothing, hostDescriptionSchema),
  'settings.get': row(nothing, settingsSchema),
  'settings.set': row(settingsChangeSchema, settingsSchema),
} as const;
