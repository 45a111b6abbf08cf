/**
 * What a QMP server sends, recognised. Shapes: QEMU's docs/interop/qmp-spec. Unknown members are ignored, because every
 * release adds some.
 */
import * as z from 'zod';

const version = z.object({
  qemu: z.object({ major: z.number(), minor: z.number(), micro: z.number() }),
  package: z.string(),
});

const greetingSchema = z.object({ QMP: z.object({ version, capabilities: z.array(z.unknown()) }) });
const eventSchema = z.object({
  event: z.string(),
  data: z.record(z.string(), z.unknown()).optional(),
  timestamp: z.object({ seconds: z.number(), microseconds: z.number() }),
});
const errorSchema = z.object({
  id: z.unknown().optional(),
  error: z.object({ class: z.string(), desc: z.string() }),
});
const returnSchema = z.object({ id: z.unknown(), return: z.unknown() });

export interface QmpGreeting {
  /** As `query-version` has it. */
  readonly version: { readonly major: number; readonly minor: number; readonly micro: number };
  /** The distribution's name for it; may be empty. */
  readonly package: string;
}

export interface QmpEvent {
  /** `SHUTDOWN`, `RESET`, `STOP`, `RESUME`, … */
  readonly event: string;
  readonly data: Readonly<Record<string, unknown>>;
  /** Wall time in ms since 1970 as QEMU's host has it; null if it could not be had there. */
  readonly timestamp: number | null;
}

export type QmpMessage =
  | { readonly kind: 'greeting'; readonly greeting: QmpGreeting }
  | { readonly kind: 'event'; readonly event: QmpEvent }
  | { readonly kind: 'return'; readonly id: unknown; readonly value: unknown }
  | { readonly kind: 'error'; readonly id: unknown; readonly class: string; readonly description: string }
  | { readonly kind: 'unknown' };

export function recogniseMessage(value: unknown): QmpMessage {
  if (typeof value !== 'object' || value === null) return { kind: 'unknown' };
  if ('QMP' in value) {
    const parsed = greetingSchema.safeParse(value);
    if (!parsed.success) return { kind: 'unknown' };
    const { qemu, package: packageName } = parsed.data.QMP.version;
    return { kind: 'greeting', greeting: { version: qemu, package: packageName } };
  }
  if ('event' in value) {
    const parsed = eventSchema.safeParse(value);
    if (!parsed.success) return { kind: 'unknown' };
    const { event, data = {}, timestamp } = parsed.data;
    // QEMU sends -1 when the host's clock could not be read.
    const at = timestamp.seconds < 0 ? null : timestamp.seconds * 1000 + timestamp.microseconds / 1000;
    return { kind: 'event', event: { event, data, timestamp: at } };
  }
  if ('error' in value) {
    const parsed = errorSchema.safeParse(value);
    if (!parsed.success) return { kind: 'unknown' };
    const { id, error } = parsed.data;
    return { kind: 'error', id, class: error.class, description: error.desc };
  }
  if ('return' in value) {
    const parsed = returnSchema.safeParse(value);
    return parsed.success ? { kind: 'return', id: parsed.data.id, value: parsed.data.return } : { kind: 'unknown' };
  }
  return { kind: 'unknown' };
}
