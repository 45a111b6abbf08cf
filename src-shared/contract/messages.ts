/**
 * The session protocol: one for every transport (MessagePort in the window, WebSocket in a browser, UNIX socket for
 * the command line). Text messages are JSON of these shapes; binary messages are console frames.
 */
import * as z from 'zod';
import { failureSchema } from './errors.ts';
import { eventSchema } from './events.ts';

export const protocolVersion = 1;

export const requestSchema = z.strictObject({
  type: z.literal('call'),
  id: z.number().int().nonnegative(),
  name: z.string().max(100),
  input: z.unknown(),
});

export const replySchema = z.discriminatedUnion('type', [
  /** First message of every session. */
  z.strictObject({ type: z.literal('hello'), protocol: z.number().int(), version: z.string() }),
  z.strictObject({ type: z.literal('result'), id: z.number().int(), value: z.unknown() }),
  z.strictObject({ type: z.literal('failure'), id: z.number().int(), failure: failureSchema }),
  z.strictObject({ type: z.literal('event'), event: eventSchema }),
]);
export type Reply = z.infer<typeof replySchema>;

/** What a transport must be able to do; a string is a JSON message, bytes are one console frame. */
export interface MessageChannelLike {
  send(message: string | Uint8Array<ArrayBuffer>): void;
  /** `misuse`: the other side said something that is no message; who carries the channel ends the whole connection. */
  close(why?: 'misuse'): void;
}
