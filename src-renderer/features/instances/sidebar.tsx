/** The left column: search, the list, and what the host can do. */
import { Keyboard, Plus, Search } from 'lucide-react';
import { useStore } from 'zustand';
import { useApplication } from '../../state/context.tsx';
import { instanceStrings } from '../../strings/instances.ts';
import { Button, IconButton } from '../../ui/button.tsx';
import { Tip } from '../../ui/tip.tsx';
import { PageButtons } from '../workbench/page-buttons.tsx';
import { ChosenBar } from './chosen-bar.tsx';
import { InstanceList } from './instance-list.tsx';
import { FilterMenu, OrderMenu } from './list-menus.tsx';

function HostLine() {
  const { stores } = useApplication();
  const host = useStore(stores.host, (state) => state.host);
  if (host === null) return <span className="host-line truncate">{instanceStrings.host.looking}</span>;
  const qemus = host.engines.filter((one) => one.kind === 'qemu');
  const engine =
    qemus.find((one) => one.architecture === host.architecture && one.binary !== null) ??
    qemus.find((one) => one.binary !== null);
  if (engine === undefined) {
    const [first] = qemus;
    return (
      <span className="host-line truncate" data-missing title={first?.note}>
        {instanceStrings.host.noQemu}
      </span>
    );
  }
  const acceleration = host.acceleration.find((one) => one.architecture === engine.architecture)?.choice;
  return (
    <Tip text={[engine.note, acceleration?.reason, acceleration?.hint].filter(Boolean).join(' ')}>
      <button type="button" className="host-line truncate">
        {instanceStrings.host.qemu(engine.version ?? '', acceleration?.accelerator.toUpperCase() ?? '')}
      </button>
    </Tip>
  );
}

function SearchField() {
  const { stores } = useApplication();
  const filter = useStore(stores.view, (state) => state.filter);
  return (
    <label className="sidebar-search">
      <Search size={14} strokeWidth={1.75} aria-hidden />
      <input
        id="instance-search"
        className="input"
        type="search"
        aria-label={instanceStrings.search.label}
        placeholder={instanceStrings.search.placeholder}
        spellCheck={false}
        autoComplete="off"
        value={filter}
        onChange={(event) => stores.view.setState({ filter: event.target.value })}
        onKeyDown={(event) => {
          if (event.key === 'Escape') stores.view.setState({ filter: '' });
          if (event.key === 'Escape' || event.key === 'ArrowDown' || event.key === 'Enter') {
            event.preventDefault();
            document.getElementById('instances')?.focus();
          }
        }}
      />
    </label>
  );
}

export function Sidebar() {
  const application = useApplication();
  return (
    <nav className="sidebar" aria-label={instanceStrings.sidebar}>
      <div className="sidebar-head">
        <div className="sidebar-line">
          <Button className="sidebar-new" icon={Plus} onClick={() => application.openDialog({ kind: 'launch' })}>
            {instanceStrings.newInstance}
          </Button>
          <OrderMenu />
        </div>
        <div className="sidebar-line">
          <SearchField />
          <FilterMenu />
        </div>
      </div>
      <ChosenBar />
      <InstanceList />
      <div className="sidebar-foot">
        <HostLine />
        <IconButton
          small
          icon={Keyboard}
          label={instanceStrings.shortcuts}
          keys="?"
          onClick={() => application.openDialog({ kind: 'shortcuts' })}
        />
        <PageButtons />
      </div>
    </nav>
  );
}
