/** Identifiers. An instance's id is made from its name once and never changes, so that paths and scripts can rely on it. */
import * as z from 'zod';
import { limits } from '../limits.ts';

export const instanceIdSchema = z.string().regex(/^[a-z0-9](?:[a-z0-9-]{0,62})$/, 'not an instance id');
export type InstanceId = z.infer<typeof instanceIdSchema>;

/**
 * A name is for people: any text in one line. Control characters are refused because the name ends up in terminals and
 * in QEMU's `-name`; bidirectional overrides because they make one name look like another.
 */
export const instanceNameSchema = z
  .string()
  .trim()
  .min(1, 'a name is needed')
  .refine(
    (name) => [...name].length <= limits.instanceNameLength,
    `a name has at most ${limits.instanceNameLength} characters`,
  )
  .refine((name) => !/[\p{Cc}\u202a-\u202e\u2066-\u2069]/u.test(name), 'a name has no control characters');

/** Opaque stand-in for a path: the page never sends a path, it sends what a native picker gave for one. */
export const pathTokenSchema = z.string().regex(/^path-[0-9a-f]{32}$/, 'not a path token');
export type PathToken = z.infer<typeof pathTokenSchema>;

/** The id for a name: letters and digits kept, the rest folded to single hyphens, `instance` when nothing is left. */
export function idFromName(name: string): InstanceId {
  const folded = name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 40)
    .replace(/-+$/, '');
  return folded === '' ? 'instance' : folded;
}
