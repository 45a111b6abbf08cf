/** Templates, and what becomes of the arguments of a command line that was read. */
import * as z from 'zod';

export const templateSchema = z.strictObject({
  name: z.string(),
  about: z.string(),
  /** null: see `problem`. */
  guestKind: z.enum(['demo', 'linux', 'kernel', 'disk', 'firmware', 'fuchsia']).nullable(),
  /** Empty: see `problem`. */
  architecture: z.string(),
  savedAt: z.iso.datetime(),
  /** Files it names that are not there now. */
  missing: z.array(z.string()),
  /** Why it cannot be used: its file is damaged, or of a newer Slipway. It can be deleted. */
  problem: z.string().nullable(),
});
export type Template = z.infer<typeof templateSchema>;

export const importedArgumentSchema = z.strictObject({
  /** The words as the text had them, after the shell's quoting. */
  args: z.array(z.string()),
  /**
   * `field`: a field of the draft says it now. `slipway`: Slipway does this itself (consoles, monitor, pid file).
   * `kept`: not understood or without a field; stands verbatim in the extra arguments. `dropped`: left out, see note.
   */
  fate: z.enum(['field', 'slipway', 'kept', 'dropped']),
  /** Dotted path into the draft, for `field`. */
  field: z.string().nullable(),
  note: z.string(),
});
export type ImportedArgument = z.infer<typeof importedArgumentSchema>;

/** Something in what came from elsewhere that reaches beyond the guest. */
export const receivedPowerSchema = z.strictObject({
  title: z.string(),
  detail: z.string(),
  /** A person has allowed just this before. */
  confirmed: z.boolean(),
});
export type ReceivedPower = z.infer<typeof receivedPowerSchema>;
