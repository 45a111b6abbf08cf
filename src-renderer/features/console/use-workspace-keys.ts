/** What is asked of a workspace: by its keys, taken before a terminal can have them, or by name from elsewhere. */
import { type KeyboardEvent, useEffect } from 'react';
import { useStore } from 'zustand';
import { settingsSchema } from '../../../src-shared/model/settings.ts';
import { unawaited } from '../../api/unawaited.ts';
import type { ConsoleAction } from '../../state/console-actions.ts';
import { useApplication } from '../../state/context.tsx';
import { consoleAction } from '../settings/shortcuts.ts';
import { changeFontSize } from './font-size.ts';
import { moveOn, nextPane, split, stepTab } from './layout/change-layout.ts';
import { activeTab, focusedPane, type Layout } from './layout/layout.ts';
import type { TabActions, Workspace } from './workspace-context.ts';

export function useWorkspaceKeys({
  layout,
  actions,
  changeAndFocus,
  detach,
}: Pick<Workspace, 'layout' | 'change' | 'changeAndFocus' | 'detach'> & {
  readonly actions: ReadonlyMap<string, TabActions>;
}): (event: KeyboardEvent) => void {
  const application = useApplication();
  const pane = focusedPane(layout);
  const tab = activeTab(pane);
  const own = tab === undefined ? undefined : actions.get(tab.id);
  const onTab = (next: (layout: Layout, tab: string) => Layout) => () => {
    if (tab !== undefined) changeAndFocus((current) => next(current, tab.id));
  };
  const acts: Record<ConsoleAction, () => void> = {
    search: () => own?.search(),
    copy: () => own?.copy(),
    clear: () => own?.clear(),
    splitRight: () => changeAndFocus((current) => split(current, current.focused, 'right')),
    splitDown: () => changeAndFocus((current) => split(current, current.focused, 'down')),
    nextPane: () => changeAndFocus(nextPane),
    moveTab: onTab(moveOn),
    nextTab: () => changeAndFocus((current) => stepTab(current, 1)),
    previousTab: () => changeAndFocus((current) => stepTab(current, -1)),
    detach: () => tab !== undefined && detach(tab.content),
    larger: () => changeFontSize(application, 1),
    smaller: () => changeFontSize(application, -1),
    usualSize: () => unawaited(application.saveSettings({ fontSize: settingsSchema.parse({}).fontSize })),
  };
  const { view } = application.stores;
  const wanted = useStore(view, (state) => state.consoleAction);
  useEffect(() => {
    if (wanted === null) return;
    view.setState({ consoleAction: null });
    acts[wanted]();
  });
  return (event) => {
    const action = consoleAction(event.nativeEvent);
    if (action === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    acts[action]();
  };
}
