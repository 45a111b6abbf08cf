/** The host and the person's settings. */
import { hostDescriptionSchema } from '../../model/host.ts';
import { settingsChangeSchema, settingsSchema } from '../../model/settings.ts';
import { look, nothing, row } from './row.ts';

export const hostCalls = {
  'host.describe': look(nothing, hostDescriptionSchema),
  'settings.get': look(nothing, settingsSchema),
  'settings.set': row(settingsChangeSchema, settingsSchema),
} as const;
