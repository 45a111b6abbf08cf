/**
 * What a person does in the list apart from selecting: several rows chosen, headings folded, a name being changed.
 * The functions that move through it are pure.
 */
import { createStore } from 'zustand/vanilla';
import type { ListRow } from './list-rows.ts';

export interface ListState {
  /** Chosen together, for one action on all of them. Empty: there is only the selected one. */
  readonly chosen: ReadonlySet<string>;
  /** Where a range begins. */
  readonly anchor: string | null;
  /** The heading the keyboard is on; null: it is on the selected instance. */
  readonly heading: string | null;
  readonly collapsed: ReadonlySet<string>;
  readonly renaming: { readonly id: string; readonly where: 'list' | 'header' } | null;
  /** The notes of this instance are to take the keyboard as soon as they are shown. */
  readonly notesWanted: string | null;
}

export const createListStore = () =>
  createStore<ListState>(() => ({
    chosen: new Set(),
    anchor: null,
    heading: null,
    collapsed: new Set(),
    renaming: null,
    notesWanted: null,
  }));
/** Where the keyboard is. An instance under a folded heading has no row of its own; then it is the heading. */
export function cursorIndex(rows: readonly ListRow[], heading: string | null, selected: string | null): number {
  const key = heading ?? selected;
  return rows.findIndex((row) => row.key === key);
}

/** The instances from one to the other, whichever comes first. */
export function rangeOf(rows: readonly ListRow[], from: string, to: string): string[] {
  const ends = [from, to].map((key) => rows.findIndex((row) => row.key === key));
  if (ends.some((index) => index < 0)) return [to];
  return rows
    .slice(Math.min(...ends), Math.max(...ends) + 1)
    .flatMap((row) => (row.kind === 'instance' ? [row.id] : []));
}

export type Choosing = 'one' | 'toggle' | 'range';

/**
 * What is chosen after a row was clicked or gone to. `toggle` begins with the one that was selected: it looks chosen, so
 * it is.
 */
export function chosenAfter(
  { chosen, anchor }: Pick<ListState, 'chosen' | 'anchor'>,
  rows: readonly ListRow[],
  how: Choosing,
  id: string,
  selected: string | null,
): Pick<ListState, 'chosen' | 'anchor'> {
  if (how === 'one') return { chosen: new Set(), anchor: id };
  if (how === 'range') {
    const from = anchor ?? selected ?? id;
    return { chosen: new Set(rangeOf(rows, from, id)), anchor: from };
  }
  const next = new Set(chosen.size === 0 && selected !== null ? [selected] : chosen);
  if (!next.delete(id)) next.add(id);
  return { chosen: next, anchor: id };
}

export function toggled<T>(set: ReadonlySet<T>, item: T): ReadonlySet<T> {
  const next = new Set(set);
  if (!next.delete(item)) next.add(item);
  return next;
}
