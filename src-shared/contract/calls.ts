/**
 * Every call a face can make, one row each: what goes in, what comes out, who may. Both sides are checked at run time.
 * Adding a feature adds a row here and a handler in `core/service/handlers.ts`; never a channel or a preload function.
 */
import * as z from 'zod';
import {
  accelerationChoiceSchema,
  architectureSchema,
  engineDescriptionSchema,
  firmwareDescriptionSchema,
} from '../model/engine.ts';
import { bundleDeviceSchema, bundleSummarySchema, resolvedChoiceSchema } from '../model/fuchsia.ts';
import { instanceIdSchema, pathTokenSchema } from '../model/ids.ts';
import {
  bootSchema,
  commandViewSchema,
  diskUseSchema,
  findingSchema,
  instanceDetailsSchema,
  instanceViewSchema,
} from '../model/instance.ts';
import { draftSchema, fileReferenceSchema } from '../model/spec.ts';

/**
 * `page`: any session, the page included. `user`: only a session that already acts as the user (the CLI over the 0600
 * socket). `face`: answered by the face itself (native dialogs), never by the core.
 */
export type Access = 'page' | 'user' | 'face';

interface CallRow<I extends z.ZodType, O extends z.ZodType> {
  readonly input: I;
  readonly output: O;
  readonly access: Access;
}

const row = <I extends z.ZodType, O extends z.ZodType>(
  input: I,
  output: O,
  access: Access = 'page',
): CallRow<I, O> => ({ input, output, access });

const nothing = z.strictObject({});
const id = z.strictObject({ id: instanceIdSchema });

export const consoleNames = ['serial', 'monitor', 'qmp', 'log'] as const;
export const consoleNameSchema = z.enum(consoleNames);
export type ConsoleName = z.infer<typeof consoleNameSchema>;

export const fileEntrySchema = z.strictObject({
  name: z.string(),
  kind: z.enum(['file', 'directory', 'other']),
  bytes: z.number().nonnegative().nullable(),
  modifiedAt: z.iso.datetime().nullable(),
  token: pathTokenSchema,
});
export type FileEntry = z.infer<typeof fileEntrySchema>;

export const settingsSchema = z.strictObject({
  theme: z.enum(['system', 'light', 'dark']).default('system'),
  fontSize: z.number().int().min(8).max(32).default(13),
});
export type Settings = z.infer<typeof settingsSchema>;

export const hostDescriptionSchema = z.strictObject({
  version: z.string(),
  home: z.string(),
  platform: z.string(),
  architecture: z.string(),
  memoryMiB: z.number(),
  processors: z.number(),
  face: z.enum(['window', 'web', 'command-line']),
  /** How a file is chosen here: a native dialog, or the server's own file browser. */
  filePicker: z.enum(['native', 'browser']),
  engines: z.array(engineDescriptionSchema),
  firmware: z.array(firmwareDescriptionSchema),
  acceleration: z.array(z.strictObject({ architecture: architectureSchema, choice: accelerationChoiceSchema })),
  linuxGuest: z.strictObject({
    available: z.boolean(),
    cached: z.boolean(),
    reason: z.string().nullable(),
    hint: z.string().nullable(),
  }),
});
export type HostDescription = z.infer<typeof hostDescriptionSchema>;

export const calls = {
  // the host
  'host.describe': row(nothing, hostDescriptionSchema),
  'settings.get': row(nothing, settingsSchema),
  'settings.set': row(settingsSchema.partial(), settingsSchema),

  // instances
  'instance.list': row(nothing, z.array(instanceViewSchema)),
  'instance.show': row(id, instanceDetailsSchema),
  /** Resolves a name or an id to an id; fails with `unknown_instance`, naming what there is. */
  'instance.find': row(z.strictObject({ name: z.string() }), id),
  /** Creates an instance and launches it. Replies as soon as the Spec is written; the rest comes as events. */
  'instance.launch': row(draftSchema, instanceViewSchema),
  /** The argv and the findings for a draft, without writing anything. */
  'instance.preview': row(
    draftSchema,
    z.strictObject({ command: commandViewSchema.nullable(), findings: z.array(findingSchema) }),
  ),
  /** The draft that would make this instance again, with fresh tokens for its files. */
  'instance.draft': row(id, draftSchema),
  /** Replaces the Spec of an instance that is not running. */
  'instance.configure': row(z.strictObject({ id: instanceIdSchema, draft: draftSchema }), instanceViewSchema),
  'instance.start': row(id, instanceViewSchema),
  /** Asks the guest, then QEMU, then the kernel. Called again while stopping it goes to the next rung at once. */
  'instance.stop': row(id, instanceViewSchema),
  'instance.restart': row(id, instanceViewSchema),
  'instance.reset': row(id, instanceViewSchema),
  'instance.pause': row(id, instanceViewSchema),
  'instance.resume': row(id, instanceViewSchema),
  /** What a deletion would move to the trash. */
  'instance.deletion': row(id, z.strictObject({ files: z.array(diskUseSchema), bytes: z.number() })),
  'instance.delete': row(id, z.strictObject({ trash: z.string(), expiresAt: z.iso.datetime() })),
  'instance.restore': row(z.strictObject({ trash: z.string() }), instanceViewSchema),
  'instance.boots': row(id, z.array(bootSchema)),
  /** A range of one boot's file. `offset` negative: from the end. Bytes as base64, because this is for logs, not streams. */
  'instance.log': row(
    z.strictObject({
      id: instanceIdSchema,
      boot: z.number().int().positive().nullable(),
      file: z.enum(['serial', 'engine']),
      offset: z.number().int(),
      length: z
        .number()
        .int()
        .min(0)
        .max(1024 * 1024),
    }),
    z.strictObject({ offset: z.number(), size: z.number(), base64: z.string() }),
  ),

  /** A picture of the first display, as PNG. */
  'instance.screenshot': row(id, z.strictObject({ base64: z.string() })),
  /** What `ffx emu show` would print: `{"Cmd": …}`, `{"Config": …}`, `{"Device": …}`, `{"Net": …}`, `{"Instance": …}`, `{"Raw": …}`. */
  'fuchsia.show': row(id, z.strictObject({ sections: z.array(z.record(z.string(), z.unknown())) })),
  /** What a product bundle holds, before anything is launched. */
  'fuchsia.bundle': row(z.strictObject({ directory: pathTokenSchema }), bundleSummarySchema),
  /** What each `auto` of a draft comes to here, and why. */
  'fuchsia.resolve': row(
    draftSchema,
    z.strictObject({
      choices: z.array(resolvedChoiceSchema),
      /** The device the draft comes to, where one is named: a page reads no virtual device file itself. */
      device: bundleDeviceSchema.nullable().optional(),
    }),
  ),
  /** Writes a copy of the instance in ffx's own format into a directory. */
  'fuchsia.export': row(
    z.strictObject({ id: instanceIdSchema, directory: pathTokenSchema }),
    z.strictObject({ path: z.string() }),
  ),

  // consoles: frames follow on the same session, see console-frames.ts
  'console.open': row(
    z.strictObject({
      id: instanceIdSchema,
      console: consoleNameSchema,
      boot: z.number().int().positive().nullable().default(null),
    }),
    z.strictObject({
      viewer: z.number().int(),
      columns: z.number().int(),
      rows: z.number().int(),
      writable: z.boolean(),
    }),
  ),
  'console.close': row(z.strictObject({ viewer: z.number().int() }), nothing),

  // files
  /** A directory of the host, for faces without native dialogs. `directory` null: the user's home. */
  'files.browse': row(
    z.strictObject({ directory: pathTokenSchema.nullable() }),
    z.strictObject({
      path: z.string(),
      token: pathTokenSchema,
      parent: pathTokenSchema.nullable(),
      entries: z.array(fileEntrySchema),
    }),
  ),
  'files.grant': row(z.strictObject({ path: z.string().min(1) }), fileReferenceSchema, 'user'),
  'files.pick': row(
    z.strictObject({ title: z.string().max(200), kind: z.enum(['file', 'directory']) }),
    z.strictObject({ file: fileReferenceSchema.nullable() }),
    'face',
  ),
  'link.open': row(z.strictObject({ url: z.url() }), nothing, 'face'),

  // the owner of the home
  'owner.describe': row(
    nothing,
    z.strictObject({ kind: z.enum(['window', 'web', 'command-line']), pid: z.number().int() }),
    'user',
  ),
  /** A window is starting: give up the home and become its client. */
  'owner.handover': row(nothing, nothing, 'user'),
  'owner.focus': row(nothing, nothing, 'user'),
} as const satisfies Record<string, CallRow<z.ZodType, z.ZodType>>;

export type CallName = keyof typeof calls;
export type CallInput<N extends CallName> = z.input<(typeof calls)[N]['input']>;
export type CallParsed<N extends CallName> = z.output<(typeof calls)[N]['input']>;
export type CallOutput<N extends CallName> = z.output<(typeof calls)[N]['output']>;
