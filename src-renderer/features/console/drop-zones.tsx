/** Where a dragged tab would go in a pane: into it, or beside it at one of its edges. */
import { type DragEvent, useState } from 'react';
import { moveTab, moveToEdge } from './layout/change-layout.ts';
import type { Edge, Pane } from './layout/layout.ts';
import { useWorkspace } from './workspace-context.ts';

type Zone = Edge | 'centre';

/** The outer quarter of a pane is its edge. */
const edgeShare = 0.25;

export function zoneAt(x: number, y: number): Zone {
  const distances: readonly (readonly [Zone, number])[] = [
    ['left', x],
    ['right', 1 - x],
    ['up', y],
    ['down', 1 - y],
  ];
  const nearest = distances.reduce((best, one) => (one[1] < best[1] ? one : best), ['centre', edgeShare] as const);
  return nearest[0];
}

function zoneOf(event: DragEvent): Zone {
  const { left, top, width, height } = event.currentTarget.getBoundingClientRect();
  return zoneAt((event.clientX - left) / width, (event.clientY - top) / height);
}

export function DropZones({ pane, tab }: { pane: Pane; tab: string }) {
  const { changeAndFocus, drag } = useWorkspace();
  const [zone, setZone] = useState<Zone | null>(null);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: there while the mouse drags; the tab's menu does the same
    <div
      className="console-drop"
      onDragOver={(event) => {
        event.preventDefault();
        event.stopPropagation();
        setZone(zoneOf(event));
      }}
      onDragLeave={() => setZone(null)}
      onDrop={(event) => {
        event.preventDefault();
        event.stopPropagation();
        const to = zoneOf(event);
        drag(null);
        changeAndFocus((layout) =>
          to === 'centre' ? moveTab(layout, tab, pane.id) : moveToEdge(layout, tab, pane.id, to),
        );
      }}
    >
      {zone !== null && <div className="console-drop-mark" data-zone={zone} />}
    </div>
  );
}
