/** What can be done with one console: one row of icons, the rest in three menus. */
import { ClipboardPaste, Columns2, Copy, Ellipsis, Eye, Search, SendHorizontal } from 'lucide-react';
import { unawaited } from '../../api/unawaited.ts';
import { consoleStrings } from '../../strings/console.ts';
import { IconButton } from '../../ui/button.tsx';
import { Menu } from '../../ui/menu.tsx';
import { ConsoleMenu } from './console-menu.tsx';
import { split } from './layout/change-layout.ts';
import { mostPanes, paneOf, panesOf } from './layout/layout.ts';
import { SendMenu } from './send-menu.tsx';
import type { TerminalSurface } from './terminal/terminal-surface.ts';
import { useClipboard } from './use-clipboard.ts';
import type { ConsoleContent, ConsoleHandle } from './use-console.ts';
import { ViewMenu, type ViewOptions } from './view-menu.tsx';
import { useWorkspace } from './workspace-context.ts';

const { tools: strings, panes } = consoleStrings;

export interface ToolbarProps {
  readonly tab: string;
  readonly content: ConsoleContent;
  readonly surface: TerminalSurface | null;
  readonly console: ConsoleHandle;
  readonly view: ViewOptions;
  readonly paste: (text: string) => void;
  readonly search: () => void;
  readonly sendFile: () => void;
}

export function ConsoleToolbar({ tab, content, surface, console, view, paste, search, sendFile }: ToolbarProps) {
  const { layout, changeAndFocus } = useWorkspace();
  const clipboard = useClipboard();
  const pane = paneOf(layout, tab);
  const { writable } = console;
  const backToTerminal = (event: Event): void => {
    event.preventDefault();
    // Unless what was chosen has put it somewhere else already.
    if (document.activeElement === document.body || document.activeElement?.closest('.console-tools')) surface?.focus();
  };
  return (
    <div className="console-tools" role="toolbar" aria-label={strings.label}>
      <IconButton small icon={Search} label={strings.search} keys="Ctrl+Shift+F" onClick={() => search()} />
      <IconButton
        small
        icon={Copy}
        label={strings.copy}
        keys="Ctrl+Shift+C"
        onClick={() => surface !== null && surface.selection !== '' && clipboard.write(surface.selection)}
      />
      <IconButton
        small
        icon={ClipboardPaste}
        label={strings.paste}
        keys="Ctrl+Shift+V"
        disabled={!writable}
        onClick={() =>
          unawaited(
            clipboard.read().then((text) => {
              if (text !== null) paste(text);
              surface?.focus();
            }),
          )
        }
      />
      <Menu
        align="end"
        trigger={<IconButton small icon={SendHorizontal} label={strings.send} disabled={!writable} />}
        onCloseAutoFocus={backToTerminal}
      >
        <SendMenu content={content} surface={surface} console={console} sendFile={sendFile} />
      </Menu>
      <Menu
        align="end"
        trigger={<IconButton small icon={Eye} label={strings.view} />}
        onCloseAutoFocus={backToTerminal}
      >
        <ViewMenu surface={surface} options={view} />
      </Menu>
      <IconButton
        small
        icon={Columns2}
        label={panes.splitRight}
        keys="Ctrl+Shift+D"
        disabled={panesOf(layout.root).length >= mostPanes}
        onClick={() => pane !== undefined && changeAndFocus((current) => split(current, pane.id, 'right'))}
      />
      <Menu
        align="end"
        trigger={<IconButton small icon={Ellipsis} label={strings.more} />}
        onCloseAutoFocus={backToTerminal}
      >
        {pane !== undefined && <ConsoleMenu tab={tab} pane={pane} surface={surface} />}
      </Menu>
    </div>
  );
}
