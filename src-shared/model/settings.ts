/** What a person can choose once for every instance. Everything has a default; an empty file is a complete one. */
import * as z from 'zod';
import { limits } from '../limits.ts';

export const settingsSchema = z.strictObject({
  // the look
  theme: z.enum(['system', 'light', 'dark']).default('system'),
  density: z.enum(['comfortable', 'compact']).default('comfortable'),

  // terminals
  fontSize: z.number().int().min(8).max(32).default(13),
  /** A font installed on this computer; empty: the first of the usual monospace fonts. */
  fontFamily: z.string().max(200).default(''),
  ligatures: z.boolean().default(false),
  terminalTheme: z.enum(['slipway', 'high-contrast', 'solarized', 'phosphor', 'paper']).default('slipway'),
  cursorStyle: z.enum(['block', 'bar', 'underline']).default('block'),
  cursorBlink: z.boolean().default(false),
  scrollbackLines: z.number().int().min(100).max(200_000).default(10_000),
  copyOnSelect: z.boolean().default(false),
  /** Ask before text of several lines is pasted into a guest that did not ask for bracketed paste. */
  confirmPaste: z.boolean().default(true),
  /** When each line arrived, beside it. */
  timestamps: z.boolean().default(false),
  /** xterm's accessibility tree and announcements; costs speed, so it is a choice. */
  screenReader: z.boolean().default(false),
  /** Pause after each line when a file is sent into a console: firmware reads slowly. */
  sendLineDelayMs: z.number().int().min(0).max(10_000).default(0),

  // the list
  listSort: z.enum(['name', 'state', 'started', 'size']).default('name'),
  listGrouping: z.enum(['group', 'state', 'kind', 'none']).default('group'),

  // notifications and the desktop
  notifyReady: z.boolean().default(true),
  notifyCrashed: z.boolean().default(true),
  notifyPanic: z.boolean().default(true),
  tray: z.boolean().default(true),
  /** What happens to running guests when the application is quit. */
  onQuit: z.enum(['ask', 'leave', 'stop']).default('ask'),

  /** What the form for a new instance begins with. */
  newInstance: z
    .strictObject({
      memoryMiB: z.number().int().min(limits.memoryMiB.min).max(limits.memoryMiB.max).default(512),
      processors: z.number().int().min(limits.processors.min).max(limits.processors.max).default(1),
      keepBoots: z.number().int().min(1).max(100).default(limits.keepBoots),
      transcriptMiB: z
        .number()
        .int()
        .min(1)
        .max(1024 * 1024)
        .default(limits.transcriptMiB),
      powerdownMs: z.number().int().min(0).max(600_000).default(limits.powerdownMs),
    })
    .prefault({}),
});
export type Settings = z.infer<typeof settingsSchema>;

/** What of them is to change. Not `partial()`: that gives what is left out its default, which would reset it. */
export const settingsChangeSchema = z.strictObject(
  Object.fromEntries(Object.entries(settingsSchema.shape).map(([name, field]) => [name, field.unwrap().optional()])),
) as unknown as z.ZodType<Partial<Settings>, Partial<Settings>>;
