/** Searching a whole transcript in the core, in steps, so that it can be watched and stopped. */
import type { CallOutput } from '../../../src-shared/contract/calls.ts';
import type { Application } from '../../state/application.ts';
import type { TabContent } from './layout/layout.ts';
import type { SearchQuery } from './terminal/buffer-search.ts';

type Answer = CallOutput<'console.search'>;
export type TranscriptMatch = Answer['matches'][number];

export interface TranscriptSearch {
  readonly matches: readonly TranscriptMatch[];
  readonly count: number;
  readonly searched: number;
  readonly size: number;
  /** Where it would go on; null: everything was searched. */
  readonly next: Answer['next'];
}

export const notSearched: TranscriptSearch = { matches: [], count: 0, searched: 0, size: 0, next: null };

/** A list longer than this is not read; it stops there, and goes on when asked. */
const enough = 500;

export function searchable(content: TabContent): content is Exclude<TabContent, { kind: 'file' }> {
  return content.kind !== 'file';
}

/** Goes on from `before` until there is enough to look at, or nothing left. */
export async function searchTranscript(
  application: Application,
  id: string,
  {
    console,
    boot,
  }: { readonly console: Exclude<TabContent, { kind: 'file' }>['console']; readonly boot: number | null },
  query: SearchQuery,
  before: TranscriptSearch,
  signal: AbortSignal,
  progress: (search: TranscriptSearch) => void,
): Promise<void> {
  let search = before;
  const goal = before.matches.length + enough;
  do {
    const answer = await application.call('console.search', { id, console, boot, ...query, from: search.next });
    if (signal.aborted) return;
    search = {
      matches: [...search.matches, ...answer.matches],
      count: search.count + answer.count,
      searched: answer.searched,
      size: answer.size,
      next: answer.next,
    };
    progress(search);
  } while (search.next !== null && search.matches.length < goal);
}
