/**
 * The closed set of failures that cross a boundary. A failure is a value: a sentence for a person, the cause, a fix
 * where there is one, and the raw text the machine gave. Anything else that is thrown is a bug and arrives as
 * `internal`, with its stack as raw text.
 */
import * as z from 'zod';
import { changeSchema } from './changes.ts';

export const errorCodes = [
  // what was asked
  'invalid_input',
  'unknown_instance',
  'unknown_console',
  'wrong_phase',
  'name_taken',
  'not_permitted',
  'cancelled',
  // files
  'file_missing',
  'file_unreadable',
  'file_not_regular',
  'file_empty',
  /** A file of the right kind whose content contradicts itself; the message has the offset. */
  'image_damaged',
  'disk_full',
  'home_unusable',
  // the host
  'tool_missing',
  'engine_missing',
  'engine_unsuitable',
  'memory_insufficient',
  'port_busy',
  'owner_busy',
  'guest_unavailable',
  'download_failed',
  // the engine at work
  'launch_failed',
  'engine_exited',
  /** The engine works and its guest is dead: it panicked, or starts over for ever. */
  'guest_died',
  'qmp_unavailable',
  'qmp_error',
  'timed_out',
  'connection_lost',
  'internal',
] as const;

export type ErrorCode = (typeof errorCodes)[number];

const label = z.string().min(1).max(200);

/**
 * What can be done about a failure with one press. The core makes it and the core does it: a page names a fix by its
 * place in the failure that is shown, so that it can ask for nothing the core did not offer. `edit`, `copy` and `open`
 * are a page's own to do.
 */
export const fixSchema = z.discriminatedUnion('kind', [
  /** Changes the Spec and launches again. In a form that is not launched yet it changes the form. */
  z.strictObject({ kind: z.literal('set'), label, changes: z.array(changeSchema).min(1).max(8) }),
  /** Ends another instance that is in the way, then launches again; of the instance itself: ends it, once more. */
  z.strictObject({ kind: z.literal('stop'), label, instance: z.string().max(200) }),
  z.strictObject({ kind: z.literal('relaunch'), label }),
  z.strictObject({ kind: z.literal('edit'), label, field: z.string().max(300) }),
  /** A command for a person to run; Slipway never does. */
  z.strictObject({ kind: z.literal('copy'), label, text: z.string().max(2000) }),
  z.strictObject({ kind: z.literal('open'), label, page: z.literal('doctor') }),
]);
export type Fix = z.infer<typeof fixSchema>;
export type FixKind = Fix['kind'];

/** A failure as it crosses the wire and as it is kept in a launch record. */
export const failureSchema = z.strictObject({
  code: z.enum(errorCodes),
  /** One sentence for a person. */
  message: z.string(),
  /** Why it happened, where we know more than the message says. */
  cause: z.string().optional(),
  /** What to do about it. */
  hint: z.string().optional(),
  /** The machine's own words: stderr, a QMP error, a stack. Never shortened below what explains it. */
  raw: z.string().optional(),
  /** The field of the Spec that is at fault, as a dotted path, so that a form can point at it. */
  field: z.string().optional(),
  /** The best first. */
  fixes: z.array(fixSchema).max(8).optional(),
  /** Which known message it was, by the name of its row; absent where nobody knows the text. */
  rule: z.string().optional(),
  /** How the engine's process ended, where it did. */
  exit: z.strictObject({ code: z.number().int().nullable(), signal: z.string().nullable() }).optional(),
});

export type Failure = z.infer<typeof failureSchema>;

export interface FailureDetails {
  readonly cause?: string | undefined;
  readonly hint?: string | undefined;
  readonly raw?: string | undefined;
  readonly field?: string | undefined;
  readonly fixes?: Fix[] | undefined;
  readonly rule?: string | undefined;
  readonly exit?: { readonly code: number | null; readonly signal: string | null } | undefined;
}

/** The one error class that is thrown on purpose. Its fields are the Failure's. */
export class SlipwayError extends Error {
  readonly failure: Failure;

  constructor(code: ErrorCode, message: string, details: FailureDetails = {}) {
    super(message);
    this.name = 'SlipwayError';
    this.failure = { code, message, ...details };
  }

  get code(): ErrorCode {
    return this.failure.code;
  }

  static from(failure: Failure): SlipwayError {
    const { code, message, ...details } = failure;
    return new SlipwayError(code, message, details);
  }
}

/** Any thrown value as a Failure; what is not ours is a bug and keeps its stack. */
export function toFailure(error: unknown): Failure {
  if (error instanceof SlipwayError) return error.failure;
  if (error instanceof Error && error.name === 'AbortError') return { code: 'cancelled', message: 'Cancelled.' };
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const message = error instanceof Error ? error.message : String(error);
  return { code: 'internal', message: `Something went wrong inside Slipway: ${message}`, raw: text };
}

/** For the end of a switch over a union: the compiler proves it is unreachable. */
export function assertNever(value: never): never {
  throw new Error(`unexpected value: ${JSON.stringify(value)}`);
}
