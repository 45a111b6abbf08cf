/** What a row of the call table is. */
import * as z from 'zod';
import { instanceIdSchema } from '../../model/ids.ts';

/**
 * `page`: any session, the page included. `user`: only a session that already acts as the user (the CLI over the 0600
 * socket). `face`: answered by the face itself (native dialogs), never by the core.
 */
export type Access = 'page' | 'user' | 'face';

export interface CallRow<I extends z.ZodType, O extends z.ZodType> {
  readonly input: I;
  readonly output: O;
  readonly access: Access;
  /** It changes nothing: asked again of another owner it does no harm, whatever became of the first answer. */
  readonly looks: boolean;
}

export const row = <I extends z.ZodType, O extends z.ZodType>(
  input: I,
  output: O,
  access: Access = 'page',
): CallRow<I, O> => ({ input, output, access, looks: false });

/** The row of a call that only looks. */
export const look = <I extends z.ZodType, O extends z.ZodType>(
  input: I,
  output: O,
  access: Access = 'page',
): CallRow<I, O> => ({ input, output, access, looks: true });

export const nothing = z.strictObject({});
export const id = z.strictObject({ id: instanceIdSchema });
