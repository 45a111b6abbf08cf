import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  activate,
  close,
  closePane,
  moveOn,
  moveTab,
  moveToEdge,
  nextPane,
  open,
  show,
  split,
  stepTab,
  withSerialPorts,
} from './change-layout.ts';
import { defaultLayout, live } from './default-layout.ts';
import { focusedPane, type Layout, type LayoutNode, mostPanes, type Pane, panesOf, tabsIn } from './layout.ts';
import { layoutFrom, storedText } from './stored-layout.ts';

const boot = (number: number) => ({ kind: 'console', console: 'serial', boot: number }) as const;

/** `[serial* monitor | qmp* / log*]`: panes with their tabs, the front one starred; `|` beside, `/` below. */
function picture(node: LayoutNode): string {
  if (node.kind === 'pane')
    return node.tabs
      .map(({ id, content }) => {
        const name = content.kind === 'file' ? content.name : `${content.console}${content.boot ?? ''}`;
        return id === node.active ? `${name}*` : name;
      })
      .join(' ');
  return `[${node.children.map(picture).join(node.direction === 'right' ? ' | ' : ' / ')}]`;
}
const drawn = (layout: Layout): string => picture(layout.root);
const tab = (layout: Layout, name: string): string => {
  const found = tabsIn(layout).find(({ content }) => content.kind === 'console' && content.console === name);
  if (found === undefined) throw new Error(`no ${name}`);
  return found.id;
};
const pane = (layout: Layout, index: number): Pane => {
  const found = panesOf(layout.root)[index];
  if (found === undefined) throw new Error(`no pane ${index}`);
  return found;
};

const start = defaultLayout(1);

describe('panes and tabs', () => {
  it('begin with everything in one pane', () => {
    expect(drawn(start)).toBe('serial* monitor qmp log');
    expect(drawn(defaultLayout(3))).toBe('serial* serial-2 serial-3 monitor qmp log');
  });

  it('split shows the front tab twice, and the new pane has the focus', () => {
    const right = split(start, start.focused, 'right');
    expect(drawn(right)).toBe('[serial* monitor qmp log | serial*]');
    expect(focusedPane(right)).toBe(pane(right, 1));
    const down = split(right, right.focused, 'down');
    expect(drawn(down)).toBe('[serial* monitor qmp log | [serial* / serial*]]');
    // In the same direction there is no split inside the split.
    expect(drawn(split(right, right.focused, 'right'))).toBe('[serial* monitor qmp log | serial* | serial*]');
  });

  it('a tab moves to another pane, to an edge, and on to the next pane', () => {
    const edge = moveToEdge(start, tab(start, 'monitor'), start.focused, 'down');
    expect(drawn(edge)).toBe('[serial* qmp log / monitor*]');
    const left = moveToEdge(start, tab(start, 'log'), start.focused, 'left');
    expect(drawn(left)).toBe('[log* | serial* monitor qmp]');
    const moved = moveTab(edge, tab(edge, 'qmp'), pane(edge, 1).id, 0);
    expect(drawn(moved)).toBe('[serial* log / qmp* monitor]');
    expect(drawn(moveOn(start, tab(start, 'monitor')))).toBe('[serial* qmp log | monitor*]');
    expect(drawn(moveOn(edge, tab(edge, 'monitor')))).toBe('serial qmp log monitor*');
  });

  it('a tab moves within its pane', () => {
    expect(drawn(moveTab(start, tab(start, 'serial'), start.focused, 3))).toBe('monitor qmp serial* log');
    expect(drawn(moveTab(start, tab(start, 'log'), start.focused, 0))).toBe('log* serial monitor qmp');
  });

  it('the only tab of a pane cannot be split off from it', () => {
    const alone = layoutWith('serial');
    expect(moveToEdge(alone, tab(alone, 'serial'), alone.focused, 'right')).toBe(alone);
  });

  it('closing the last tab of a pane closes the pane; the very last one stays', () => {
    const two = moveToEdge(start, tab(start, 'monitor'), start.focused, 'right');
    expect(drawn(close(two, tab(two, 'monitor')))).toBe('serial* qmp log');
    const alone = layoutWith('serial');
    expect(close(alone, tab(alone, 'serial'))).toBe(alone);
    expect(drawn(close(start, tab(start, 'serial')))).toBe('monitor* qmp log');
  });

  it('a closed pane leaves its tabs to its neighbour, without doubles', () => {
    const three = moveToEdge(split(start, start.focused, 'right'), tab(start, 'log'), start.focused, 'down');
    const closed = closePane(three, pane(three, 0).id);
    expect(panesOf(closed.root)).toHaveLength(2);
    expect(
      tabsIn(closed)
        .map(({ content }) => (content.kind === 'console' ? content.console : ''))
        .sort(),
    ).toEqual(['log', 'monitor', 'qmp', 'serial', 'serial']);
  });

  it('what is shown comes to the front where it is, what is opened comes once more', () => {
    const two = moveToEdge(start, tab(start, 'monitor'), start.focused, 'right');
    const shown = show(activate(two, tab(two, 'serial')), live('monitor'));
    expect(shown.focused).toBe(pane(shown, 1).id);
    expect(drawn(shown)).toBe('[serial* qmp log | monitor*]');
    expect(drawn(open(shown, live('monitor')))).toBe('[serial* qmp log | monitor monitor*]');
    expect(drawn(show(start, boot(2)))).toBe('serial monitor qmp log serial2*');
  });

  it('keys walk panes and tabs around', () => {
    const two = moveToEdge(start, tab(start, 'monitor'), start.focused, 'right');
    expect(nextPane(two).focused).toBe(pane(two, 0).id);
    expect(nextPane(nextPane(two)).focused).toBe(two.focused);
    expect(drawn(stepTab(start, -1))).toBe('serial monitor qmp log*');
    expect(drawn(stepTab(stepTab(start, -1), 1))).toBe(drawn(start));
  });

  it('serial lines follow the configuration, whatever is in front stays in front', () => {
    const more = withSerialPorts(start, 3);
    expect(drawn(more)).toBe('serial* monitor qmp log serial-2 serial-3');
    expect(drawn(withSerialPorts(more, 1))).toBe(drawn(start));
  });

  it('there is an end to splitting', () => {
    let layout = start;
    for (let n = 0; n < mostPanes + 3; n++) layout = split(layout, layout.focused, n % 2 === 0 ? 'right' : 'down');
    expect(panesOf(layout.root)).toHaveLength(mostPanes);
  });
});

function layoutWith(name: 'serial'): Layout {
  let layout = start;
  for (const { id, content } of tabsIn(start))
    if (content.kind === 'console' && content.console !== name) layout = close(layout, id);
  return layout;
}

const edges = ['left', 'right', 'up', 'down'] as const;

describe('any sequence of changes', () => {
  const step = fc.record({
    what: fc.constantFrom('split', 'edge', 'move', 'on', 'close', 'closePane', 'show', 'open', 'ports'),
    a: fc.nat(20),
    b: fc.nat(20),
  });

  it('leaves a sound layout that survives being stored', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        let layout = start;
        for (const { what, a, b } of steps) layout = change(layout, what, a, b);
        const panes = panesOf(layout.root);
        const tabs = tabsIn(layout);
        expect(new Set(tabs.map(({ id }) => id)).size).toBe(tabs.length);
        expect(panes.some(({ id }) => id === layout.focused)).toBe(true);
        for (const one of panes) expect(one.tabs.map(({ id }) => id)).toContain(one.active);
        const restored = layoutFrom(storedText(layout), layout.serialPorts);
        const lasting = tabs.filter(({ content }) => content.kind === 'console' && content.boot === null);
        expect(tabsIn(restored).length).toBe(lasting.length === 0 ? 3 + layout.serialPorts : lasting.length);
      }),
    );
  });
});

function change(layout: Layout, what: string, a: number, b: number): Layout {
  const panes = panesOf(layout.root);
  const tabs = tabsIn(layout);
  const somePane = panes[a % panes.length]?.id ?? '';
  const someTab = tabs[b % tabs.length]?.id ?? '';
  const changes: Record<string, () => Layout> = {
    split: () => split(layout, somePane, b % 2 === 0 ? 'right' : 'down'),
    edge: () => moveToEdge(layout, someTab, somePane, edges[(a + b) % 4] ?? 'left'),
    move: () => moveTab(layout, someTab, somePane, a % 3),
    on: () => moveOn(layout, someTab),
    close: () => close(layout, someTab),
    closePane: () => closePane(layout, somePane),
    show: () => show(layout, boot((a % 3) + 1)),
    open: () => open(layout, live('monitor')),
    ports: () => withSerialPorts(layout, (a % 4) + 1),
  };
  return changes[what]?.() ?? layout;
}

describe('a stored layout', () => {
  it('comes back as it was, without transcripts and files', () => {
    const two = show(split(start, start.focused, 'down'), boot(1));
    expect(drawn(layoutFrom(storedText(two), 1))).toBe('[serial* monitor qmp log / serial*]');
  });

  it.each([
    ['nothing', null],
    ['not JSON', '{'],
    ['something else', '{"root": 3}'],
    ['a tab twice', storedText(start).replaceAll('tab-2', 'tab-1')],
    ['no front tab', storedText(start).replace('"active":"tab-1"', '"active":"tab-9"')],
    ['ids that will come again', storedText(start).replace('"next":6', '"next":2')],
  ])('that is %s is forgotten', (_what, text) => {
    expect(layoutFrom(text, 2)).toEqual(defaultLayout(2));
  });
});
