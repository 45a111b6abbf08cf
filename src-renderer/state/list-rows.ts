/** The list as rows: which instances, under which headings, in which order. Pure; it knows nothing of drawing. */
import { type InstanceView, isDead } from '../../src-shared/model/instance.ts';
import type { Settings } from '../../src-shared/model/settings.ts';

export type ListSort = Settings['listSort'];
export type ListGrouping = Settings['listGrouping'];

export type ListRow =
  | { readonly kind: 'instance'; readonly key: string; readonly id: string; readonly heading: string | null }
  | {
      readonly kind: 'heading';
      readonly key: string;
      /** What the instances below have in common: a group's name, a state, a kind. */
      readonly value: string;
      readonly count: number;
      readonly collapsed: boolean;
    };

/** States as a list is divided by them, what wants attention first. */
export const stateGroups = ['panicked', 'failed', 'starting', 'paused', 'running', 'elsewhere', 'stopped'] as const;
export type StateGroup = (typeof stateGroups)[number];

export function stateGroupOf({ status }: Pick<InstanceView, 'status'>): StateGroup {
  switch (status.phase) {
    case 'running':
      if (isDead(status)) return 'panicked';
      return status.paused === null ? 'running' : 'paused';
    case 'staging':
    case 'starting':
    case 'stopping':
      return 'starting';
    case 'stopped':
    case 'failed':
      return isDead(status) ? 'panicked' : status.phase;
    default:
      return status.phase;
  }
}

const collator = new Intl.Collator(undefined, { numeric: true });

/** As a person counts: `demo-2` before `demo-10`. */
export const byName = (a: Pick<InstanceView, 'name' | 'id'>, b: Pick<InstanceView, 'name' | 'id'>): number =>
  collator.compare(a.name, b.name) || (a.id < b.id ? -1 : Number(a.id > b.id));

const startedMs = ({ status }: InstanceView): number => (status.startedAt === null ? 0 : Date.parse(status.startedAt));

const orders: Readonly<Record<ListSort, (a: InstanceView, b: InstanceView) => number>> = {
  name: () => 0,
  state: (a, b) => stateGroups.indexOf(stateGroupOf(a)) - stateGroups.indexOf(stateGroupOf(b)),
  // The last one started is the one that is worked with.
  started: (a, b) => startedMs(b) - startedMs(a),
  size: (a, b) => (b.diskBytes ?? -1) - (a.diskBytes ?? -1),
};

function headingOf(view: InstanceView, grouping: ListGrouping): string {
  switch (grouping) {
    case 'group':
      return view.group;
    case 'state':
      return stateGroupOf(view);
    case 'kind':
      return view.guestKind;
    case 'none':
      return '';
  }
}

function headingOrder(grouping: ListGrouping): (a: string, b: string) => number {
  if (grouping === 'state') {
    const ranks: readonly string[] = stateGroups;
    const rank = (value: string): number => ranks.indexOf(value);
    return (a, b) => rank(a) - rank(b);
  }
  // What has no group comes last.
  return (a, b) => Number(a === '') - Number(b === '') || collator.compare(a, b);
}

export interface ListOrder {
  readonly sort: ListSort;
  readonly grouping: ListGrouping;
  /** Keys of the headings whose instances are not shown. */
  readonly collapsed: ReadonlySet<string>;
}

export const headingKey = (grouping: ListGrouping, value: string): string => `${grouping}:${value}`;

export function listRows(views: readonly InstanceView[], { sort, grouping, collapsed }: ListOrder): ListRow[] {
  const order = orders[sort];
  const sorted = [...views].sort((a, b) => order(a, b) || byName(a, b));
  const groups = new Map<string, InstanceView[]>();
  for (const view of sorted) {
    const value = headingOf(view, grouping);
    groups.set(value, [...(groups.get(value) ?? []), view]);
  }
  // One heading over everything says nothing, unless it is a name that a person gave.
  const values = [...groups.keys()].sort(headingOrder(grouping));
  const isPlain = grouping === 'none' || (grouping === 'group' && values.length === 1 && values[0] === '');
  return values.flatMap((value) => {
    const key = headingKey(grouping, value);
    const members = groups.get(value) ?? [];
    const rows = members.map(({ id }): ListRow => ({ kind: 'instance', key: id, id, heading: isPlain ? null : key }));
    if (isPlain) return rows;
    const isCollapsed = collapsed.has(key);
    const heading: ListRow = { kind: 'heading', key, value, count: members.length, collapsed: isCollapsed };
    return isCollapsed ? [heading] : [heading, ...rows];
  });
}

/** Whether two lists look the same: then nothing has to be drawn anew, whatever became of the instances in them. */
export function areSameRows(a: readonly ListRow[], b: readonly ListRow[]): boolean {
  return a.length === b.length && a.every((row, index) => isSameRow(row, b[index]));
}

function isSameRow(a: ListRow, b: ListRow | undefined): boolean {
  if (a.key !== b?.key || a.kind !== b.kind) return false;
  if (a.kind === 'heading') return b.kind === 'heading' && a.count === b.count && a.collapsed === b.collapsed;
  return b.kind === 'instance' && a.heading === b.heading;
}
