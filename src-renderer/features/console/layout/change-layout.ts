/** Every change of a layout, as functions from one to the next. A change that makes no sense leaves it as it is. */
import { serialNames } from '../../../../src-shared/model/console.ts';
import { live } from './default-layout.ts';
import {
  activeTab,
  type Direction,
  type Edge,
  focusedPane,
  type Layout,
  type LayoutNode,
  mostPanes,
  type Pane,
  paneOf,
  panesOf,
  type Split,
  sameContent,
  type Tab,
  type TabContent,
} from './layout.ts';

type PaneChange = (pane: Pane) => Pane;

function mapPanes(node: LayoutNode, change: PaneChange): LayoutNode {
  if (node.kind === 'pane') return change(node);
  return { ...node, children: node.children.map((child) => mapPanes(child, change)) };
}

function withPane(layout: Layout, id: string, change: PaneChange): Layout {
  return { ...layout, root: mapPanes(layout.root, (pane) => (pane.id === id ? change(pane) : pane)) };
}

/** Without panes that lost their last tab, splits of one child, and splits inside splits of the same direction. */
function tidy(layout: Layout): Layout {
  const root = tidyNode(layout.root) ?? { kind: 'pane', id: layout.focused, tabs: [], active: null };
  const panes = panesOf(root);
  const focused = panes.some((pane) => pane.id === layout.focused) ? layout.focused : (panes[0]?.id ?? layout.focused);
  return { ...layout, root, focused };
}

function tidyNode(node: LayoutNode): LayoutNode | null {
  if (node.kind === 'pane') return node.tabs.length === 0 ? null : node;
  const children = node.children.map(tidyNode).filter((child) => child !== null);
  if (children.length <= 1) return children[0] ?? null;
  const flat = children.flatMap((child) =>
    child.kind === 'split' && child.direction === node.direction ? child.children : [child],
  );
  const known = flat.every((child) => node.sizes[child.id] !== undefined) && flat.length === node.children.length;
  return { ...node, children: flat, sizes: known ? node.sizes : {} };
}

function withoutTab(pane: Pane, id: string): Pane {
  const index = pane.tabs.findIndex((tab) => tab.id === id);
  if (index < 0) return pane;
  const tabs = pane.tabs.filter((tab) => tab.id !== id);
  const neighbour = tabs[Math.min(index, tabs.length - 1)]?.id ?? null;
  return { ...pane, tabs, active: pane.active === id ? neighbour : pane.active };
}

function withTab(pane: Pane, tab: Tab, index: number): Pane {
  return { ...pane, tabs: [...pane.tabs.slice(0, index), tab, ...pane.tabs.slice(index)], active: tab.id };
}

export function activate(layout: Layout, tab: string): Layout {
  const pane = paneOf(layout, tab);
  if (pane === undefined) return layout;
  return { ...withPane(layout, pane.id, (one) => ({ ...one, active: tab })), focused: pane.id };
}

export function focusPane(layout: Layout, pane: string): Layout {
  if (layout.focused === pane || !panesOf(layout.root).some((one) => one.id === pane)) return layout;
  return { ...layout, focused: pane };
}

/** The pane after the focused one, in reading order. */
export function nextPane(layout: Layout): Layout {
  const panes = panesOf(layout.root);
  const index = panes.findIndex((pane) => pane.id === layout.focused);
  return focusPane(layout, panes[(index + 1) % panes.length]?.id ?? layout.focused);
}

export function stepTab(layout: Layout, step: 1 | -1): Layout {
  const pane = focusedPane(layout);
  const index = pane.tabs.findIndex((tab) => tab.id === pane.active);
  const next = pane.tabs[(index + step + pane.tabs.length) % pane.tabs.length];
  return next === undefined ? layout : activate(layout, next.id);
}

/** Brings a content to the front where it already is, in the focused pane if it is there too; else opens it there. */
export function show(layout: Layout, content: TabContent): Layout {
  const pane = focusedPane(layout);
  const candidates = [...pane.tabs, ...panesOf(layout.root).flatMap((other) => other.tabs)];
  const found = candidates.find((tab) => sameContent(tab.content, content));
  return found === undefined ? open(layout, content) : activate(layout, found.id);
}

/** A new view of a content in the focused pane, even where there is one already. */
export function open(layout: Layout, content: TabContent): Layout {
  const pane = focusedPane(layout);
  const tab: Tab = { id: `tab-${layout.next}`, content };
  const grown = withPane({ ...layout, next: layout.next + 1 }, pane.id, (one) => withTab(one, tab, one.tabs.length));
  return { ...grown, focused: pane.id };
}

/** The last tab stays: a pane with nothing in it says nothing. */
export function canClose(layout: Layout): boolean {
  return panesOf(layout.root).reduce((sum, pane) => sum + pane.tabs.length, 0) > 1;
}

export function close(layout: Layout, tab: string): Layout {
  const pane = paneOf(layout, tab);
  if (pane === undefined || !canClose(layout)) return layout;
  return tidy(withPane(layout, pane.id, (one) => withoutTab(one, tab)));
}

/** Closes a pane; its tabs go to the pane before it, so that nothing is lost by it. */
export function closePane(layout: Layout, id: string): Layout {
  const panes = panesOf(layout.root);
  const index = panes.findIndex((pane) => pane.id === id);
  const closing = panes[index];
  const heir = panes[index - 1] ?? panes[index + 1];
  if (closing === undefined || heir === undefined) return layout;
  const fresh = closing.tabs.filter((tab) => !heir.tabs.some((other) => sameContent(other.content, tab.content)));
  const emptied = withPane(layout, id, (pane) => ({ ...pane, tabs: [], active: null }));
  const inherited = withPane(emptied, heir.id, (pane) => ({ ...pane, tabs: [...pane.tabs, ...fresh] }));
  return tidy({ ...inherited, focused: heir.id });
}

/** A second view of a tab, else of the pane's front one, in a new pane beside it. */
export function split(layout: Layout, pane: string, direction: Direction, which?: string): Layout {
  const from = panesOf(layout.root).find((one) => one.id === pane);
  const tab = which === undefined ? from && activeTab(from) : from?.tabs.find((one) => one.id === which);
  if (tab === undefined) return layout;
  return beside(layout, pane, direction, tab.content, null);
}

/** Moves a tab into a new pane at an edge of a pane. */
export function moveToEdge(layout: Layout, tab: string, pane: string, edge: Edge): Layout {
  const from = paneOf(layout, tab);
  const moved = from?.tabs.find((one) => one.id === tab);
  if (from === undefined || moved === undefined) return layout;
  // A pane of this one tab split by it would be the same pane again.
  if (from.id === pane && from.tabs.length === 1) return layout;
  const made = beside(layout, pane, edge, moved.content, moved);
  return made === layout ? layout : tidy(withPane(made, from.id, (one) => withoutTab(one, tab)));
}

/** Moves a tab into a pane, before the tab at `index`, or to its end. */
export function moveTab(layout: Layout, tab: string, pane: string, index?: number): Layout {
  const from = paneOf(layout, tab);
  const moved = from?.tabs.find((one) => one.id === tab);
  const target = panesOf(layout.root).find((one) => one.id === pane);
  if (from === undefined || moved === undefined || target === undefined) return layout;
  const before = from.tabs.findIndex((one) => one.id === tab);
  const wanted = index ?? target.tabs.length;
  const place = from.id === pane && before < wanted ? wanted - 1 : wanted;
  const taken = withPane(layout, from.id, (one) => withoutTab(one, tab));
  return tidy({ ...withPane(taken, pane, (one) => withTab(one, moved, place)), focused: pane });
}

/** To the pane after the tab's own; where there is only one, into a new one to the right. */
export function moveOn(layout: Layout, tab: string): Layout {
  const panes = panesOf(layout.root);
  const from = paneOf(layout, tab);
  if (from === undefined) return layout;
  const next = panes[(panes.indexOf(from) + 1) % panes.length];
  if (next === undefined || next.id === from.id) return moveToEdge(layout, tab, from.id, 'right');
  return moveTab(layout, tab, next.id);
}

export function resize(layout: Layout, split: string, sizes: Readonly<Record<string, number>>): Layout {
  const change = (node: LayoutNode): LayoutNode => {
    if (node.kind === 'pane') return node;
    return { ...node, children: node.children.map(change), sizes: node.id === split ? sizes : node.sizes };
  };
  return { ...layout, root: change(layout.root) };
}

/** Serial lines that a changed configuration added come by themselves; those that are gone go. */
export function withSerialPorts(layout: Layout, serialPorts: number): Layout {
  if (serialPorts === layout.serialPorts) return layout;
  const gone = new Set<string>(serialNames.slice(serialPorts));
  let changed: Layout = { ...layout, serialPorts };
  for (const pane of panesOf(layout.root))
    for (const { id, content } of pane.tabs)
      if (content.kind === 'console' && content.boot === null && gone.has(content.console))
        changed = close(changed, id);
  const { focused } = changed;
  const front = focusedPane(changed).active;
  for (const name of serialNames.slice(layout.serialPorts, serialPorts)) changed = open(changed, live(name));
  return front === null ? changed : withPane({ ...changed, focused }, focused, (one) => ({ ...one, active: front }));
}

function beside(layout: Layout, pane: string, edge: Edge, content: TabContent, moved: Tab | null): Layout {
  if (panesOf(layout.root).length >= mostPanes) return layout;
  const tab: Tab = moved ?? { id: `tab-${layout.next}`, content };
  const made: Pane = { kind: 'pane', id: `pane-${layout.next + 1}`, tabs: [tab], active: tab.id };
  const direction: Direction = edge === 'left' || edge === 'right' ? 'right' : 'down';
  const first = edge === 'left' || edge === 'up';
  const splitId = `split-${layout.next + 2}`;
  const root = insertBeside(layout.root, pane, made, { id: splitId, direction, first });
  return tidy({ ...layout, root, focused: made.id, next: layout.next + 3 });
}

function insertBeside(
  node: LayoutNode,
  pane: string,
  made: Pane,
  how: { readonly id: string; readonly direction: Direction; readonly first: boolean },
): LayoutNode {
  if (node.kind === 'pane') {
    if (node.id !== pane) return node;
    const children = how.first ? [made, node] : [node, made];
    const split: Split = { kind: 'split', id: how.id, direction: how.direction, children, sizes: {} };
    return split;
  }
  return { ...node, children: node.children.map((child) => insertBeside(child, pane, made, how)) };
}
