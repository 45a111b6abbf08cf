/** What an instance begins with: everything it has, in one pane. */
import { type ConsoleName, serialNames } from '../../../../src-shared/model/console.ts';
import type { Layout, Tab, TabContent } from './layout.ts';

export function liveConsoles(serialPorts: number): readonly ConsoleName[] {
  return [...serialNames.slice(0, Math.max(1, serialPorts)), 'monitor', 'qmp', 'log'];
}

export function live(console: ConsoleName): TabContent {
  return { kind: 'console', console, boot: null };
}

export function layoutOf(contents: readonly TabContent[], serialPorts: number): Layout {
  const tabs: Tab[] = contents.map((content, index) => ({ id: `tab-${index + 1}`, content }));
  return {
    root: { kind: 'pane', id: 'pane-1', tabs, active: tabs[0]?.id ?? null },
    focused: 'pane-1',
    next: tabs.length + 2,
    serialPorts,
  };
}

export function defaultLayout(serialPorts: number): Layout {
  return layoutOf(liveConsoles(serialPorts).map(live), serialPorts);
}
