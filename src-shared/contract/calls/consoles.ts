/** Consoles. Frames follow on the same session, see console-frames.ts. */
import * as z from 'zod';
import { limits } from '../../limits.ts';
import { consoleNameSchema } from '../../model/console.ts';
import { instanceIdSchema } from '../../model/ids.ts';
import { look, nothing, row } from './row.ts';

/** Where a search goes on: a line's first byte, and which line of the transcript that is (1-based). */
export const searchPlaceSchema = z.strictObject({
  offset: z.number().int().nonnegative(),
  line: z.number().int().positive(),
});
export type SearchPlace = z.infer<typeof searchPlaceSchema>;

export const searchMatchSchema = z.strictObject({
  /** Of the first byte of the line. */
  offset: z.number().int().nonnegative(),
  /** 1-based, counted from the first byte that is kept. */
  line: z.number().int().positive(),
  /** The line without escape sequences, cut to 4096 characters. */
  text: z.string(),
  /** Where in `text`, in UTF-16 units: the first match in the line. */
  start: z.number().int().nonnegative(),
  length: z.number().int().nonnegative(),
});
export type SearchMatch = z.infer<typeof searchMatchSchema>;

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
  /**
   * Lines of a whole transcript that match, from `from` on. One call looks for a moment only; `next` says where the next
   * one goes on, null when everything was searched, and `searched`/`size` how far it is. Who stops asking has cancelled.
   * Throws `invalid_input` (field `text`) for what is no regular expression, or one that takes too long on a line.
   */
  'console.search': look(
    z.strictObject({
      id: instanceIdSchema,
      console: consoleNameSchema,
      boot: z.number().int().positive().nullable().default(null),
      text: z.string().min(1).max(500),
      /** `text` is a JavaScript regular expression, matched line by line. */
      regex: z.boolean().default(false),
      matchCase: z.boolean().default(false),
      wholeWord: z.boolean().default(false),
      from: searchPlaceSchema.nullable().default(null),
      /** Matches beyond these are counted and not listed. */
      limit: z.number().int().min(0).max(limits.searchMatches).default(limits.searchMatches),
    }),
    z.strictObject({
      /** Lines that match, in what this call looked at. */
      count: z.number().int().nonnegative(),
      matches: z.array(searchMatchSchema),
      next: searchPlaceSchema.nullable(),
      searched: z.number().nonnegative(),
      size: z.number().nonnegative(),
    }),
  ),
  /** When the bytes from `from` to `to` came: arrivals as in console-times.ts. For a whole transcript, a range at a time. */
  'console.times': look(
    z
      .strictObject({
        id: instanceIdSchema,
        console: consoleNameSchema,
        boot: z.number().int().positive().nullable().default(null),
        from: z.number().int().nonnegative(),
        to: z.number().int().nonnegative(),
      })
      .refine(({ from, to }) => to - from <= 1024 * 1024, 'at most 1 MiB at a time'),
    z.strictObject({ base64: z.string() }),
  ),
  'console.close': row(z.strictObject({ viewer: z.number().int() }), nothing),
} as const;
