/** Files and links: chosen by a person, spoken of by token. */
import * as z from 'zod';
import { pathTokenSchema } from '../../model/ids.ts';
import { fileReferenceSchema } from '../../model/spec.ts';
import { look, nothing, row } from './row.ts';

export const fileEntrySchema = z.strictObject({
  name: z.string(),
  kind: z.enum(['file', 'directory', 'other']),
  bytes: z.number().nonnegative().nullable(),
  modifiedAt: z.iso.datetime().nullable(),
  token: pathTokenSchema,
});
export type FileEntry = z.infer<typeof fileEntrySchema>;

export const fileCalls = {
  /** A directory of the host, for faces without native dialogs. `directory` null: the user's home. */
  'files.browse': look(
    z.strictObject({ directory: pathTokenSchema.nullable() }),
    z.strictObject({
      path: z.string(),
      token: pathTokenSchema,
      parent: pathTokenSchema.nullable(),
      entries: z.array(fileEntrySchema),
    }),
  ),
  'files.grant': look(z.strictObject({ path: z.string().min(1) }), fileReferenceSchema, 'user'),
  'files.pick': row(
    z.strictObject({ title: z.string().max(200), kind: z.enum(['file', 'directory']) }),
    z.strictObject({ file: fileReferenceSchema.nullable() }),
    'face',
  ),
  'link.open': row(z.strictObject({ url: z.url() }), nothing, 'face'),
} as const;
