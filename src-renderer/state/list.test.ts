import { describe, expect, it } from 'vitest';
import type { InstanceView } from '../../src-shared/model/instance.ts';
import { instanceViewOf as view } from '../../src-shared/testing/instance-view.ts';
import { chosenAfter, cursorIndex, rangeOf } from './list.ts';
import { areSameRows, type ListOrder, listRows } from './list-rows.ts';
import { filterCount, filterOf, hasFilter, withFilterToggled } from './list-search.ts';

const plain: ListOrder = { sort: 'name', grouping: 'group', collapsed: new Set() };
const shown = (views: readonly InstanceView[], order: Partial<ListOrder> = {}) =>
  listRows(views, { ...plain, ...order }).map((row) =>
    row.kind === 'heading' ? `# ${row.value} ${row.count}${row.collapsed ? ' folded' : ''}` : row.id,
  );

describe('the search', () => {
  const running = view('net test', { phase: 'running', ready: true }, { architecture: 'aarch64', group: 'lab one' });
  const mapped = view(
    'web',
    {},
    {
      ports: [
        { name: 'ssh', protocol: 'tcp', guest: 22, host: 2222, bind: '127.0.0.1', state: 'mapped', failure: null },
      ],
    },
  );
  const crashed = view('disk', { phase: 'failed', crashed: true }, { guestKind: 'disk' });
  const all = [running, mapped, crashed];
  const found = (text: string) => all.filter(filterOf(text)).map(({ name }) => name);

  it.each([
    ['', ['net test', 'web', 'disk']],
    ['NET lab', ['net test']],
    ['aarch nothing', []],
    [':2222', ['web']],
    ['state:running', ['net test']],
    ['state:ready', ['net test']],
    ['state:failed', ['disk']],
    ['state:crashed state:stopped', ['web', 'disk']],
    ['kind:demo arch:x86', ['web']],
    ['port:22', ['web']],
    ['port:2', []],
    ['group:"lab one"', ['net test']],
    ['group:"lab', ['net test']],
    ['group:"" kind:disk', ['disk']],
    ['unknown:word', []],
  ])('finds by %s', (text, names) => {
    expect(found(text)).toEqual(names);
  });

  it('has its filters put in and taken out by a menu', () => {
    const one = withFilterToggled('web ', 'state', 'running');
    expect(one).toBe('web state:running');
    const two = withFilterToggled(one, 'group', 'lab one');
    expect(two).toBe('web state:running group:"lab one"');
    expect(filterCount(two)).toBe(2);
    expect(hasFilter(two, 'group', 'Lab One')).toBe(true);
    expect(withFilterToggled(two, 'state', 'running')).toBe('web group:"lab one"');
  });
});

describe('the rows', () => {
  const views = [
    view('b', { phase: 'running', startedAt: '2026-01-02T00:00:00Z' }, { group: 'work', diskBytes: 10 }),
    view('a10', {}, { diskBytes: 30 }),
    view('a2', { phase: 'failed' }, { group: 'Lab', diskBytes: 20 }),
    view('c', { phase: 'running', startedAt: '2026-01-03T00:00:00Z' }, { group: 'work' }),
  ];

  it('are under the headings a person gave, what has none last', () => {
    expect(shown(views)).toEqual(['# Lab 1', 'a2', '# work 2', 'b', 'c', '#  1', 'a10']);
    expect(shown(views, { collapsed: new Set(['group:work']) })).toContain('# work 2 folded');
    expect(shown(views, { collapsed: new Set(['group:work']) })).not.toContain('b');
  });

  it('have no heading where there is nothing to tell apart', () => {
    expect(shown([view('b'), view('a')])).toEqual(['a', 'b']);
    expect(shown(views, { grouping: 'none' })).toEqual(['a2', 'a10', 'b', 'c']);
  });

  it('are in the order that is asked for', () => {
    const flat = (sort: ListOrder['sort']) => shown(views, { grouping: 'none', sort });
    expect(flat('state')).toEqual(['a2', 'b', 'c', 'a10']);
    expect(flat('started')).toEqual(['c', 'b', 'a2', 'a10']);
    expect(flat('size')).toEqual(['a10', 'a2', 'b', 'c']);
    expect(shown(views, { grouping: 'state' })[0]).toBe('# failed 1');
  });

  it('are the same rows when only an instance has changed', () => {
    const before = listRows(views, plain);
    const after = listRows(views.with(0, view('b', { phase: 'running', ready: true }, { group: 'work' })), plain);
    expect(areSameRows(before, after)).toBe(true);
    expect(areSameRows(before, listRows(views.slice(1), plain))).toBe(false);
  });
});

describe('choosing', () => {
  const rows = listRows([view('a'), view('b', {}, { group: 'g' }), view('c', {}, { group: 'g' }), view('d')], plain);
  const none = { chosen: new Set<string>(), anchor: null };

  it('takes a range over headings, from the anchor', () => {
    expect(rows.map(({ key }) => key)).toEqual(['group:g', 'b', 'c', 'group:', 'a', 'd']);
    expect(rangeOf(rows, 'a', 'c')).toEqual(['c', 'a']);
    const first = chosenAfter(none, rows, 'range', 'c', 'b');
    expect([...first.chosen]).toEqual(['b', 'c']);
    expect([...chosenAfter(first, rows, 'range', 'a', 'c').chosen]).toEqual(['b', 'c', 'a']);
  });

  it('adds to what looked chosen, and takes away again', () => {
    const two = chosenAfter(none, rows, 'toggle', 'd', 'a');
    expect([...two.chosen]).toEqual(['a', 'd']);
    expect([...chosenAfter(two, rows, 'toggle', 'a', 'a').chosen]).toEqual(['d']);
    expect(chosenAfter(two, rows, 'one', 'b', 'a')).toEqual({ chosen: new Set(), anchor: 'b' });
  });

  it('knows where the keyboard is', () => {
    expect(cursorIndex(rows, null, 'c')).toBe(2);
    expect(cursorIndex(rows, 'group:', 'c')).toBe(3);
    expect(cursorIndex(rows, null, 'nothing')).toBe(-1);
  });
});
