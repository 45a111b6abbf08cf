/**
 * One console workspace: panes, their tabs, and every terminal that was looked at. A terminal is drawn into an element
 * of its own that wanders between panes with its tab, so that no move makes it lose what it shows.
 */
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { createPortal } from 'react-dom';
import { useStore } from 'zustand';
import { isSerial } from '../../../src-shared/model/console.ts';
import type { InstanceView } from '../../../src-shared/model/instance.ts';
import { useApplication, useDetails } from '../../state/context.tsx';
import { ConsoleView } from './console-view.tsx';
import { detachConsole } from './detach.ts';
import { show } from './layout/change-layout.ts';
import { live } from './layout/default-layout.ts';
import { activeTab, focusedPane, type Layout, panesOf, type Tab, type TabContent } from './layout/layout.ts';
import { LayoutTree } from './layout-tree.tsx';
import { OpenFiles } from './open-files.ts';
import { TabHosts } from './tab-hosts.ts';
import { TranscriptView } from './transcript-view.tsx';
import { useLayout } from './use-layout.ts';
import { useWorkspaceKeys } from './use-workspace-keys.ts';
import { WorkStrip } from './work-strip.tsx';
import { type TabActions, type Work, WorkspaceContext, type Workspace as WorkspaceValue } from './workspace-context.ts';

export interface WorkspaceProps {
  readonly view: InstanceView;
  readonly visible: boolean;
  readonly storageKey: string;
  readonly first?: () => Layout;
  readonly detached?: boolean;
}

export function Workspace({ view, visible, storageKey, first, detached = false }: WorkspaceProps) {
  const application = useApplication();
  const [layout, change] = useLayout(storageKey, view.serialPorts, first);
  const [focusWanted, setFocusWanted] = useState<WorkspaceValue['focusWanted']>(null);
  const [dragged, drag] = useState<string | null>(null);
  const [unread, setUnread] = useState<ReadonlySet<string>>(new Set());
  const [files] = useState(() => new OpenFiles());
  const [hosts] = useState(() => new TabHosts());
  const [work, setWork] = useState<Work | null>(null);
  const actions = useRef(new Map<string, TabActions>());
  const latestUnread = useRef(unread);
  latestUnread.current = unread;
  const latest = useRef(layout);
  latest.current = layout;

  const changeAndFocus = useCallback<WorkspaceValue['changeAndFocus']>(
    (next) => {
      const changed = next(latest.current);
      change(() => changed);
      const tab = activeTab(focusedPane(changed));
      if (tab !== undefined) setFocusWanted({ tab: tab.id });
    },
    [change],
  );
  const detach = useCallback(
    (content: TabContent) => detachConsole(application, view.id, content),
    [application, view.id],
  );
  const printed = useCallback((tab: string) => {
    // Once for each tab, not for each of its lines: see TerminalSurface's `scrolled`.
    if (latestUnread.current.has(tab)) return;
    latestUnread.current = new Set([...latestUnread.current, tab]);
    setUnread((tabs) => (tabs.has(tab) ? tabs : new Set([...tabs, tab])));
  }, []);
  const register = useCallback((tab: string, own: TabActions) => {
    actions.current.set(tab, own);
    return () => {
      actions.current.delete(tab);
    };
  }, []);

  const fronts = panesOf(layout.root).map((pane) => pane.active);
  const frontKey = fronts.join();
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is in front was looked at
  useEffect(() => {
    if (visible)
      setUnread((tabs) => (fronts.some((tab) => tab !== null && tabs.has(tab)) ? without(tabs, fronts) : tabs));
  }, [frontKey, visible]);

  useWanted(view, changeAndFocus, change);
  const pressed = useWorkspaceKeys({ change, changeAndFocus, detach, layout, actions: actions.current });

  const value = useMemo<WorkspaceValue>(
    () => ({
      view,
      layout,
      files,
      hosts,
      focusWanted,
      dragged,
      unread,
      detached,
      change,
      changeAndFocus,
      drag,
      printed,
      detach,
      setWork,
      register,
    }),
    [
      view,
      layout,
      files,
      hosts,
      focusWanted,
      dragged,
      unread,
      detached,
      change,
      changeAndFocus,
      printed,
      detach,
      register,
    ],
  );
  const opened = useOpened(layout);
  return (
    <WorkspaceContext value={value}>
      <div className="console-workspace" onKeyDownCapture={pressed} data-dragging={dragged === null ? undefined : ''}>
        <LayoutTree node={layout.root} />
        {opened.map((tab) => {
          const inFront = visible && fronts.includes(tab.id);
          return createPortal(
            tab.content.kind === 'console' ? (
              <ConsoleView key={tab.id} tab={tab.id} content={tab.content} visible={inFront} />
            ) : (
              <TranscriptView key={tab.id} tab={tab.id} content={tab.content} visible={inFront} />
            ),
            hosts.of(tab.id),
            tab.id,
          );
        })}
        {work !== null && <WorkStrip work={work} />}
      </div>
    </WorkspaceContext>
  );
}

function without(tabs: ReadonlySet<string>, seen: readonly (string | null)[]): ReadonlySet<string> {
  return new Set([...tabs].filter((tab) => !seen.includes(tab)));
}

/**
 * Tabs whose terminals exist. One is made when it is first looked at and then kept, so that coming back costs nothing;
 * serial lines are there from the start, because their dot says that a guest speaks.
 */
function useOpened(layout: Layout): readonly Tab[] {
  const seen = useRef(new Set<string>());
  const panes = panesOf(layout.root);
  for (const { active } of panes) if (active !== null) seen.current.add(active);
  return panes
    .flatMap((pane) => pane.tabs)
    .filter(({ id, content }) => seen.current.has(id) || (content.kind === 'console' && isSerial(content.console)));
}

/** What other parts of the page ask to see: a console, an old boot, the engine's log of a boot that said nothing. */
function useWanted(
  view: InstanceView,
  changeAndFocus: WorkspaceValue['changeAndFocus'],
  change: WorkspaceValue['change'],
): void {
  const { stores } = useApplication();
  const bootToShow = useStore(stores.view, (state) => state.bootToShow);
  useEffect(() => {
    if (bootToShow === null) return;
    changeAndFocus((layout) => show(layout, { kind: 'console', console: 'serial', boot: bootToShow }));
    stores.view.setState({ bootToShow: null });
  }, [bootToShow, stores, changeAndFocus]);
  const consoleToShow = useStore(stores.view, (state) => state.consoleToShow);
  useEffect(() => {
    if (consoleToShow?.id !== view.id) return;
    change((layout) => show(layout, live(consoleToShow.console)));
    stores.view.setState({ consoleToShow: null });
  }, [consoleToShow, view.id, stores, change]);

  const boot = useDetails(view.id)?.boots.find(({ number }) => number === view.status.boot);
  const silent = view.status.phase === 'failed' && boot?.serialBytes === 0 && boot.engineLogBytes > 0;
  const shownFor = useRef(0);
  useEffect(() => {
    if (!silent || boot === undefined || shownFor.current === boot.number) return;
    shownFor.current = boot.number;
    change((layout) => show(layout, live('log')));
  }, [silent, boot, change]);
  // The next boot is watched where boots are watched, unless the person has turned elsewhere meanwhile.
  const runs = view.status.phase === 'running' && view.status.boot > shownFor.current;
  useEffect(() => {
    if (!runs || shownFor.current === 0) return;
    shownFor.current = 0;
    change((layout) => {
      const front = activeTab(focusedPane(layout))?.content;
      return front?.kind === 'console' && front.console === 'log' ? show(layout, live('serial')) : layout;
    });
  }, [runs, change]);
}
