/** The search strip of one console. Enter goes on, Shift+Enter goes back, Escape returns to the terminal. */
import { ArrowDown, ArrowUp, X } from 'lucide-react';
import { useState } from 'react';
import { IconButton } from '../../ui/button.tsx';
import type { TerminalSurface } from './terminal-surface.ts';

export interface ConsoleSearchProps {
  readonly surface: TerminalSurface;
  readonly found: { readonly index: number; readonly count: number };
  readonly onClose: () => void;
}

export function ConsoleSearch({ surface, found, onClose }: ConsoleSearchProps) {
  const [text, setText] = useState('');
  const step = (direction: 'next' | 'previous'): void => surface.find(text, direction, false);
  const count = found.index >= 0 ? `${found.index + 1} of ${found.count}` : String(found.count);
  return (
    <search className="console-search">
      <input
        className="input"
        aria-label="Search in console"
        placeholder="Search"
        value={text}
        // biome-ignore lint/a11y/noAutofocus: opened by the person to type into
        autoFocus
        spellCheck={false}
        onChange={(event) => {
          setText(event.target.value);
          // From the end backwards: what was printed last is what is looked for.
          surface.find(event.target.value, 'previous', true);
        }}
        onKeyDown={(event) => {
          if (event.key === 'Enter') step(event.shiftKey ? 'next' : 'previous');
          else if (event.key === 'Escape') onClose();
          else return;
          event.preventDefault();
        }}
      />
      <span className="console-search-count" role="status" aria-label="Matches">
        {text === '' ? '' : found.count === 0 ? 'none' : count}
      </span>
      <IconButton small icon={ArrowUp} label="Previous match" keys="Enter" onClick={() => step('previous')} />
      <IconButton small icon={ArrowDown} label="Next match" keys="Shift+Enter" onClick={() => step('next')} />
      <IconButton small icon={X} label="Close search" keys="Esc" onClick={onClose} />
    </search>
  );
}
