/**
 * QEMU command lines as text: a line or a script becomes a draft, a draft becomes a script. And templates, which are
 * drafts kept under a name.
 */
import * as z from 'zod';
import { pathTokenSchema } from '../../model/ids.ts';
import { draftSchema } from '../../model/spec.ts';
import { importedArgumentSchema, receivedPowerSchema, templateSchema } from '../../model/template.ts';
import { look, nothing, row } from './row.ts';

const text = z.string().max(1024 * 1024);
const templateName = z.strictObject({ name: z.string().min(1).max(100) });

export const commandCalls = {
  /**
   * Reads a `qemu-system-*` command line or a shell script that runs one. Nothing is run and no variable of this
   * process is used. The files it names are granted to this session; in the window a person confirms them first.
   * Fails with `invalid_input` where no QEMU command is found.
   */
  'command.import': row(
    z.strictObject({
      text,
      /** What relative paths start from; null: the user's home. */
      directory: pathTokenSchema.nullable().default(null),
      /** Values for shell variables that the text itself does not set. */
      variables: z.record(z.string().max(200), z.string().max(8192)).default({}),
    }),
    z.strictObject({
      draft: draftSchema,
      binary: z.string(),
      /** Every argument of the line in its order, with what became of it. */
      arguments: z.array(importedArgumentSchema),
      /** What a person should know before launching: what differs, what was left out, which file is not there. */
      notes: z.array(z.string()),
      /** Shell variables without a value, to be asked for. */
      unknownVariables: z.array(z.string()),
    }),
  ),
  /** A shell script that boots the same guest without Slipway. */
  'command.export': look(
    draftSchema,
    z.strictObject({ script: z.string(), fileName: z.string(), notes: z.array(z.string()) }),
  ),

  /** What a draft that came with a file needs a person's word for. Nothing it names is run. */
  'power.received': look(draftSchema, z.array(receivedPowerSchema)),
  /** A person has seen that list and said yes; remembered by content. */
  'power.confirm': row(draftSchema, nothing, 'user'),

  'template.list': look(nothing, z.array(templateSchema)),
  /** Keeps a draft under a name; an older one of that name is replaced only when `replace` is set (`name_taken`). */
  'template.save': row(
    z.strictObject({
      name: z.string().min(1).max(100),
      about: z.string().max(1000),
      draft: draftSchema,
      replace: z.boolean().default(false),
    }),
    templateSchema,
  ),
  'template.draft': look(templateName, draftSchema),
  'template.delete': row(templateName, nothing),
  /** A template as a file to give away. */
  'template.export': look(templateName, z.strictObject({ text: z.string(), fileName: z.string() })),
  /** Keeps a template that came as a file. Like an imported command, it names files that a person confirms. */
  'template.import': row(z.strictObject({ text, replace: z.boolean().default(false) }), templateSchema),
} as const;
