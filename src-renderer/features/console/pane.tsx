/** One pane: its tabs, and the place their terminals stand in. While a tab is dragged, also where it can be dropped. */
import { useEffect, useLayoutEffect, useRef } from 'react';
import { consoleStrings } from '../../strings/console.ts';
import { DropZones } from './drop-zones.tsx';
import { focusPane } from './layout/change-layout.ts';
import { type Pane as PaneNode, panesOf } from './layout/layout.ts';
import { PaneTabs } from './pane-tabs.tsx';
import { useWorkspace } from './workspace-context.ts';

export function Pane({ pane }: { pane: PaneNode }) {
  const { layout, hosts, dragged, change } = useWorkspace();
  const place = useRef<HTMLElement>(null);
  const slot = useRef<HTMLDivElement>(null);
  const ids = pane.tabs.map((tab) => tab.id);
  const placed = ids.join();
  useLayoutEffect(() => {
    if (slot.current !== null && placed !== '') hosts.place(placed.split(','), slot.current);
  }, [placed, hosts]);
  // By the document, not by React: a terminal stands in here, but it is a child of the workspace.
  useEffect(() => {
    const element = place.current;
    const worked = (): void => change((current) => focusPane(current, pane.id));
    element?.addEventListener('focusin', worked);
    element?.addEventListener('pointerdown', worked, { capture: true });
    return () => {
      element?.removeEventListener('focusin', worked);
      element?.removeEventListener('pointerdown', worked, { capture: true });
    };
  }, [change, pane.id]);
  const panes = panesOf(layout.root);
  return (
    <section
      className="console-pane"
      aria-label={consoleStrings.panes.pane(panes.findIndex((one) => one.id === pane.id) + 1, panes.length)}
      data-focused={panes.length > 1 && pane.id === layout.focused ? '' : undefined}
      ref={place}
    >
      <PaneTabs pane={pane} />
      <div className="console-slot" ref={slot} />
      {dragged !== null && <DropZones pane={pane} tab={dragged} />}
    </section>
  );
}
