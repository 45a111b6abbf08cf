/**
 * instances/ owns the list, the header and the failure of an instance. It shows what the core says and asks the core
 * to act; it must never guess a state ahead of the core.
 */
import { useEffect, useRef } from 'react';
import { useStore } from 'zustand';
import { type InstanceView, statusWord } from '../../../src-shared/model/instance.ts';
import { useApplication } from '../../state/context.tsx';
import { formatProgress } from '../../state/format.ts';
import { actionsOf, matching } from '../../state/instances.ts';
import { StateMark, toneOf } from './state-mark.tsx';

/** The one thing worth knowing at a glance: how far it is, or where it listens. */
function glance(view: InstanceView): string {
  const { progress, phase } = view.status;
  if (progress !== null) {
    if (progress.total > 0) return `${Math.floor((progress.done / progress.total) * 100)} %`;
    return formatProgress(progress);
  }
  if (phase !== 'running') return '';
  const port = view.ports.find((mapping) => mapping.host !== null && mapping.state !== 'failed');
  return port === undefined ? '' : `${port.name} :${port.host}`;
}

function Row({ view, selected }: { view: InstanceView; selected: boolean }) {
  const application = useApplication();
  const row = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (selected) row.current?.scrollIntoView({ block: 'nearest' });
  }, [selected]);
  const word = statusWord(view.status);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the list box handles keys for its options
    <div
      ref={row}
      id={`instance-${view.id}`}
      role="option"
      tabIndex={-1}
      aria-selected={selected}
      aria-label={[
        view.name,
        word,
        `${view.guestKind} ${view.architecture}`,
        ...(view.origin === 'ffx' ? ['ffx'] : []),
      ].join(', ')}
      className="instance-row"
      onClick={() => application.select(view.id)}
    >
      <StateMark status={view.status} />
      <span className="instance-name truncate" title={view.name}>
        {view.name}
      </span>
      <span className="instance-word" data-tone={toneOf(view.status)}>
        {word}
      </span>
      <span className="instance-kind truncate">
        {view.origin === 'ffx' && <span className="badge row-badge">ffx</span>}
        {view.guestKind} · {view.architecture}
      </span>
      <span className="instance-glance">{glance(view)}</span>
    </div>
  );
}

export function InstanceList() {
  const application = useApplication();
  const { stores } = application;
  const { views, loaded } = useStore(stores.instances);
  const selected = useStore(stores.view, (state) => state.selected);
  const filter = useStore(stores.view, (state) => state.filter);
  const shown = matching(views, filter, (view) => statusWord(view.status));

  const move = (to: number): void => {
    const view = shown[Math.min(shown.length - 1, Math.max(0, to))];
    if (view !== undefined) application.select(view.id);
  };
  const keys = (key: string): boolean => {
    const index = shown.findIndex((view) => view.id === selected);
    if (key === 'ArrowDown' || key === 'j') move(index + 1);
    else if (key === 'ArrowUp' || key === 'k') move(index < 0 ? 0 : index - 1);
    else if (key === 'Home') move(0);
    else if (key === 'End') move(shown.length - 1);
    else if (key === 'Delete' && shown[index] && actionsOf(shown[index]).has('delete'))
      application.openDialog({ kind: 'delete', id: shown[index].id });
    else return false;
    return true;
  };

  if (loaded && views.length === 0) return <p className="list-note">No instances yet.</p>;
  return (
    <>
      <div
        id="instances"
        className="instance-list"
        role="listbox"
        aria-label="Instances"
        tabIndex={0}
        aria-activedescendant={selected === null ? undefined : `instance-${selected}`}
        onKeyDown={(event) => {
          if (!event.ctrlKey && !event.altKey && !event.metaKey && keys(event.key)) event.preventDefault();
        }}
      >
        {shown.map((view) => (
          <Row key={view.id} view={view} selected={view.id === selected} />
        ))}
      </div>
      {loaded && shown.length === 0 && <p className="list-note">Nothing matches “{filter}”.</p>}
    </>
  );
}
