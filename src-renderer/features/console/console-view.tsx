/** One live console: the terminal and, over it, only what is needed to understand it. */
import { useEffect, useState } from 'react';
import { useStore } from 'zustand';
import { unawaited } from '../../api/unawaited.ts';
import { useApplication, useDetails } from '../../state/context.tsx';
import { copyText } from '../../ui/clipboard.ts';
import { ContextMenu } from '../../ui/menu.tsx';
import { ConsoleAbsent } from './console-absent.tsx';
import { ConsoleSearch } from './console-search.tsx';
import { ConsoleStrip } from './console-strip.tsx';
import { regionLabel } from './console-titles.ts';
import { ConsoleToolbar } from './console-toolbar.tsx';
import { JumpToEnd } from './jump-to-end.tsx';
import { PasteDialog } from './paste-dialog.tsx';
import { SendFileDialog } from './send-file-dialog.tsx';
import { mustAsk } from './terminal/paste-text.ts';
import type { TimeMode } from './terminal/time-gutter.ts';
import { TerminalMenu } from './terminal-menu.tsx';
import { type ConsoleContent, useConsole } from './use-console.ts';
import { giveKeysBack, useFocusWanted } from './use-focus-wanted.ts';
import { useLook, useSurface } from './use-surface.ts';
import { useWorkspace } from './workspace-context.ts';

export interface ConsoleViewProps {
  readonly tab: string;
  readonly content: ConsoleContent;
  readonly visible: boolean;
}

export function ConsoleView({ tab, content, visible }: ConsoleViewProps) {
  const { stores } = useApplication();
  const { view, printed, register } = useWorkspace();
  const { phase, boot } = view.status;
  const [searching, setSearching] = useState<string | null>(null);
  const [locked, setLocked] = useState(false);
  const [guestSize, setGuestSize] = useState(false);
  const [sinceBoot, setSinceBoot] = useState(false);
  const [pasting, setPasting] = useState<string | null>(null);
  const [sendingFile, setSendingFile] = useState(false);
  const timestamps = useStore(stores.settings, (settings) => settings.timestamps);
  const confirmPaste = useStore(stores.settings, (settings) => settings.confirmPaste);

  const label = regionLabel(content);
  const handle = useSurface(label, visible, useLook(), {
    typed: (bytes) => consoleHandle.type(bytes),
    pasted: (text) => paste(text),
    printed: () => !visible && printed(tab),
  });
  const { surface } = handle;
  const consoleHandle = useConsole({ id: view.id, phase, boot }, content, surface);
  const { writable, state } = consoleHandle;

  const paste = (text: string): void => {
    if (surface === null || text === '') return;
    if (writable && mustAsk(text, { bracketed: surface.bracketsPaste, confirm: confirmPaste })) setPasting(text);
    else surface.paste(text);
  };
  const copy = (): void => {
    if (surface !== null && surface.selection !== '') unawaited(copyText(surface.selection));
  };
  const search = (text = surface?.selection ?? ''): void => setSearching(text.includes('\n') ? '' : text);

  // biome-ignore lint/correctness/useExhaustiveDependencies: what it does changes only with the terminal
  useEffect(
    () => register(tab, { search: () => search(), copy, clear: () => surface?.clear() }),
    [register, tab, surface],
  );
  useEffect(() => surface?.setLocked(locked), [surface, locked]);
  useEffect(() => surface?.setGuestSize(guestSize), [surface, guestSize]);
  const mode: TimeMode = !timestamps ? 'off' : sinceBoot ? 'boot' : 'clock';
  const bootAt = useBootStart(content);
  useEffect(() => surface?.setTimes(mode, bootAt), [surface, mode, bootAt]);
  useFocusWanted(tab, surface, visible);

  return (
    <div
      className="console"
      hidden={!visible}
      role="tabpanel"
      id={`console-panel-${tab}`}
      aria-labelledby={`console-tab-${tab}`}
    >
      <ConsoleToolbar
        tab={tab}
        content={content}
        surface={surface}
        console={consoleHandle}
        paste={paste}
        search={search}
        sendFile={() => setSendingFile(true)}
        view={{ locked, setLocked, guestSize, setGuestSize, sinceBoot, setSinceBoot }}
      />
      {searching !== null && surface && (
        <ConsoleSearch
          key={searching}
          startsWith={searching}
          surface={surface}
          found={handle.found}
          content={content}
          onClose={() => {
            setSearching(null);
            surface.search.end();
            surface.focus();
          }}
        />
      )}
      <ContextMenu
        menu={<TerminalMenu surface={surface} writable={writable} copy={copy} paste={paste} search={search} />}
        onCloseAutoFocus={(event) => {
          event.preventDefault();
          if (!(document.activeElement instanceof HTMLInputElement)) surface?.focus();
        }}
      >
        <section
          className="console-screen"
          aria-label={label}
          data-instance={view.id}
          data-state={writable ? 'writable' : state.state === 'open' ? 'read-only' : state.state}
        >
          <div className="console-host" ref={handle.element} />
          <ConsoleAbsent content={content} state={state} hasText={handle.hasText} reopen={consoleHandle.reopen} />
          {!handle.atEnd && <JumpToEnd surface={surface} onJump={() => setLocked(false)} />}
        </section>
      </ContextMenu>
      <ConsoleStrip content={content} console={consoleHandle} />
      {pasting !== null && surface && (
        <PasteDialog
          text={pasting}
          onPaste={(text) => {
            setPasting(null);
            surface.paste(text);
            giveKeysBack(surface);
          }}
          onClose={() => {
            setPasting(null);
            giveKeysBack(surface);
          }}
        />
      )}
      {sendingFile && <SendFileDialog console={consoleHandle} onClose={() => setSendingFile(false)} />}
    </div>
  );
}

/** When the boot of this console began, in epoch milliseconds. */
function useBootStart({ boot }: ConsoleContent): number | null {
  const { view } = useWorkspace();
  const number = boot ?? view.status.boot;
  const started = useDetails(view.id)?.boots.find((one) => one.number === number)?.startedAt;
  return started === undefined ? null : Date.parse(started);
}
