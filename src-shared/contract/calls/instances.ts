/** Instances: made, changed, launched, looked at, deleted. */
import * as z from 'zod';
import { limits } from '../../limits.ts';
import { logFileSchema } from '../../model/console.ts';
import { instanceIdSchema, instanceNameSchema } from '../../model/ids.ts';
import {
  bootSchema,
  commandViewSchema,
  diskUseSchema,
  findingSchema,
  instanceDetailsSchema,
  instanceViewSchema,
} from '../../model/instance.ts';
import { draftSchema } from '../../model/spec.ts';
import { id, look, nothing, row } from './row.ts';

export const instanceCalls = {
  'instance.list': look(nothing, z.array(instanceViewSchema)),
  'instance.show': look(id, instanceDetailsSchema),
  /** Resolves a name or an id to an id; fails with `unknown_instance`, naming what there is. */
  'instance.find': look(z.strictObject({ name: z.string() }), id),
  /** Creates an instance and launches it. Replies as soon as the Spec is written; the rest comes as events. */
  'instance.launch': row(draftSchema, instanceViewSchema),
  /** The argv and the findings for a draft, without writing anything. */
  'instance.preview': look(
    draftSchema,
    z.strictObject({ command: commandViewSchema.nullable(), findings: z.array(findingSchema) }),
  ),
  /** The draft that would make this instance again, with fresh tokens for its files. */
  'instance.draft': look(id, draftSchema),
  /** Replaces the Spec of an instance that is not running. */
  'instance.configure': row(z.strictObject({ id: instanceIdSchema, draft: draftSchema }), instanceViewSchema),
  /** Writes the Spec of a new instance and launches nothing. */
  'instance.create': row(draftSchema, instanceViewSchema),
  /** The same Spec under another name, staged anew. */
  'instance.duplicate': row(z.strictObject({ id: instanceIdSchema, name: instanceNameSchema }), instanceViewSchema),
  /** What an instance is called and filed under; allowed whatever it is doing. What is left out stays. */
  'instance.label': row(
    z.strictObject({
      id: instanceIdSchema,
      name: instanceNameSchema.optional(),
      group: z.string().trim().max(limits.groupNameLength).optional(),
      notes: z.string().max(limits.notesLength).optional(),
    }),
    instanceViewSchema,
  ),
  'instance.start': row(id, instanceViewSchema),
  /** Asks the guest, then QEMU, then the kernel. Called again while stopping it goes to the next rung at once. */
  'instance.stop': row(id, instanceViewSchema),
  /**
   * Does what a fix of the current failure says, by its place in `failure.fixes`; `boot` is that of the failure it was
   * read from. A change of the Spec asks for the same confirmations as one made in the form.
   */
  'instance.fix': row(
    z.strictObject({
      id: instanceIdSchema,
      boot: z.number().int().nonnegative(),
      index: z.number().int().min(0).max(7),
    }),
    instanceViewSchema,
  ),
  'instance.restart': row(id, instanceViewSchema),
  'instance.reset': row(id, instanceViewSchema),
  'instance.pause': row(id, instanceViewSchema),
  'instance.resume': row(id, instanceViewSchema),
  /** What a deletion would move to the trash. */
  'instance.deletion': look(id, z.strictObject({ files: z.array(diskUseSchema), bytes: z.number() })),
  'instance.delete': row(id, z.strictObject({ trash: z.string(), expiresAt: z.iso.datetime() })),
  'instance.restore': row(z.strictObject({ trash: z.string() }), instanceViewSchema),
  'instance.boots': look(id, z.array(bootSchema)),
  /** A range of one boot's file. `offset` negative: from the end. Bytes as base64, because this is for logs, not streams. */
  'instance.log': look(
    z.strictObject({
      id: instanceIdSchema,
      boot: z.number().int().positive().nullable(),
      file: logFileSchema,
      offset: z.number().int(),
      length: z
        .number()
        .int()
        .min(0)
        .max(1024 * 1024),
    }),
    /** Before `keptFrom` the transcript outgrew its bound, and what is read there is zeros. */
    z.strictObject({ offset: z.number(), size: z.number(), keptFrom: z.number(), base64: z.string() }),
  ),

  /** A picture of the first display, as PNG. */
  'instance.screenshot': row(id, z.strictObject({ base64: z.string() })),
} as const;
