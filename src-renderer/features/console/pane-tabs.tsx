/**
 * The tabs of one pane: a tablist with one stop for the Tab key, walked along with the arrows. Delete closes; everything
 * else a tab can do is in its menu (right click, Menu key), and dragging does the same with the mouse.
 */
import { X } from 'lucide-react';
import { type DragEvent, type KeyboardEvent, useRef, useState } from 'react';
import { useDetails } from '../../state/context.tsx';
import { consoleStrings } from '../../strings/console.ts';
import { ContextMenu } from '../../ui/menu.tsx';
import { tabTitle } from './console-titles.ts';
import { activate, canClose, close, moveTab } from './layout/change-layout.ts';
import type { Pane, Tab } from './layout/layout.ts';
import { TabMenu } from './tab-menu.tsx';
import { useWorkspace } from './workspace-context.ts';

const { tabs: strings } = consoleStrings;

export function PaneTabs({ pane }: { pane: Pane }) {
  const { view, layout, unread, dragged, change, changeAndFocus, drag } = useWorkspace();
  const boots = useDetails(view.id)?.boots ?? [];
  const list = useRef<HTMLDivElement>(null);
  const [before, setBefore] = useState<number | null>(null);
  const closable = canClose(layout);

  const step = (event: KeyboardEvent, index: number): void => {
    const { length } = pane.tabs;
    const places: Record<string, number> = {
      ArrowRight: (index + 1) % length,
      ArrowLeft: (index - 1 + length) % length,
      Home: 0,
      End: length - 1,
    };
    const place = places[event.key];
    const next = place === undefined ? undefined : pane.tabs[place];
    if (next !== undefined && place !== undefined) {
      change((current) => activate(current, next.id));
      const element = list.current?.querySelectorAll('[role="tab"]')[place];
      if (element instanceof HTMLElement) element.focus();
    } else if (event.key === 'Delete' && closable) {
      const tab = pane.tabs[index];
      if (tab !== undefined) changeAndFocus((current) => close(current, tab.id));
    } else return;
    event.preventDefault();
  };

  const dropPlace = (event: DragEvent): number => {
    const elements = [...(list.current?.querySelectorAll('[role="tab"]') ?? [])];
    const index = elements.findIndex((element) => {
      const { left, width } = element.getBoundingClientRect();
      return event.clientX < left + width / 2;
    });
    return index < 0 ? elements.length : index;
  };

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dragging has its counterpart in the tab's menu
    <div
      className="console-tabs"
      onDragOver={(event) => {
        if (dragged === null) return;
        event.preventDefault();
        event.stopPropagation();
        setBefore(dropPlace(event));
      }}
      onDragLeave={() => setBefore(null)}
      onDrop={(event) => {
        if (dragged === null) return;
        event.preventDefault();
        event.stopPropagation();
        const place = dropPlace(event);
        setBefore(null);
        drag(null);
        changeAndFocus((current) => moveTab(current, dragged, pane.id, place));
      }}
    >
      <div className="console-tab-list" role="tablist" aria-label={strings.label} ref={list}>
        {pane.tabs.map((tab, index) => (
          <ContextMenu key={tab.id} menu={<TabMenu tab={tab} pane={pane} />}>
            <TabButton
              tab={tab}
              title={tabTitle(tab.content, boots)}
              chosen={tab.id === pane.active}
              unread={unread.has(tab.id)}
              closable={closable}
              dropBefore={before === index}
              dropAfter={before === pane.tabs.length && index === pane.tabs.length - 1}
              onKeyDown={(event) => step(event, index)}
            />
          </ContextMenu>
        ))}
      </div>
    </div>
  );
}

interface TabButtonProps {
  readonly tab: Tab;
  readonly title: string;
  readonly chosen: boolean;
  readonly unread: boolean;
  readonly closable: boolean;
  readonly dropBefore: boolean;
  readonly dropAfter: boolean;
  readonly onKeyDown: (event: KeyboardEvent) => void;
}

/** Takes what the menu's trigger gives it besides its own. */
function TabButton({ tab, title, chosen, unread, closable, dropBefore, dropAfter, ...rest }: TabButtonProps) {
  const { change, changeAndFocus, drag } = useWorkspace();
  return (
    <button
      {...rest}
      type="button"
      role="tab"
      id={`console-tab-${tab.id}`}
      aria-controls={`console-panel-${tab.id}`}
      className="tab console-tab"
      aria-selected={chosen}
      aria-description={unread ? strings.unread : undefined}
      data-state={chosen ? 'active' : undefined}
      data-unread={unread ? '' : undefined}
      data-drop={dropBefore ? 'before' : dropAfter ? 'after' : undefined}
      title={closable ? `${title}\n${strings.closeHint}` : title}
      tabIndex={chosen ? 0 : -1}
      draggable
      onDragStart={(event) => {
        event.dataTransfer.effectAllowed = 'move';
        event.dataTransfer.setData('application/x-slipway-tab', tab.id);
        // The browser ends a drag whose element changes while it begins.
        setTimeout(() => drag(tab.id));
      }}
      onDragEnd={() => drag(null)}
      onClick={({ detail }) => {
        // With the mouse a terminal is chosen to type into it; with the keys the tabs are walked along.
        if (detail > 0) changeAndFocus((current) => activate(current, tab.id));
        else change((current) => activate(current, tab.id));
      }}
      onAuxClick={({ button }) => {
        if (button === 1 && closable) changeAndFocus((current) => close(current, tab.id));
      }}
    >
      {unread && <span className="console-tab-dot" aria-hidden />}
      <span className="truncate">{title}</span>
      {closable && (
        // For the mouse only: a button inside a tab is none to a screen reader. Delete and the menu do the same.
        <span
          className="console-tab-close"
          aria-hidden
          onClick={(event) => {
            event.stopPropagation();
            changeAndFocus((current) => close(current, tab.id));
          }}
        >
          <X size={12} strokeWidth={1.75} />
        </span>
      )}
    </button>
  );
}
