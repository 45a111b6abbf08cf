/** The rows of the list as they are asked for now; the same array as long as they look the same. */
import { useRef } from 'react';
import { useStore } from 'zustand';
import { useApplication } from '../../state/context.tsx';
import { areSameRows, type ListRow, listRows } from '../../state/list-rows.ts';
import { filterOf } from '../../state/list-search.ts';

export function useListRows(): readonly ListRow[] {
  const { stores } = useApplication();
  const filter = useStore(stores.view, (state) => state.filter);
  const sort = useStore(stores.settings, (settings) => settings.listSort);
  const grouping = useStore(stores.settings, (settings) => settings.listGrouping);
  const collapsed = useStore(stores.list, (state) => state.collapsed);
  const before = useRef<readonly ListRow[]>([]);
  return useStore(stores.instances, ({ views }) => {
    const rows = listRows(views.filter(filterOf(filter)), { sort, grouping, collapsed });
    // An event about one instance must not draw the others: a row looks its own instance up.
    if (!areSameRows(before.current, rows)) before.current = rows;
    return before.current;
  });
}
