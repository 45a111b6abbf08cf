/** Everything that can be done now, as one list: the selected instance's actions, views, pages, every instance. */
import type { LucideIcon } from 'lucide-react';
import {
  Bug,
  CircleDot,
  Keyboard,
  LayoutPanelLeft,
  MonitorPlay,
  Plus,
  Rows3,
  Search,
  SquareTerminal,
  SunMoon,
} from 'lucide-react';
import { type InstanceView, statusWord } from '../../../src-shared/model/instance.ts';
import { unawaited } from '../../api/unawaited.ts';
import type { Application } from '../../state/application.ts';
import { tabsOf, viewOf } from '../../state/instances.ts';
import { instanceStrings } from '../../strings/instances.ts';
import { paletteStrings as strings } from '../../strings/palette.ts';
import { isPossible, rowActions } from '../instances/row-actions.ts';
import { consoleShortcuts } from '../settings/shortcuts.ts';
import { saveSupportBundle } from '../support/save-support-bundle.ts';
import { pages } from '../workbench/pages.tsx';

export interface PaletteCommand {
  readonly id: string;
  readonly title: string;
  /** Beside the title: a state, a kind. */
  readonly about?: string;
  readonly section: keyof typeof strings.sections;
  readonly icon: LucideIcon;
  readonly keys?: string;
  run(): void;
}

/** What is possible now; the list is made anew each time the palette opens. */
export function paletteCommands(application: Application): readonly PaletteCommand[] {
  const { instances, view } = application.stores;
  const { views } = instances.getState();
  const selected = viewOf(instances.getState(), view.getState().selected);
  return [
    ...(selected === undefined
      ? []
      : [...actionsOf(application, selected), ...viewsOf(application, selected), ...ofConsole(application)]),
    ...ofApplication(application),
    ...views.filter(({ id }) => id !== selected?.id).map((other) => goTo(application, other)),
  ];
}

function actionsOf(application: Application, view: InstanceView): PaletteCommand[] {
  return rowActions
    .filter((action) => isPossible(action, view))
    .map((action) => ({
      id: `action.${action.id}`,
      title: strings.of(action.label(view), view.name),
      section: 'instance' as const,
      icon: action.icon,
      ...(action.keys !== undefined && { keys: action.keys }),
      run: () => action.run(application, view, 'header'),
    }));
}

function viewsOf(application: Application, view: InstanceView): PaletteCommand[] {
  return tabsOf(view).map((tab, index) => ({
    id: `tab.${tab}`,
    title: instanceStrings.tabs[tab],
    section: 'view' as const,
    icon: LayoutPanelLeft,
    keys: `Alt+${index + 1}`,
    run: () => application.showTab(tab),
  }));
}

function ofConsole(application: Application): PaletteCommand[] {
  return consoleShortcuts.map(({ action, keys, what }) => ({
    id: `console.${action}`,
    title: strings.inConsole(what),
    section: 'console' as const,
    icon: SquareTerminal,
    keys,
    run: () => {
      application.showTab('console');
      application.stores.view.setState({ consoleAction: action });
    },
  }));
}

function goTo(application: Application, view: InstanceView): PaletteCommand {
  return {
    id: `instance.${view.id}`,
    title: strings.goTo(view.name),
    about: `${statusWord(view.status)} · ${view.guestKind} · ${view.architecture}`,
    section: 'instances',
    icon: CircleDot,
    run: () => application.select(view.id),
  };
}

function ofApplication(application: Application): PaletteCommand[] {
  const { settings } = application.stores;
  const { theme, density } = settings.getState();
  const own = (id: string, title: string, icon: LucideIcon, run: () => void, keys?: string): PaletteCommand => ({
    id,
    title,
    section: 'application',
    icon,
    run,
    ...(keys !== undefined && { keys }),
  });
  return [
    own('new', strings.newInstance, Plus, () => application.openDialog({ kind: 'launch' }), 'N'),
    own('demo', strings.launchDemo, MonitorPlay, () => unawaited(application.launchDemo())),
    own('search', strings.search, Search, () => document.getElementById('instance-search')?.focus(), '/'),
    ...pages.map(({ name, label, icon }) => own(`page.${name}`, label, icon, () => application.showPage(name))),
    own('shortcuts', strings.shortcuts, Keyboard, () => application.openDialog({ kind: 'shortcuts' }), '?'),
    own('support', strings.supportBundle, Bug, () => unawaited(saveSupportBundle(application, null))),
    ...(['light', 'dark', 'system'] as const)
      .filter((other) => other !== theme)
      .map((other) =>
        own(`theme.${other}`, strings.theme[other], SunMoon, () =>
          unawaited(application.saveSettings({ theme: other })),
        ),
      ),
    ...(['comfortable', 'compact'] as const)
      .filter((other) => other !== density)
      .map((other) =>
        own(`density.${other}`, strings.density[other], Rows3, () =>
          unawaited(application.saveSettings({ density: other })),
        ),
      ),
  ];
}
