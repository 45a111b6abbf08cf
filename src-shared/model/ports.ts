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

export const portStatusSchema = z.strictObject({
  name: z.string(),
  protocol: z.enum(['tcp', 'udp']),
  guest: portNumber,
  host: portNumber.nullable(),
  bind: z.string(),
  /** `mapped`: QEMU listens. `answering`: bytes came from the guest. `failed`: see the failure. `pending`: no guest. */
  state: z.enum(['pending', 'mapped', 'answering', 'failed']),
  failure: failureSchema.nullable(),
});
export type PortStatus = z.infer<typeof portStatusSchema>;
