/** The right click in a terminal. */
import { ClipboardPaste, Copy, Search } from 'lucide-react';
import { unawaited } from '../../api/unawaited.ts';
import { consoleStrings } from '../../strings/console.ts';
import { MenuItem, MenuSeparator } from '../../ui/menu.tsx';
import type { TerminalSurface } from './terminal/terminal-surface.ts';
import { useClipboard } from './use-clipboard.ts';

const { context, tools, view } = consoleStrings;

export interface TerminalMenuProps {
  readonly surface: TerminalSurface | null;
  readonly writable: boolean;
  readonly copy: () => void;
  readonly paste: (text: string) => void;
  readonly search: (text?: string) => void;
}

export function TerminalMenu({ surface, writable, copy, paste, search }: TerminalMenuProps) {
  const clipboard = useClipboard();
  const selection = surface?.selection ?? '';
  return (
    <>
      <MenuItem icon={Copy} keys="Ctrl+Shift+C" disabled={selection === ''} onSelect={copy}>
        {context.copy}
      </MenuItem>
      <MenuItem
        icon={ClipboardPaste}
        keys="Ctrl+Shift+V"
        disabled={!writable}
        onSelect={() => unawaited(clipboard.read().then((text) => text !== null && paste(text)))}
      >
        {tools.paste}
      </MenuItem>
      <MenuSeparator />
      <MenuItem onSelect={() => surface?.selectAll()}>{context.selectAll}</MenuItem>
      <MenuItem onSelect={() => surface && clipboard.write(surface.allText())}>{context.copyAll}</MenuItem>
      <MenuItem
        icon={Search}
        keys="Ctrl+Shift+F"
        disabled={selection === '' || selection.includes('\n')}
        onSelect={() => search(selection)}
      >
        {context.find}
      </MenuItem>
      <MenuSeparator />
      <MenuItem keys="Ctrl+Shift+K" onSelect={() => surface?.clear()}>
        {view.clear}
      </MenuItem>
    </>
  );
}
