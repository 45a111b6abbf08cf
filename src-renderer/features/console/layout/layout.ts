/**
 * layout/ owns which consoles stand in which pane: a tree of splits whose leaves are panes with tabs. All of it is pure;
 * drawing, terminals and storage are elsewhere. A tab is one view: the same console may have several.
 */
import type { ConsoleName } from '../../../../src-shared/model/console.ts';

export type TabContent =
  /** `boot` null: the current boot and those that follow. */
  | { readonly kind: 'console'; readonly console: ConsoleName; readonly boot: number | null }
  /** A part of a kept transcript, around a place in it. Read by ranges, never a live stream. */
  | { readonly kind: 'transcript'; readonly console: ConsoleName; readonly boot: number; readonly offset: number }
  /** A file that the person opened; its bytes are in this page's memory only, so it is never stored. */
  | { readonly kind: 'file'; readonly file: string; readonly name: string };

export interface Tab {
  readonly id: string;
  readonly content: TabContent;
}

export interface Pane {
  readonly kind: 'pane';
  readonly id: string;
  readonly tabs: readonly Tab[];
  /** The id of the tab in front; null: the pane is empty. */
  readonly active: string | null;
}

export type Direction = 'right' | 'down';
export type Edge = 'left' | 'right' | 'up' | 'down';

export interface Split {
  readonly kind: 'split';
  readonly id: string;
  readonly direction: Direction;
  readonly children: readonly LayoutNode[];
  /** Shares in per cent by the child's id, where they were changed. */
  readonly sizes: Readonly<Record<string, number>>;
}

export type LayoutNode = Pane | Split;

export interface Layout {
  readonly root: LayoutNode;
  /** The pane that was last worked in: what is opened comes here. */
  readonly focused: string;
  /** The number of the next id. */
  readonly next: number;
  /** Serial lines that were offered so far: one that a new configuration adds is shown by itself. */
  readonly serialPorts: number;
}

/** More panes than this leave none of them room for a line. */
export const mostPanes = 8;

export function panesOf(node: LayoutNode): readonly Pane[] {
  return node.kind === 'pane' ? [node] : node.children.flatMap(panesOf);
}

export function tabsIn(layout: Layout): readonly Tab[] {
  return panesOf(layout.root).flatMap((pane) => pane.tabs);
}

export function paneOf(layout: Layout, tab: string): Pane | undefined {
  return panesOf(layout.root).find((pane) => pane.tabs.some((one) => one.id === tab));
}

export function focusedPane(layout: Layout): Pane {
  const panes = panesOf(layout.root);
  const found = panes.find((pane) => pane.id === layout.focused) ?? panes[0];
  if (found === undefined) throw new Error('a layout without a pane');
  return found;
}

export function activeTab(pane: Pane): Tab | undefined {
  return pane.tabs.find((tab) => tab.id === pane.active);
}

export function sameContent(a: TabContent, b: TabContent): boolean {
  if (a.kind === 'console') return b.kind === 'console' && a.console === b.console && a.boot === b.boot;
  if (a.kind === 'file') return b.kind === 'file' && a.file === b.file;
  return b.kind === 'transcript' && a.console === b.console && a.boot === b.boot && a.offset === b.offset;
}
