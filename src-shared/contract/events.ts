/** Everything the core tells without being asked. Levels, not edges: an event carries the whole new state of a thing. */
import * as z from 'zod';
import { instanceIdSchema } from '../model/ids.ts';
import { instanceViewSchema } from '../model/instance.ts';
import { settingsSchema } from '../model/settings.ts';

export const eventSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('instanceChanged'), view: instanceViewSchema }),
  z.strictObject({ type: z.literal('instanceRemoved'), id: instanceIdSchema, trash: z.string() }),
  z.strictObject({ type: z.literal('settingsChanged'), settings: settingsSchema }),
  /** From the page's own face: a person pointed at this instance outside of the page (a notification, the tray). */
  z.strictObject({ type: z.literal('instanceWanted'), id: instanceIdSchema }),
  /** The owner behind this session changed: everything is to be asked for again, consoles are to be reopened. */
  z.strictObject({ type: z.literal('ownerChanged') }),
]);
export type SlipwayEvent = z.infer<typeof eventSchema>;
