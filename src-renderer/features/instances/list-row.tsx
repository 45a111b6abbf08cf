/** One row of the list. It listens to its own instance only. */
import { ChevronRight } from 'lucide-react';
import { memo } from 'react';
import { useStore } from 'zustand';
import { type InstanceView, statusWord } from '../../../src-shared/model/instance.ts';
import { useApplication } from '../../state/context.tsx';
import { formatBytes, formatProgress } from '../../state/format.ts';
import { viewOf } from '../../state/instances.ts';
import { type ListRow, stateGroups } from '../../state/list-rows.ts';
import { instanceStrings } from '../../strings/instances.ts';
import { Badge } from '../../ui/badge.tsx';
import { StateMark, toneOf } from './state-mark.tsx';

export const rowElementId = (key: string): string => `instance-${key.replaceAll(/[^a-z0-9-]/gi, '_')}`;

/** The one thing worth knowing at a glance: how far it is, where it listens, or what the list is sorted by. */
function glance(view: InstanceView, showsSize: boolean): string {
  const { progress, phase, panic, resetLoop } = view.status;
  if (progress !== null) {
    if (progress.total > 0) return `${Math.floor((progress.done / progress.total) * 100)} %`;
    return formatProgress(progress);
  }
  if (showsSize) return view.diskBytes === null ? '' : formatBytes(view.diskBytes);
  if (resetLoop !== null) return instanceStrings.resets(resetLoop);
  // What it died of fits no row; its reason does better than its stamp.
  if (panic !== null) return panic.line.replace(/^\[[^\]]*\]\s*/, '');
  if (phase !== 'running') return '';
  const port = view.ports.find((mapping) => mapping.host !== null && mapping.state !== 'failed');
  return port === undefined ? '' : `${port.name} :${port.host}`;
}

interface Place {
  /** Position among all rows, from 1: a screen reader is told of those that are not drawn, too. */
  readonly position: number;
  readonly total: number;
  /** In pixels from the first row's top; null: wherever it sticks. */
  readonly top: number | null;
  readonly height: number;
  readonly isCursor: boolean;
}

const styleOf = ({ top, height }: Pick<Place, 'top' | 'height'>) =>
  top === null ? { height } : { height, transform: `translateY(${top}px)` };

/** What a row is called is what it shows, read with pauses. Inline, because a name gets a space around every box. */
const Pause = () => <span className="row-pause">, </span>;

export interface InstanceRowProps extends Place {
  readonly id: string;
  readonly isSelected: boolean;
  readonly showsSize: boolean;
}

export const InstanceRow = memo(function InstanceRow(props: InstanceRowProps) {
  const { id, isSelected, isCursor, showsSize, position, total } = props;
  const { stores } = useApplication();
  const view = useStore(stores.instances, (state) => viewOf(state, id));
  if (view === undefined) return null;
  const shown = glance(view, showsSize);
  return (
    // biome-ignore lint/a11y/useFocusableInteractive: the list box has the focus and names its active option
    <div
      id={rowElementId(id)}
      role="option"
      aria-selected={isSelected}
      aria-setsize={total}
      aria-posinset={position}
      className="instance-row"
      data-row={id}
      data-cursor={isCursor ? '' : undefined}
      style={styleOf(props)}
    >
      <StateMark status={view.status} />
      <span className="instance-name truncate" title={view.name}>
        {view.name}
        <Pause />
      </span>
      <span className="instance-word" data-tone={toneOf(view.status)}>
        {statusWord(view.status)}
        <Pause />
      </span>
      <span className="instance-kind truncate">
        {view.origin === 'ffx' && <Badge className="row-badge">{instanceStrings.tags.ffx}</Badge>} {view.guestKind} ·{' '}
        {view.architecture}
        {shown !== '' && <Pause />}
      </span>
      <span className="instance-glance truncate" title={shown}>
        {shown}
      </span>
    </div>
  );
});

function titleOf(key: string, value: string): string {
  const { ungrouped, states } = instanceStrings.heading;
  const state = stateGroups.find((group) => group === value);
  if (key.startsWith('state:') && state !== undefined) return states[state];
  return value === '' ? ungrouped : value;
}

export interface HeadingRowProps extends Place {
  readonly row: Extract<ListRow, { kind: 'heading' }>;
}

/** A heading is a stop for the keyboard too: that is how a folded group is unfolded. */
export function HeadingRow({ row, isCursor, position, total, top, height }: HeadingRowProps) {
  const title = titleOf(row.key, row.value);
  return (
    // biome-ignore lint/a11y/useFocusableInteractive: the list box has the focus and names its active option
    <div
      id={rowElementId(row.key)}
      role="option"
      aria-selected={false}
      aria-setsize={total}
      aria-posinset={position}
      className="list-heading"
      data-heading={row.key}
      data-cursor={isCursor ? '' : undefined}
      data-sticky={top === null ? '' : undefined}
      data-collapsed={row.collapsed ? '' : undefined}
      style={styleOf({ top, height })}
    >
      <ChevronRight className="list-heading-mark" size={12} strokeWidth={2} aria-hidden />
      <span className="truncate">
        {title}
        <Pause />
      </span>
      <span className="list-heading-count">
        {row.count}
        <span className="row-pause"> {instanceStrings.heading.more(row.count, row.collapsed)}</span>
      </span>
    </div>
  );
}
