/** One console: the terminal and, over it, only what is needed to understand it. */
import { ArrowDownToLine } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useStore } from 'zustand';
import type { InstanceView } from '../../../src-shared/model/instance.ts';
import { useApplication } from '../../state/context.tsx';
import { Button } from '../../ui/button.tsx';
import { copyText } from '../../ui/clipboard.ts';
import { ConsoleSearch } from './console-search.tsx';
import type { ConsoleTab } from './console-targets.ts';
import { ConsoleToolbar } from './console-toolbar.tsx';
import { useConsole } from './use-console.ts';

const focusDelayMs = 60;

export interface ConsoleViewProps {
  readonly view: InstanceView;
  readonly tab: ConsoleTab;
  readonly visible: boolean;
}

export function ConsoleView({ view, tab, visible }: ConsoleViewProps) {
  const { stores } = useApplication();
  const [searching, setSearching] = useState(false);
  const [locked, setLocked] = useState(false);
  const [guestSize, setGuestSize] = useState(false);
  const { phase, boot } = view.status;
  const handle = useConsole({ id: view.id, phase, boot }, tab, visible, {
    search: () => setSearching(true),
    copy: () => handle.surface && handle.surface.selection !== '' && void copyText(handle.surface.selection),
  });
  const { surface, viewer, atEnd, found } = handle;
  useEffect(() => surface?.setLocked(locked), [surface, locked]);
  useEffect(() => surface?.setGuestSize(guestSize), [surface, guestSize]);
  const focusWanted = useStore(stores.view, (state) => state.focusConsole);
  useEffect(() => {
    if (!focusWanted || !visible || surface === null) return;
    stores.view.setState({ focusConsole: false });
    // After the dialog that asked for it has given the focus back, and not away from where someone types by then.
    setTimeout(() => {
      if (!(document.activeElement instanceof HTMLInputElement)) surface.focus();
    }, focusDelayMs);
  }, [focusWanted, visible, surface, stores]);
  const writable = viewer.state === 'open' && viewer.writable;
  return (
    <div className="console" hidden={!visible}>
      <ConsoleToolbar
        surface={surface}
        fileName={`${view.id}-${tab.key}.log`}
        writable={writable}
        locked={locked}
        guestSize={guestSize}
        onLock={setLocked}
        onGuestSize={setGuestSize}
        onSearch={() => setSearching(true)}
      />
      {searching && surface && (
        <ConsoleSearch
          surface={surface}
          found={found}
          onClose={() => {
            setSearching(false);
            surface.endSearch();
            surface.focus();
          }}
        />
      )}
      <section
        className="console-screen"
        aria-label={tab.label}
        data-instance={view.id}
        data-state={writable ? 'writable' : viewer.state}
      >
        <div className="console-host" ref={handle.element} />
        {viewer.state === 'failed' && (
          <div className="console-absent">
            <p>{viewer.failure.message}</p>
            {viewer.failure.hint !== undefined && <p className="field-hint">{viewer.failure.hint}</p>}
            <Button small onClick={handle.reopen}>
              Try again
            </Button>
          </div>
        )}
        {!atEnd && (
          <Button
            small
            className="console-jump"
            icon={ArrowDownToLine}
            onClick={() => {
              setLocked(false);
              surface?.toEnd();
              surface?.focus();
            }}
          >
            Jump to end
          </Button>
        )}
      </section>
    </div>
  );
}
