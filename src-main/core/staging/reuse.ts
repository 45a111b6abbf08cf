/**
 * Whether what an earlier launch staged can be used again. Decisions only, no I/O.
 *
 * The rule behind all of it: an overlay or a guest's variables on top of a base that is not the same any more is silent
 * corruption, and throwing the guest's writes away is silent loss; so anything doubtful is made anew, and what the
 * guest wrote is kept aside.
 */
import * as z from 'zod';
import type { PlainSpec } from '../../../src-shared/model/spec.ts';
import { type SourceFacts, sourceFactsSchema } from './source.ts';

const stagingMethodSchema = z.enum(['copy', 'overlay', 'convert', 'append-key', 'zbi', 'fvm', 'fxfs']);
export type StagingMethod = z.infer<typeof stagingMethodSchema>;

const stagedEntrySchema = z.strictObject({
  /** File name in `staged/`. */
  target: z.string(),
  method: stagingMethodSchema,
  source: sourceFactsSchema,
  /** What else the result depends on: the base's format, a digest of the embedded key. */
  variant: z.string(),
  /** Fletcher-64 of the whole source, for Fuchsia's images: a build that only touched a file changed nothing. */
  sourceHash: z.string().optional(),
  /** null where the guest writes to the file, which then differs from what staging made. */
  output: z.strictObject({ size: z.number().nonnegative(), mtimeNs: z.string() }).nullable(),
  stagedAt: z.iso.datetime(),
});
export type StagedEntry = z.infer<typeof stagedEntrySchema>;

/** `staging.json`: what each staged image was made from, by slot (`kernel`, `initrd`, `disk-0`, `variables` …). */
export const stagingRecordSchema = z.strictObject({
  version: z.literal(1),
  entries: z.record(z.string(), stagedEntrySchema),
});
export type StagingRecord = z.infer<typeof stagingRecordSchema>;

export interface ReuseQuestion {
  readonly wish: PlainSpec['runtime']['staging'];
  readonly entry: StagedEntry | undefined;
  readonly target: string;
  readonly method: StagingMethod;
  readonly source: SourceFacts;
  readonly variant: string;
  readonly guestWrites: boolean;
  /** The staged file as it is now; null: not there. */
  readonly output: { readonly size: number; readonly mtimeNs: string } | null;
  /**
   * `same-size` for the variables of installed firmware: a package update must not cost the guest its boot entries, and
   * a store of the same size still fits the code.
   */
  readonly tolerance: 'same-content' | 'same-size';
}

export type ReuseDecision =
  | { readonly action: 'reuse'; readonly reason: string }
  | {
      readonly action: 'restage';
      readonly reason: string;
      /** What is there has the guest's writes and nobody asked to lose them: it is moved aside. */
      readonly keepOld: boolean;
    };

export function decideReuse(question: ReuseQuestion): ReuseDecision {
  const { entry, output, source } = question;
  const again = (reason: string): ReuseDecision => ({
    action: 'restage',
    reason,
    keepOld: question.guestWrites && output !== null && question.wish === 'reuse',
  });
  if (output === null) return again(entry === undefined ? 'not staged yet' : 'the staged file is gone');
  if (question.wish === 'restage') return again('restaging was asked for');
  if (entry === undefined) return again('there is no record of what the staged file was made from');
  if (entry.target !== question.target || entry.method !== question.method)
    return again(`it was staged another way (${entry.method})`);
  if (entry.source.path !== source.path) return again(`it was made from ${entry.source.path}`);
  const change = changeOf(entry.source, source);
  const tolerated = question.tolerance === 'same-size' && entry.source.size === source.size;
  if (change !== null && !tolerated) return again(`${source.path} ${change}`);
  if (entry.variant !== question.variant) return again('what goes into it has changed');
  if (entry.output !== null && (entry.output.size !== output.size || entry.output.mtimeNs !== output.mtimeNs)) {
    return again('the staged file was changed by something else');
  }
  return { action: 'reuse', reason: change === null ? 'unchanged' : `kept, although ${source.path} ${change}` };
}

/**
 * What is different, as the end of a sentence, or null. The inode is recorded but not decisive: a file that was moved
 * to another disk with its time kept is the same file, and some file systems give a new number on every mount.
 */
function changeOf(before: SourceFacts, now: SourceFacts): string | null {
  if (before.size !== now.size) return `has changed: ${before.size} bytes then, ${now.size} now`;
  if (before.headSha256 !== now.headSha256) return 'has changed: its first bytes are different';
  // A device has no meaningful time of its own; its path and size are all there is.
  if (before.mtimeNs !== now.mtimeNs && now.headSha256 !== 'device') {
    return before.inode === now.inode ? 'was written to since' : 'was replaced by a newer file';
  }
  return null;
}
