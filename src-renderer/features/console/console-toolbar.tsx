/** What can be done with one console's view. */
import {
  AArrowDown,
  AArrowUp,
  Check,
  ClipboardPaste,
  Copy,
  CopyCheck,
  Download,
  Eraser,
  Lock,
  LockOpen,
  Scan,
  Search,
} from 'lucide-react';
import { useStore } from 'zustand';
import { useApplication } from '../../state/context.tsx';
import { IconButton } from '../../ui/button.tsx';
import { readText } from '../../ui/clipboard.ts';
import { useCopied } from '../../ui/copy-button.tsx';
import { saveFile } from '../../ui/save-file.ts';
import type { TerminalSurface } from './terminal-surface.ts';

export interface ToolbarProps {
  readonly surface: TerminalSurface | null;
  readonly fileName: string;
  readonly writable: boolean;
  readonly locked: boolean;
  readonly guestSize: boolean;
  readonly onLock: (locked: boolean) => void;
  readonly onGuestSize: (on: boolean) => void;
  readonly onSearch: () => void;
}

const fontSizes = { smallest: 8, largest: 32 };

export function ConsoleToolbar(props: ToolbarProps) {
  const { surface, fileName, writable, locked, guestSize, onLock, onGuestSize, onSearch } = props;
  const application = useApplication();
  const fontSize = useStore(application.stores.settings, (settings) => settings.fontSize);
  const refused = (): void =>
    application.notify({ tone: 'plain', text: 'The clipboard is not available here.', failure: null, action: null });
  const [selectionCopied, copySelection] = useCopied(refused);
  const [allCopied, copyAll] = useCopied(refused);
  const paste = async (): Promise<void> => {
    const text = await readText();
    if (text === null)
      application.notify({
        tone: 'plain',
        text: 'The clipboard may not be read from here; Ctrl+Shift+V pastes.',
        failure: null,
        action: null,
      });
    else surface?.paste(text);
    surface?.focus();
  };
  const resize = (change: number): void => {
    const next = Math.min(fontSizes.largest, Math.max(fontSizes.smallest, fontSize + change));
    if (next !== fontSize) void application.saveSettings({ fontSize: next });
  };
  return (
    <div className="console-tools" role="toolbar" aria-label="Console">
      <IconButton small icon={Search} label="Search" keys="Ctrl+Shift+F" onClick={onSearch} />
      <IconButton
        small
        icon={selectionCopied ? Check : Copy}
        label="Copy selection"
        keys="Ctrl+Shift+C"
        onClick={() => surface && surface.selection !== '' && copySelection(surface.selection)}
      />
      <IconButton
        small
        icon={allCopied ? Check : CopyCheck}
        label="Copy all text"
        onClick={() => surface && copyAll(surface.allText())}
      />
      <IconButton
        small
        icon={ClipboardPaste}
        label="Paste"
        keys="Ctrl+Shift+V"
        disabled={!writable}
        onClick={() => void paste()}
      />
      <IconButton
        small
        icon={Download}
        label="Save"
        onClick={() => surface && saveFile(new Blob([surface.allText()], { type: 'text/plain' }), fileName)}
      />
      <span className="console-tools-gap" />
      <IconButton small icon={Eraser} label="Clear view" onClick={() => surface?.clear()} />
      <IconButton
        small
        icon={locked ? Lock : LockOpen}
        label="Scroll lock"
        aria-pressed={locked}
        onClick={() => onLock(!locked)}
      />
      <IconButton
        small
        icon={Scan}
        label={`Guest's size (${surface?.announcedSize ?? '80×24'})`}
        aria-pressed={guestSize}
        onClick={() => onGuestSize(!guestSize)}
      />
      <IconButton small icon={AArrowDown} label="Smaller text" onClick={() => resize(-1)} />
      <IconButton small icon={AArrowUp} label="Larger text" onClick={() => resize(1)} />
    </div>
  );
}
