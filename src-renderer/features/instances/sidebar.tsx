/** The left column: search, the list, and what the host can do. */
import { Keyboard, Plus, Search } from 'lucide-react';
import { useStore } from 'zustand';
import { useApplication } from '../../state/context.tsx';
import { Button, IconButton } from '../../ui/button.tsx';
import { Tip } from '../../ui/tip.tsx';
import { PageButtons } from '../workbench/page-buttons.tsx';
import { InstanceList } from './instance-list.tsx';

function HostLine() {
  const { stores } = useApplication();
  const host = useStore(stores.host, (state) => state.host);
  if (host === null) return <span className="host-line truncate">Looking at this host…</span>;
  const qemus = host.engines.filter((one) => one.kind === 'qemu');
  const engine =
    qemus.find((one) => one.architecture === host.architecture && one.binary !== null) ??
    qemus.find((one) => one.binary !== null);
  if (engine === undefined) {
    const [first] = qemus;
    return (
      <span className="host-line truncate" data-missing title={first?.note}>
        No QEMU found
      </span>
    );
  }
  const acceleration = host.acceleration.find((one) => one.architecture === engine.architecture)?.choice;
  return (
    <Tip text={[engine.note, acceleration?.reason, acceleration?.hint].filter(Boolean).join(' ')}>
      <button type="button" className="host-line truncate">
        QEMU {engine.version ?? ''} {acceleration && `· ${acceleration.accelerator.toUpperCase()}`}
      </button>
    </Tip>
  );
}

export function Sidebar() {
  const application = useApplication();
  const filter = useStore(application.stores.view, (state) => state.filter);
  return (
    <nav className="sidebar" aria-label="Sidebar">
      <div className="sidebar-head">
        <Button
          className="sidebar-new"
          icon={Plus}
          onClick={() => application.openDialog({ kind: 'launch' })}
        >
          New instance
        </Button>
        <label className="sidebar-search">
          <Search size={14} strokeWidth={1.75} aria-hidden />
          <input
            id="instance-search"
            className="input"
            type="search"
            aria-label="Search instances"
            placeholder="Search"
            value={filter}
            onChange={(event) => application.stores.view.setState({ filter: event.target.value })}
            onKeyDown={(event) => {
              if (event.key === 'Escape') application.stores.view.setState({ filter: '' });
              if (event.key === 'Escape' || event.key === 'ArrowDown' || event.key === 'Enter') {
                event.preventDefault();
                document.getElementById('instances')?.focus();
              }
            }}
          />
        </label>
      </div>
      <InstanceList />
      <div className="sidebar-foot">
        <HostLine />
        <IconButton
          small
          icon={Keyboard}
          label="Keyboard shortcuts"
          keys="?"
          onClick={() => application.openDialog({ kind: 'shortcuts' })}
        />
        <PageButtons />
      </div>
    </nav>
  );
}
