/** The layout of one workspace: read when it is first shown, kept with every change. */
import { useCallback, useEffect, useState } from 'react';
import { withSerialPorts } from './layout/change-layout.ts';
import type { Layout } from './layout/layout.ts';
import { layoutFrom, storedText } from './layout/stored-layout.ts';

export type ChangeLayout = (next: (layout: Layout) => Layout) => void;

function read(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    // A browser that keeps nothing: every visit begins with the usual layout.
    return null;
  }
}

/** `first`: what there is when nothing was kept; left out: everything the instance has in one pane. */
export function useLayout(key: string, serialPorts: number, first?: () => Layout): [Layout, ChangeLayout] {
  const [layout, setLayout] = useState(() => {
    const kept = read(key);
    return kept === null && first !== undefined ? first() : layoutFrom(kept, serialPorts);
  });
  const change = useCallback<ChangeLayout>((next) => setLayout(next), []);
  useEffect(() => setLayout((current) => withSerialPorts(current, serialPorts)), [serialPorts]);
  useEffect(() => {
    try {
      localStorage.setItem(key, storedText(layout));
    } catch {
      // Kept or not, the layout works.
    }
  }, [key, layout]);
  return [layout, change];
}
