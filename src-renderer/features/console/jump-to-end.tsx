/** Shown while a terminal's end is out of sight. */
import { ArrowDownToLine } from 'lucide-react';
import { consoleStrings } from '../../strings/console.ts';
import { Button } from '../../ui/button.tsx';
import type { TerminalSurface } from './terminal/terminal-surface.ts';

export function JumpToEnd({ surface, onJump }: { surface: TerminalSurface | null; onJump: () => void }) {
  return (
    <Button
      small
      className="console-jump"
      icon={ArrowDownToLine}
      onClick={() => {
        onJump();
        surface?.toEnd();
        surface?.focus();
      }}
    >
      {consoleStrings.view.jumpToEnd}
    </Button>
  );
}
