/** What is written down about a boot, and its schemas. Facts of the past only: nothing here says what is true now. */
import * as z from 'zod';
import { failureSchema } from '../../../src-shared/contract/errors.ts';
import { emulatorConfigurationSchema } from '../../../src-shared/model/emulator-configuration.ts';
import { accelerationChoiceSchema } from '../../../src-shared/model/engine.ts';
import { findingSchema, plannedArgumentSchema, timelineStepSchema } from '../../../src-shared/model/instance.ts';
import { portMappingSchema } from '../../../src-shared/model/ports.ts';
import { type Spec, specSchema } from '../../../src-shared/model/spec.ts';
import type { RecordFormat } from './record-file.ts';

const processSchema = z.strictObject({
  pid: z.number().int().positive(),
  startTicks: z.number().int().nonnegative(),
  bootId: z.string(),
});

/** `auto` decided and a device's own ports filled in: what the running guest was really given. */
const settledSchema = z.strictObject({
  networking: z.enum(['user', 'none', 'tap', 'auto']),
  ports: z.array(portMappingSchema),
  startPaused: z.boolean(),
  /** The engine answers only once a debugger has let it go. */
  awaitsDebugger: z.boolean(),
});

/** launch.json: written before the process exists, and again as soon as its identity is known. */
export const launchRecordSchema = z.strictObject({
  version: z.literal(1),
  boot: z.number().int().positive(),
  uuid: z.uuid(),
  startedAt: z.iso.datetime(),
  binary: z.string(),
  engineVersion: z.string(),
  arguments: z.array(plannedArgumentSchema),
  workingDirectory: z.string(),
  environment: z.record(z.string(), z.string()),
  /** null: it cannot be told from the record. */
  acceleration: accelerationChoiceSchema.nullable(),
  /** TCP port of the gdb stub, where one was asked for. */
  gdbPort: z.number().int().nullable(),
  /** The stub is the socket `run/gdb`. */
  gdbSocket: z.boolean().default(false),
  /** What the Spec came to for this boot. Absent in records of before 0.2. */
  settled: settledSchema.nullable().default(null),
  /** A Fuchsia guest in ffx's words. */
  configuration: emulatorConfigurationSchema.nullable().default(null),
  process: processSchema.nullable(),
});
export type LaunchRecord = z.infer<typeof launchRecordSchema>;

/**
 * The head is the uuid: with it the process is found, whatever else a newer Slipway wrote or a disk lost. Of a launch
 * whose settings cannot be read nothing is released: it may be meant to stand still.
 */
export const launchFormat: RecordFormat<typeof launchRecordSchema> = {
  schema: launchRecordSchema,
  substitutes: {
    version: 1,
    boot: 1,
    startedAt: new Date(0).toISOString(),
    binary: '',
    engineVersion: '',
    arguments: [],
    workingDirectory: '',
    environment: {},
    acceleration: null,
    gdbPort: null,
    settled: { networking: 'user', ports: [], startPaused: true, awaitsDebugger: false },
    configuration: null,
    process: null,
  },
};

/** What was asked for is understood as a whole or not at all: half of it would be another machine. */
export const specFormat: RecordFormat<typeof specSchema> = { schema: specSchema, substitutes: {} };

/** timeline.json: how the launch went, step by step. */
export const timelineRecordSchema = z.strictObject({
  version: z.literal(1),
  steps: z.array(timelineStepSchema),
  findings: z.array(findingSchema),
});
export type TimelineRecord = z.infer<typeof timelineRecordSchema>;

export const timelineFormat: RecordFormat<typeof timelineRecordSchema> = {
  schema: timelineRecordSchema,
  substitutes: { version: 1, steps: [], findings: [] },
};

const panicSchema = z.strictObject({ line: z.string(), offset: z.number().nonnegative() });

/** seen.json: what the watches learnt, which is gone from QEMU and perhaps from the transcript when somebody else comes. */
const seenRecordSchema = z.object({
  version: z.literal(1),
  ready: z.boolean().default(false),
  /** Offset in the serial output: what it died of before that, it has left behind. */
  over: z.number().nonnegative().default(0),
  panic: panicSchema.nullable().default(null),
  resetLoop: z.number().int().positive().nullable().default(null),
});
export type SeenRecord = z.infer<typeof seenRecordSchema>;

export const seenFormat: RecordFormat<typeof seenRecordSchema> = {
  schema: seenRecordSchema,
  substitutes: { version: 1 },
};

/** outcome.json: how the boot ended. Written once, by whoever saw or found the end. */
export const outcomeRecordSchema = z.strictObject({
  version: z.literal(1),
  endedAt: z.iso.datetime(),
  /** `guest`: it powered off. `stopped`: we were asked to. `crashed`: neither. `failed`: it never ran. */
  how: z.enum(['guest', 'stopped', 'crashed', 'failed', 'cancelled']),
  text: z.string(),
  failure: failureSchema.nullable(),
  lastLines: z.array(z.string()),
  /** What it died of; absent in records of before 0.3. */
  panic: panicSchema.nullable().default(null),
  /** It started over so often in a row, and got nowhere. */
  resetLoop: z.number().int().positive().nullable().default(null),
});
export type OutcomeRecord = z.infer<typeof outcomeRecordSchema>;

/** The head is how it ended; a way to end that is not known here is one, and its text says which. */
export const outcomeFormat: RecordFormat<typeof outcomeRecordSchema> = {
  schema: outcomeRecordSchema,
  substitutes: { version: 1, how: 'stopped', failure: null, lastLines: [] },
};

/** What every version can tell of a Spec, also of one that it does not understand. */
export interface SpecHead {
  readonly format: number | null;
  readonly name: string | null;
  readonly group: string;
  readonly guestKind: Spec['guest']['kind'] | null;
  readonly architecture: string | null;
  readonly createdAt: string | null;
}

const headSchema = z.object({
  version: z.number().int().nullable().catch(null),
  name: z.string().min(1).max(200).nullable().catch(null),
  group: z.string().max(200).catch(''),
  guest: z
    .object({ kind: z.enum(['demo', 'linux', 'kernel', 'disk', 'firmware', 'fuchsia']).nullable().catch(null) })
    .catch({ kind: null }),
  architecture: z.string().min(1).max(40).nullable().catch(null),
  createdAt: z.iso.datetime().nullable().catch(null),
});

export function specHeadOf(raw: unknown): SpecHead {
  const { version, guest, ...head } = headSchema.parse(headSchema.safeParse(raw).data ?? {});
  return { format: version, guestKind: guest.kind, ...head };
}
