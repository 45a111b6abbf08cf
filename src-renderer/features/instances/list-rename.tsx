/** The field in which a row's name is changed. It lies over the row: an option can hold no field. */
import type { Virtualizer } from '@tanstack/react-virtual';
import { useStore } from 'zustand';
import { useApplication } from '../../state/context.tsx';
import { viewOf } from '../../state/instances.ts';
import type { ListRow } from '../../state/list-rows.ts';
import { RenameField } from './rename-field.tsx';

export interface ListRenameProps {
  readonly rows: readonly ListRow[];
  readonly virtualizer: Virtualizer<HTMLDivElement, Element>;
  readonly takeFocusBack: () => void;
}

export function ListRename({ rows, virtualizer, takeFocusBack }: ListRenameProps) {
  const { stores } = useApplication();
  const renaming = useStore(stores.list, (state) => state.renaming);
  const id = renaming?.where === 'list' ? renaming.id : null;
  const name = useStore(stores.instances, (state) => viewOf(state, id)?.name);
  const index = rows.findIndex((row) => row.key === id);
  const [offset] = virtualizer.getOffsetForIndex(index, 'start') ?? [0];
  const item = virtualizer.getVirtualItems().find((one) => one.index === index);
  if (id === null || name === undefined || index < 0) return null;
  const top = (item?.start ?? offset) - (virtualizer.scrollOffset ?? 0);
  return (
    <div className="list-rename" style={{ top }}>
      <RenameField
        key={id}
        id={id}
        name={name}
        onDone={(byKey) => {
          stores.list.setState({ renaming: null });
          if (byKey) takeFocusBack();
        }}
      />
    </div>
  );
}
