/** What is written down about a boot, and its schemas. Facts of the past only: nothing here says what is true now. */
import * as z from 'zod';
import { failureSchema } from '../../../src-shared/contract/errors.ts';
import { emulatorConfigurationSchema } from '../../../src-shared/model/emulator-configuration.ts';
import { accelerationChoiceSchema } from '../../../src-shared/model/engine.ts';
import { findingSchema, plannedArgumentSchema, timelineStepSchema } from '../../../src-shared/model/instance.ts';
import { portMappingSchema } from '../../../src-shared/model/ports.ts';

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
  acceleration: accelerationChoiceSchema,
  gdbPort: z.number().int().nullable(),
  /** What the Spec came to for this boot. Absent in records of before 0.2. */
  settled: settledSchema.nullable().default(null),
  /** A Fuchsia guest in ffx's words. */
  configuration: emulatorConfigurationSchema.nullable().default(null),
  process: processSchema.nullable(),
});
export type LaunchRecord = z.infer<typeof launchRecordSchema>;

/** timeline.json: how the launch went, step by step. */
export const timelineRecordSchema = z.strictObject({
  version: z.literal(1),
  steps: z.array(timelineStepSchema),
  findings: z.array(findingSchema),
});
export type TimelineRecord = z.infer<typeof timelineRecordSchema>;

const panicSchema = z.strictObject({ line: z.string(), offset: z.number().nonnegative() });

/** seen.json: what the watches learnt, which is gone from QEMU and perhaps from the transcript when somebody else comes. */
export const seenRecordSchema = z.object({
  version: z.literal(1),
  ready: z.boolean().default(false),
  /** Offset in the serial output: what it died of before that, it has left behind. */
  over: z.number().nonnegative().default(0),
  panic: panicSchema.nullable().default(null),
  resetLoop: z.number().int().positive().nullable().default(null),
});
export type SeenRecord = z.infer<typeof seenRecordSchema>;

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
