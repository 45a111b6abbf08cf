/** What can be done with one row, or with all that are chosen: the same entries in a context menu and in the header's. */
import { CheckSquare, FolderInput, Play, Power, Trash2 } from 'lucide-react';
import { Fragment } from 'react';
import { useStore } from 'zustand';
import type { InstanceView } from '../../../src-shared/model/instance.ts';
import { unawaited } from '../../api/unawaited.ts';
import { actOnMany } from '../../state/bulk.ts';
import { useApplication } from '../../state/context.tsx';
import { viewOf } from '../../state/instances.ts';
import { instanceStrings } from '../../strings/instances.ts';
import { MenuItem, MenuLabel, MenuSeparator } from '../../ui/menu.tsx';
import { isPossible, isShown, rowActions } from './row-actions.ts';
import type { ChosenIds } from './use-chosen.ts';

const strings = instanceStrings.chosen;

export function RowMenuItems({
  view,
  where,
  without = [],
  takeFocusBack,
}: {
  view: InstanceView;
  where: 'list' | 'header';
  /** Ids of actions that stand beside the menu already. */
  without?: readonly string[];
  /** Puts the focus where it was: a dialog gives it back to what had it when it opened. */
  takeFocusBack: () => void;
}) {
  const application = useApplication();
  const shown = rowActions.filter((action) => isShown(action, view) && !without.includes(action.id));
  return shown.map((action, index) => (
    <Fragment key={action.id}>
      {index > 0 && shown[index - 1]?.section !== action.section && <MenuSeparator />}
      <MenuItem
        icon={action.icon}
        keys={action.keys}
        danger={action.danger === true}
        disabled={!isPossible(action, view)}
        onSelect={() => {
          takeFocusBack();
          action.run(application, view, where);
        }}
      >
        {action.label(view)}
      </MenuItem>
    </Fragment>
  ));
}

export function RowMenu({ id, takeFocusBack }: { id: string; takeFocusBack: () => void }) {
  const { stores } = useApplication();
  const view = useStore(stores.instances, (state) => viewOf(state, id));
  return view === undefined ? null : <RowMenuItems view={view} where="list" takeFocusBack={takeFocusBack} />;
}

export function ChosenMenu({ chosen, takeFocusBack }: { chosen: ChosenIds; takeFocusBack: () => void }) {
  const application = useApplication();
  const { all, startable, stoppable, deletable, ours } = chosen;
  const { some } = strings;
  return (
    <>
      <MenuLabel>{strings.count(all.length)}</MenuLabel>
      <MenuItem
        icon={Play}
        disabled={startable.length === 0}
        onSelect={() => unawaited(actOnMany(application, startable, 'launch'))}
      >
        {some(strings.start, startable.length, all.length)}
      </MenuItem>
      <MenuItem
        icon={Power}
        disabled={stoppable.length === 0}
        onSelect={() => unawaited(actOnMany(application, stoppable, 'stop'))}
      >
        {some(strings.stop, stoppable.length, all.length)}
      </MenuItem>
      <MenuItem
        icon={FolderInput}
        disabled={ours.length === 0}
        onSelect={() => {
          takeFocusBack();
          application.openDialog({ kind: 'group', ids: ours });
        }}
      >
        {strings.group}
      </MenuItem>
      <MenuItem
        icon={CheckSquare}
        onSelect={() => application.stores.list.setState({ chosen: new Set(), anchor: null })}
      >
        {strings.clear}
      </MenuItem>
      <MenuSeparator />
      <MenuItem
        icon={Trash2}
        danger
        disabled={deletable.length === 0}
        onSelect={() => {
          takeFocusBack();
          application.openDialog({ kind: 'deleteMany', ids: all });
        }}
      >
        {some(strings.delete, deletable.length, all.length)}
      </MenuItem>
    </>
  );
}
