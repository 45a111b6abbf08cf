/** The rows a person chose, and what can be done with how many of them. */
import { useStore } from 'zustand';
import { useShallow } from 'zustand/react/shallow';
import type { Action } from '../../../src-shared/lifecycle.ts';
import type { InstanceView } from '../../../src-shared/model/instance.ts';
import { useApplication } from '../../state/context.tsx';
import { actionsOf } from '../../state/instances.ts';
import { filterOf } from '../../state/list-search.ts';

export interface ChosenIds {
  readonly all: readonly string[];
  readonly startable: readonly string[];
  readonly stoppable: readonly string[];
  readonly deletable: readonly string[];
  readonly ours: readonly string[];
}

const ids = (views: readonly InstanceView[], can: (view: InstanceView) => boolean): string[] =>
  views.filter(can).map(({ id }) => id);

const may =
  (action: Action) =>
  (view: InstanceView): boolean =>
    actionsOf(view).has(action);

/** Pure. */
export function chosenIds(views: readonly InstanceView[]): ChosenIds {
  return {
    all: ids(views, () => true),
    startable: ids(views, may('launch')),
    stoppable: ids(views, may('stop')),
    deletable: ids(views, may('delete')),
    ours: ids(views, ({ origin }) => origin === 'slipway'),
  };
}

/** What is gone or no longer found by the search is not chosen: nobody would see what happens to it. Pure. */
export function chosenViews(
  views: readonly InstanceView[],
  filter: string,
  chosen: ReadonlySet<string>,
): readonly InstanceView[] {
  if (chosen.size === 0) return [];
  const isFound = filterOf(filter);
  return views.filter((view) => chosen.has(view.id) && isFound(view));
}

export function useChosen(): ChosenIds {
  const { stores } = useApplication();
  const filter = useStore(stores.view, (state) => state.filter);
  const chosen = useStore(stores.list, (state) => state.chosen);
  const views = useStore(
    stores.instances,
    useShallow((state) => chosenViews(state.views, filter, chosen)),
  );
  return chosenIds(views);
}
