/** Port mappings of user-mode networking: what was asked for, and what is there now. */
import * as z from 'zod';
import { failureSchema } from '../contract/errors.ts';

const portNumber = z.number().int().min(1).max(65535);

export const portMappingSchema = z.strictObject({
  /** `ssh`, `http`, `debug`: how the mapping is spoken of. Unique within an instance. */
  name: z.string().regex(/^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,30}$/, 'letters, digits, dot, hyphen and underscore'),
  protocol: z.enum(['tcp', 'udp']),
  guest: portNumber,
  /** null: QEMU picks a free one, and it is read back. */
  host: portNumber.nullable(),
  /** The address the host side listens on. Anything but loopback is confirmed natively and shown with a badge. */
  bind: z.union([z.ipv4(), z.literal('localhost')]).default('127.0.0.1'),
});
export type PortMapping = z.infer<typeof portMappingSchema>;

/** Who has a port that somebody wants, as far as this user may see it. */
export const portOwnerSchema = z.strictObject({
  pid: z.number().int().positive().nullable(),
  program: z.string().nullable(),
  /** Empty where it belongs to somebody else. */
  commandLine: z.string(),
  uid: z.number().int().nonnegative(),
  /** A guest: of this home (with its id), of another home or of ffx. */
  instance: z.strictObject({ id: z.string().nullable(), name: z.string() }).nullable(),
});
export type PortOwner = z.infer<typeof portOwnerSchema>;

/**
 * QEMU takes a connection before the guest does, so that it listens (`mapped`) says nothing of the guest. What is known
 * beyond that was seen by connecting once:
 */
export const portStates = [
  /** There is no guest to map it to. */
  'pending',
  /** QEMU listens; of the guest nothing is known. */
  'mapped',
  /** Bytes came from the guest. */
  'answering',
  /** The guest took the connection and said nothing. */
  'accepting',
  /** The guest refused the connection: no program listens there. */
  'refused',
  /** Nothing in the guest answers at all: its network is not up. */
  'unanswered',
  /** See the failure. */
  'failed',
] as const;

export const portStatusSchema = z.strictObject({
  name: z.string(),
  protocol: z.enum(['tcp', 'udp']),
  guest: portNumber,
  host: portNumber.nullable(),
  bind: z.string(),
  state: z.enum(portStates),
  failure: failureSchema.nullable(),
  /** The first line the guest said there: `SSH-2.0-…`, `HTTP/1.1 200 OK`; from the guest, to be shown as text only. */
  answer: z.string().nullish(),
  /** Who has the port of a mapping that failed. */
  owner: portOwnerSchema.nullish(),
});
export type PortStatus = z.infer<typeof portStatusSchema>;

/** A port that QEMU listens on and that is no mapping of the instance: opened by hand, by an argument, for a debugger. */
export const doorSchema = z.strictObject({
  /** `forward`: to a port of the guest, which is its name. `other`: the kernel says so, and nothing more is known. */
  what: z.enum(['forward', 'gdb', 'vnc', 'nbd', 'chardev', 'other']),
  name: z.string(),
  protocol: z.enum(['tcp', 'udp']),
  address: z.string(),
  port: z.number().int().min(0).max(65535),
});
export type Door = z.infer<typeof doorSchema>;

/** QEMU listens for it, whatever the guest does. */
export function isMapped({ state }: Pick<PortStatus, 'state'>): boolean {
  return state !== 'pending' && state !== 'failed';
}

export function isLoopback({ bind }: { readonly bind: string }): boolean {
  return bind === 'localhost' || bind === '::1' || bind.startsWith('127.');
}

/** What came of trying to listen where a mapping would. */
export const portCheckSchema = z.strictObject({
  /** `twice`: another row of the same list has it. `chosen`: none was asked for, so a free one will be had. */
  state: z.enum(['free', 'chosen', 'taken', 'twice', 'not-permitted', 'no-such-address']),
  owner: portOwnerSchema.nullable(),
  /** The nearest port that is free there. */
  suggestion: portNumber.nullable(),
  /** Sentence, cause, hint and field; null where nothing stands in the way. */
  failure: failureSchema.nullable(),
});
export type PortCheck = z.infer<typeof portCheckSchema>;

const webPorts: ReadonlySet<number> = new Set([80, 3000, 5000, 5173, 8000, 8080, 8081, 8888]);

/** How a browser would be sent there, by what answered, by the guest's port or by the mapping's name; null: it is no web. */
export function webScheme(port: Pick<PortStatus, 'protocol' | 'guest' | 'name' | 'answer'>): 'http' | 'https' | null {
  if (port.protocol !== 'tcp') return null;
  if (port.answer === 'TLS') return 'https';
  if (port.answer?.startsWith('HTTP/')) return port.guest === 443 || port.guest === 8443 ? 'https' : 'http';
  // Whoever introduces himself otherwise is not one.
  if (port.answer != null) return null;
  if (port.guest === 443 || port.guest === 8443 || /^https/i.test(port.name)) return 'https';
  return webPorts.has(port.guest) || /http|web/i.test(port.name) ? 'http' : null;
}
