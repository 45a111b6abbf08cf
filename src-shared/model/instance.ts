/** Status and what else is shown of an instance. Derived each time from evidence; never stored, never believed later. */
import * as z from 'zod';
import { failureSchema } from '../contract/errors.ts';
import { phases } from '../lifecycle.ts';
import { accelerationChoiceSchema } from './engine.ts';
import { instanceIdSchema } from './ids.ts';
import { doorSchema, portStatusSchema } from './ports.ts';
import { specSchema } from './spec.ts';

/** Long work as numbers: bytes or files done of a total. `total` 0: not known. */
export const progressSchema = z.strictObject({
  step: z.string(),
  done: z.number().nonnegative(),
  total: z.number().nonnegative(),
  unit: z.enum(['bytes', 'items']),
});
export type Progress = z.infer<typeof progressSchema>;

export const conditionSchema = z.strictObject({
  name: z.enum(['engine', 'console', 'ports', 'guest']),
  state: z.enum(['ok', 'pending', 'warning', 'failed']),
  text: z.string(),
  hint: z.string().nullable(),
});
export type Condition = z.infer<typeof conditionSchema>;

/** Everything that can be said before a launch; `error` stops it. */
export const findingSchema = z.strictObject({
  severity: z.enum(['error', 'warning', 'note']),
  failure: failureSchema,
});
export type Finding = z.infer<typeof findingSchema>;

export const statusSchema = z.strictObject({
  phase: z.enum(phases),
  /** The failed process ended by itself or by a signal nobody here sent. */
  crashed: z.boolean(),
  /** Set while the virtual CPUs stand still; `slipway`: we paused it, so we may continue it. */
  paused: z.enum(['slipway', 'other', 'disk-full']).nullable(),
  ready: z.boolean(),
  progress: progressSchema.nullable(),
  conditions: z.array(conditionSchema),
  failure: failureSchema.nullable(),
  /** The guest said that it died (a kernel panic, a pvpanic event), and where in the serial output. */
  panic: z.strictObject({ line: z.string(), offset: z.number().nonnegative() }).nullable().default(null),
  /** It starts over again and again without getting anywhere: how often in a row. */
  resetLoop: z.number().int().positive().nullable().default(null),
  /** False while QEMU does not answer on its control socket, though its process lives. */
  answers: z.boolean().default(true),
  /** The end of the serial output and of the engine log, for a failure's raw text. */
  lastLines: z.array(z.string()),
  acceleration: accelerationChoiceSchema.nullable(),
  /** Number of the current or last boot; 0: never launched. */
  boot: z.number().int().nonnegative(),
  pid: z.number().int().positive().nullable(),
  processLives: z.boolean(),
  /** When the phase was entered, as far as this owner knows (ISO time). */
  since: z.iso.datetime(),
  startedAt: z.iso.datetime().nullable(),
});
export type Status = z.infer<typeof statusSchema>;

export const instanceViewSchema = z.strictObject({
  id: instanceIdSchema,
  name: z.string(),
  /** `unknown`: what was asked for cannot be read. */
  guestKind: z.enum(['demo', 'linux', 'kernel', 'disk', 'firmware', 'fuchsia', 'unknown']),
  /** `ffx`: started by `ffx emu`; shown and stopped, never changed. */
  origin: z.enum(['slipway', 'ffx']).default('slipway'),
  architecture: z.string(),
  /** The heading it is listed under; empty: none. */
  group: z.string().default(''),
  createdAt: z.iso.datetime().nullable().default(null),
  /** What its directory takes on disk, when that was last looked at; null: not yet. */
  diskBytes: z.number().nonnegative().nullable().default(null),
  serialPorts: z.number().int().min(1).default(1),
  status: statusSchema,
  ports: z.array(portStatusSchema),
  /** What else QEMU listens on, as last read from it; absent: nothing. */
  doors: z.array(doorSchema).optional(),
});
export type InstanceView = z.infer<typeof instanceViewSchema>;

/** One argument group of the command line with the field of the Spec that caused it. */
export const plannedArgumentSchema = z.strictObject({
  args: z.array(z.string()),
  /** Dotted path into the Spec, or `slipway` for what Slipway itself needs. */
  field: z.string(),
  why: z.string(),
});
export type PlannedArgument = z.infer<typeof plannedArgumentSchema>;

export const commandViewSchema = z.strictObject({
  binary: z.string(),
  workingDirectory: z.string(),
  arguments: z.array(plannedArgumentSchema),
  /** The same as one line for a POSIX shell. */
  shellLine: z.string(),
});
export type CommandView = z.infer<typeof commandViewSchema>;

export const timelineStepSchema = z.strictObject({
  name: z.string(),
  /** Milliseconds from the moment the launch was asked for. */
  startMs: z.number().nonnegative(),
  endMs: z.number().nonnegative().nullable(),
  result: z.enum(['running', 'done', 'skipped', 'failed', 'cancelled']),
  note: z.string(),
});
export type TimelineStep = z.infer<typeof timelineStepSchema>;

export const bootSchema = z.strictObject({
  number: z.number().int().positive(),
  startedAt: z.iso.datetime(),
  endedAt: z.iso.datetime().nullable(),
  outcome: z.string(),
  /** What it said when it died, also while it still runs. */
  panic: z.string().nullable().default(null),
  serialBytes: z.number().nonnegative(),
  engineLogBytes: z.number().nonnegative(),
});
export type Boot = z.infer<typeof bootSchema>;

export const diskUseSchema = z.strictObject({ path: z.string(), bytes: z.number().nonnegative(), what: z.string() });
export type DiskUse = z.infer<typeof diskUseSchema>;

export const instanceDetailsSchema = z.strictObject({
  view: instanceViewSchema,
  spec: specSchema,
  directory: z.string(),
  command: commandViewSchema.nullable(),
  timeline: z.array(timelineStepSchema),
  findings: z.array(findingSchema),
  boots: z.array(bootSchema),
  /** Sockets for other programs: name, path, what it speaks. */
  endpoints: z.array(z.strictObject({ name: z.string(), path: z.string(), about: z.string() })),
  /** Where a debugger attaches, and the line that does it. */
  gdb: z.strictObject({ port: z.number().int().nullable(), path: z.string().nullable(), line: z.string() }).nullable(),
  /** The command that logs in over a mapped ssh port. */
  sshLine: z.string().nullable(),
  /** Who logs in over ssh and with which key, where that is known. */
  login: z.strictObject({ user: z.string(), identityFile: z.string().nullable() }).nullable(),
  /** Where this host is reached from others: what a mapping on every address is reachable under. */
  hostAddresses: z.array(z.string()),
});
export type InstanceDetails = z.infer<typeof instanceDetailsSchema>;

/** The guest is dead, whether or not its process lives; it is told so until another boot begins. */
export function isDead(status: { readonly panic?: Status['panic']; readonly resetLoop?: number | null }): boolean {
  return status.panic != null || status.resetLoop != null;
}

/** What `statusWord` looks at. What is not there is taken for well. */
export type WordedStatus = Pick<Status, 'phase' | 'paused' | 'ready' | 'crashed'> &
  Partial<Pick<Status, 'panic' | 'resetLoop' | 'answers'>>;

/** The one word for a state, the same in the window, in the CLI and in notifications. */
export function statusWord(status: WordedStatus): string {
  switch (status.phase) {
    case 'running':
      // pvpanic also pauses; what it died of is the news.
      if (isDead(status)) return deathWord(status);
      if (status.answers === false) return 'not answering';
      if (status.paused === 'disk-full') return 'paused: disk full';
      if (status.paused !== null) return 'paused';
      return status.ready ? 'ready' : 'running';
    case 'stopped':
      return isDead(status) ? deathWord(status) : 'stopped';
    case 'failed':
      if (isDead(status)) return deathWord(status);
      return status.crashed ? 'crashed' : 'failed';
    default:
      return status.phase;
  }
}

const deathWord = ({ resetLoop }: WordedStatus): string => (resetLoop == null ? 'panicked' : 'reset loop');
