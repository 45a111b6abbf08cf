/** One pane: its tabs, and the place their terminals stand in. While a tab is dragged, also where it can be dropped. */
import { useLayoutEffect, useRef } from 'react';
import { consoleStrings } from '../../strings/console.ts';
import { DropZones } from './drop-zones.tsx';
import { focusPane } from './layout/change-layout.ts';
import { type Pane as PaneNode, panesOf } from './layout/layout.ts';
import { PaneTabs } from './pane-tabs.tsx';
import { useWorkspace } from './workspace-context.ts';

export function Pane({ pane }: { pane: PaneNode }) {
  const { layout, hosts, dragged, change } = useWorkspace();
  const slot = useRef<HTMLDivElement>(null);
  const ids = pane.tabs.map((tab) => tab.id);
  const placed = ids.join();
  useLayoutEffect(() => {
    if (slot.current !== null && placed !== '') hosts.place(placed.split(','), slot.current);
  }, [placed, hosts]);
  const panes = panesOf(layout.root);
  return (
    <section
      className="console-pane"
      aria-label={consoleStrings.panes.pane(panes.findIndex((one) => one.id === pane.id) + 1, panes.length)}
      data-focused={panes.length > 1 && pane.id === layout.focused ? '' : undefined}
      onFocusCapture={() => change((current) => focusPane(current, pane.id))}
      onPointerDownCapture={() => change((current) => focusPane(current, pane.id))}
    >
      <PaneTabs pane={pane} />
      <div className="console-slot" ref={slot} />
      {dragged !== null && <DropZones pane={pane} tab={dragged} />}
    </section>
  );
}
