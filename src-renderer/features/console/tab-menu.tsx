/** What can be done with a tab and its pane; the same in the tab's own menu and in that of the pane's tools. */
import { AppWindow, ArrowRightToLine, Columns2, Rows2, X } from 'lucide-react';
import { consoleStrings } from '../../strings/console.ts';
import { MenuItem, MenuSeparator } from '../../ui/menu.tsx';
import { canDetach } from './detach.ts';
import { canClose, close, closePane, moveOn, split } from './layout/change-layout.ts';
import { type Layout, mostPanes, type Pane, panesOf, type Tab } from './layout/layout.ts';
import { useWorkspace } from './workspace-context.ts';

const { panes: strings } = consoleStrings;

export function TabMenu({ tab, pane }: { tab: Tab; pane: Pane }) {
  const { layout, changeAndFocus, detach } = useWorkspace();
  const count = panesOf(layout.root).length;
  const others = pane.tabs.filter((other) => other.id !== tab.id);
  const on = (next: (layout: Layout) => Layout) => () => changeAndFocus(next);
  return (
    <>
      <MenuItem
        icon={Columns2}
        keys="Ctrl+Shift+D"
        disabled={count >= mostPanes}
        onSelect={on((current) => split(current, pane.id, 'right', tab.id))}
      >
        {strings.splitRight}
      </MenuItem>
      <MenuItem
        icon={Rows2}
        keys="Ctrl+Shift+E"
        disabled={count >= mostPanes}
        onSelect={on((current) => split(current, pane.id, 'down', tab.id))}
      >
        {strings.splitDown}
      </MenuItem>
      <MenuItem
        icon={ArrowRightToLine}
        keys="Ctrl+Shift+U"
        disabled={count === 1 && others.length === 0}
        onSelect={on((current) => moveOn(current, tab.id))}
      >
        {count === 1 ? strings.moveOut : strings.moveOn}
      </MenuItem>
      <MenuItem
        icon={AppWindow}
        keys="Ctrl+Shift+X"
        disabled={!canDetach(tab.content)}
        onSelect={() => detach(tab.content)}
      >
        {strings.detach}
      </MenuItem>
      <MenuSeparator />
      <MenuItem icon={X} disabled={!canClose(layout)} onSelect={on((current) => close(current, tab.id))}>
        {strings.closeTab}
      </MenuItem>
      <MenuItem
        disabled={others.length === 0}
        onSelect={on((current) => others.reduce((left, other) => close(left, other.id), current))}
      >
        {strings.closeOthers}
      </MenuItem>
      <MenuItem disabled={count === 1} onSelect={on((current) => closePane(current, pane.id))}>
        {strings.closePane}
      </MenuItem>
    </>
  );
}
