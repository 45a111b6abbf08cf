/**
 * Every call a face can make, one row each: what goes in, what comes out, who may. Both sides are checked at run time.
 * Adding a feature adds a row in one of the tables of `calls/` and a handler in `core/service/handlers/`; never a
 * channel or a preload function.
 */
import type * as z from 'zod';
import { commandCalls } from './calls/commands.ts';
import { consoleCalls } from './calls/consoles.ts';
import { doctorCalls } from './calls/doctor.ts';
import { fileCalls } from './calls/files.ts';
import { fuchsiaCalls } from './calls/fuchsia.ts';
import { hostCalls } from './calls/host.ts';
import { instanceCalls } from './calls/instances.ts';
import { ownerCalls } from './calls/owner.ts';
import { portCalls } from './calls/ports.ts';
import type { CallRow } from './calls/row.ts';
import { supportCalls } from './calls/support.ts';
import { windowCalls } from './calls/windows.ts';

export const calls = {
  ...hostCalls,
  ...instanceCalls,
  ...fuchsiaCalls,
  ...consoleCalls,
  ...portCalls,
  ...commandCalls,
  ...doctorCalls,
  ...supportCalls,
  ...fileCalls,
  ...windowCalls,
  ...ownerCalls,
} as const satisfies Record<string, CallRow<z.ZodType, z.ZodType>>;

export type CallName = keyof typeof calls;
export type CallInput<N extends CallName> = z.input<(typeof calls)[N]['input']>;
export type CallParsed<N extends CallName> = z.output<(typeof calls)[N]['input']>;
export type CallOutput<N extends CallName> = z.output<(typeof calls)[N]['output']>;
