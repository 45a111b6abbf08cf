/**
 * Whether a staged file of a Fuchsia guest can be used again: ffx's `--reuse` and `--reuse-with-check`. Decisions only;
 * the whole source is read only where nothing cheaper tells.
 *
 * ffx compares boot image and disk and restages both when either has changed. Here each file is judged by itself: a
 * rebuilt boot image must not cost the guest the data on a disk whose source is what it was.
 */
import type { FuchsiaSpec } from '../../../../src-shared/model/spec.ts';
import type { ReuseDecision, StagedEntry } from '../../staging/reuse.ts';
import type { SourceFacts } from '../../staging/source.ts';

export interface FuchsiaReuseQuestion {
  readonly wish: FuchsiaSpec['guest']['reuse'];
  readonly entry: StagedEntry | undefined;
  readonly target: string;
  readonly method: StagedEntry['method'];
  readonly source: SourceFacts;
  /** What else the result depends on: a digest of the embedded boot data. */
  readonly variant: string;
  /** In words: why another variant means another file. */
  readonly variantChange: string;
  readonly guestWrites: boolean;
  /** The staged file as it is now; null: not there. */
  readonly output: { readonly size: number; readonly mtimeNs: string } | null;
  /** Fletcher-64 of the whole source. Called at most once. */
  hashOfSource(): Promise<string>;
}

export async function decideFuchsiaReuse(question: FuchsiaReuseQuestion): Promise<ReuseDecision> {
  const { entry, output, source, wish } = question;
  const again = (reason: string): ReuseDecision => ({
    action: 'restage',
    reason,
    keepOld: question.guestWrites && output !== null && wish !== 'restage',
  });
  if (output === null) return again(entry === undefined ? 'not staged yet' : 'the staged file is gone');
  if (wish === 'restage') return again('restaging was asked for');
  if (entry === undefined) return again('there is no record of what the staged file was made from');
  if (entry.target !== question.target || entry.method !== question.method) return again('it was staged another way');
  if (entry.output !== null && (entry.output.size !== output.size || entry.output.mtimeNs !== output.mtimeNs)) {
    return again('the staged file was changed by something else');
  }
  // Also where reuse was asked for without a check: ffx keeps the old keys then, and ssh stops working.
  if (entry.variant !== question.variant) return again(question.variantChange);
  if (wish === 'reuse') return { action: 'reuse', reason: 'as asked, without a look at its source' };
  if (isSameFile(entry.source, source)) return { action: 'reuse', reason: 'unchanged' };
  if (entry.source.size !== source.size) {
    return again(`${source.path} has changed: ${entry.source.size} bytes then, ${source.size} now`);
  }
  const hash = await question.hashOfSource();
  if (entry.sourceHash === hash) return { action: 'reuse', reason: `another file with the same bytes (${hash})` };
  return again(`${source.path} has changed (Fletcher-64 ${entry.sourceHash ?? 'unknown'} then, ${hash} now)`);
}

/** No build leaves all of these as they were. */
function isSameFile(before: SourceFacts, now: SourceFacts): boolean {
  return (['path', 'size', 'mtimeNs', 'inode', 'headSha256'] as const).every((fact) => before[fact] === now[fact]);
}
