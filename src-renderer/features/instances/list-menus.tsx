/** The two menus above the list: what is shown of it, and in which order. */
import { ArrowDownUp, ListFilter } from 'lucide-react';
import { useStore } from 'zustand';
import { useShallow } from 'zustand/react/shallow';
import { unawaited } from '../../api/unawaited.ts';
import { useApplication } from '../../state/context.tsx';
import { headingKey, type ListGrouping, type ListSort } from '../../state/list-rows.ts';
import { type FilterKey, filterCount, hasFilter, withFilterToggled } from '../../state/list-search.ts';
import { instanceStrings } from '../../strings/instances.ts';
import { IconButton } from '../../ui/button.tsx';
import { Menu, MenuCheck, MenuItem, MenuLabel, MenuRadio, MenuSeparator } from '../../ui/menu.tsx';

const { search, order } = instanceStrings;

/** Words of states that can be asked for; the same are understood in the search field. */
const states = [
  'running',
  'ready',
  'paused',
  'panicked',
  'reset loop',
  'starting',
  'stopped',
  'failed',
  'elsewhere',
] as const;

function FilterChoices({ label, filter, values }: { label: string; filter: FilterKey; values: readonly string[] }) {
  const { stores } = useApplication();
  const text = useStore(stores.view, (state) => state.filter);
  return (
    <>
      <MenuLabel>{label}</MenuLabel>
      {values.map((value) => (
        <MenuCheck
          key={value}
          checked={hasFilter(text, filter, value)}
          onChange={() => stores.view.setState({ filter: withFilterToggled(text, filter, value) })}
        >
          {value}
        </MenuCheck>
      ))}
    </>
  );
}

export function FilterMenu() {
  const { stores } = useApplication();
  const count = useStore(stores.view, (state) => filterCount(state.filter));
  const kinds = useStore(
    stores.instances,
    useShallow(({ views }) => [...new Set(views.map((view) => view.guestKind))].sort()),
  );
  const architectures = useStore(
    stores.instances,
    useShallow(({ views }) => [...new Set(views.map((view) => view.architecture))].sort()),
  );
  return (
    <Menu
      align="end"
      trigger={<IconButton icon={ListFilter} label={search.filters(count)} data-on={count > 0 ? '' : undefined} />}
    >
      <FilterChoices label={search.state} filter="state" values={states} />
      {kinds.length > 1 && (
        <>
          <MenuSeparator />
          <FilterChoices label={search.kind} filter="kind" values={kinds} />
        </>
      )}
      {architectures.length > 1 && (
        <>
          <MenuSeparator />
          <FilterChoices label={search.architecture} filter="arch" values={architectures} />
        </>
      )}
    </Menu>
  );
}

const choices = <V extends string>(labels: Readonly<Record<V, string>>): { value: V; label: string }[] =>
  (Object.entries(labels) as [V, string][]).map(([value, label]) => ({ value, label }));

export function OrderMenu() {
  const application = useApplication();
  const { stores } = application;
  const sort = useStore(stores.settings, (settings) => settings.listSort);
  const grouping = useStore(stores.settings, (settings) => settings.listGrouping);
  const groups = useStore(
    stores.instances,
    useShallow(({ views }) => [...new Set(views.map((view) => view.group))]),
  );
  const save = (change: { listSort?: ListSort; listGrouping?: ListGrouping }): void =>
    unawaited(application.saveSettings(change));
  const fold = (isFolded: boolean): void =>
    stores.list.setState({
      heading: null,
      collapsed: new Set(isFolded ? groups.map((group) => headingKey('group', group)) : []),
    });
  return (
    <Menu align="end" trigger={<IconButton icon={ArrowDownUp} label={order.label} />}>
      <MenuRadio
        label={order.sort}
        value={sort}
        options={choices(order.sorts)}
        onChange={(listSort) => save({ listSort })}
      />
      <MenuSeparator />
      <MenuRadio
        label={order.grouping}
        value={grouping}
        options={choices(order.groupings)}
        onChange={(listGrouping) => save({ listGrouping })}
      />
      {grouping === 'group' && groups.length > 1 && (
        <>
          <MenuSeparator />
          <MenuItem onSelect={() => fold(true)}>{order.foldAll}</MenuItem>
          <MenuItem onSelect={() => fold(false)}>{order.unfoldAll}</MenuItem>
        </>
      )}
    </Menu>
  );
}
