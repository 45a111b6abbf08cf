/** What clicks and keys do in the list: moving, choosing several, folding, and the verbs that have a key of their own. */
import type { KeyboardEvent, MouseEvent } from 'react';
import type { Application } from '../../state/application.ts';
import { useApplication } from '../../state/context.tsx';
import { actionsOf, viewOf } from '../../state/instances.ts';
import { type Choosing, chosenAfter, cursorIndex, toggled } from '../../state/list.ts';
import type { ListRow } from '../../state/list-rows.ts';
import { chosenViews } from './use-chosen.ts';

/** About what a screen of the list shows. */
const pageRows = 10;

const steps: Readonly<Record<string, number>> = {
  ArrowDown: 1,
  j: 1,
  ArrowUp: -1,
  k: -1,
  PageDown: pageRows,
  PageUp: -pageRows,
  End: Number.POSITIVE_INFINITY,
  Home: Number.NEGATIVE_INFINITY,
};

interface List {
  readonly application: Application;
  readonly rows: readonly ListRow[];
}

const selectedOf = ({ stores }: Application): string | null => stores.view.getState().selected;

function fold({ application, rows }: List, key: string): void {
  const { list } = application.stores;
  // The row the keyboard is on may go; its heading stays.
  const current = rows[cursorIndex(rows, list.getState().heading, selectedOf(application))];
  const goes = current?.kind === 'instance' && current.heading === key;
  list.setState(({ collapsed, heading }) => ({
    collapsed: toggled(collapsed, key),
    heading: goes ? key : heading,
  }));
}

function choose({ application, rows }: List, how: Choosing, id: string): void {
  const { list } = application.stores;
  const next = chosenAfter(list.getState(), rows, how, id, selectedOf(application));
  application.select(id);
  list.setState(next);
}

function move(list: List, step: number, how: Choosing | 'keep'): void {
  const { application, rows } = list;
  const { heading } = application.stores.list.getState();
  const from = cursorIndex(rows, heading, selectedOf(application));
  const last = rows.length - 1;
  // From nowhere, down is the first and up is the last.
  const begin = from >= 0 ? from : step > 0 ? -1 : rows.length;
  let to = Math.min(last, Math.max(0, begin + step));
  // A range has no headings in it.
  if (how === 'range') while (rows[to]?.kind === 'heading' && to > 0 && to < last) to += Math.sign(step);
  const row = rows[to];
  if (row === undefined) return;
  if (row.kind === 'instance') {
    if (how === 'keep') application.select(row.id);
    else choose(list, how, row.id);
  } else if (how !== 'range') application.stores.list.setState({ heading: row.key });
}

function verb({ application, rows }: List, row: ListRow | undefined, key: string): boolean {
  const { stores } = application;
  const { chosen } = stores.list.getState();
  switch (key) {
    case 'Escape':
      if (chosen.size === 0) return false;
      stores.list.setState({ chosen: new Set(), anchor: null });
      return true;
    case 'ArrowLeft':
    case 'ArrowRight': {
      const heading = row?.kind === 'heading' ? row.key : row?.heading;
      if (heading == null) return false;
      const isFolded = stores.list.getState().collapsed.has(heading);
      if (isFolded === (key === 'ArrowRight')) fold({ application, rows }, heading);
      return true;
    }
    case ' ':
    case 'Enter':
      if (row?.kind === 'heading') fold({ application, rows }, row.key);
      else if (row?.kind === 'instance' && key === ' ')
        stores.list.setState({ chosen: toggled(chosen, row.id), anchor: row.id });
      else return false;
      return true;
    case 'F2':
    case 'Delete':
      return row?.kind === 'instance' && act(application, row.id, key);
    default:
      return false;
  }
}

function act(application: Application, id: string, key: 'F2' | 'Delete'): boolean {
  const { stores } = application;
  const { views } = stores.instances.getState();
  const chosen = chosenViews(views, stores.view.getState().filter, stores.list.getState().chosen);
  if (key === 'Delete' && chosen.length > 1) {
    application.openDialog({ kind: 'deleteMany', ids: chosen.map((one) => one.id) });
    return true;
  }
  const view = viewOf({ views }, id);
  if (view === undefined || view.origin !== 'slipway') return false;
  if (key === 'F2') stores.list.setState({ renaming: { id, where: 'list' } });
  else if (actionsOf(view).has('delete')) application.openDialog({ kind: 'delete', id });
  else return false;
  return true;
}

export function useListKeys(rows: readonly ListRow[]) {
  const application = useApplication();
  const list = { application, rows };
  return {
    pressed(event: KeyboardEvent): void {
      if (event.altKey || event.target !== event.currentTarget) return;
      const { heading } = application.stores.list.getState();
      const row = rows[cursorIndex(rows, heading, selectedOf(application))];
      const isControlled = event.ctrlKey || event.metaKey;
      const step = steps[event.key];
      if (step !== undefined && !(isControlled && event.key.length === 1))
        move(list, step, event.shiftKey ? 'range' : isControlled ? 'keep' : 'one');
      else if (isControlled && event.key === 'a')
        application.stores.list.setState({
          chosen: new Set(rows.flatMap((one) => (one.kind === 'instance' ? [one.id] : []))),
        });
      else if (isControlled || !verb(list, row, event.key)) return;
      event.preventDefault();
      // Escape and Space have been used up.
      event.stopPropagation();
    },

    clicked(event: MouseEvent): void {
      const heading = keyAt(event.target, 'heading');
      const id = keyAt(event.target, 'row');
      if (heading !== null) fold(list, heading);
      if (id !== null) choose(list, event.shiftKey ? 'range' : event.ctrlKey || event.metaKey ? 'toggle' : 'one', id);
    },

    /** A right click on one of those that are chosen means all of them; on any other, that one. */
    pointedAt(target: EventTarget): string | null {
      const id = keyAt(target, 'row');
      if (id !== null && !application.stores.list.getState().chosen.has(id)) choose(list, 'one', id);
      return id;
    },
  };
}

function keyAt(target: EventTarget, what: 'row' | 'heading'): string | null {
  const element = target instanceof Element ? target.closest<HTMLElement>(`[data-${what}]`) : null;
  return element?.dataset[what] ?? null;
}
