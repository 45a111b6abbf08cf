/** One card of the gallery. */
import {
  ClipboardPaste,
  Cpu,
  FileStack,
  HardDrive,
  type LucideIcon,
  Microchip,
  Repeat,
  Sparkles,
  SquareTerminal,
  Terminal,
  Waypoints,
} from 'lucide-react';
import type { GuestKind } from '../../../state/stores.ts';
import { Badge } from '../../../ui/badge.tsx';
import { Keys } from '../../../ui/keys.tsx';
import type { Source, SourceCard } from './sources.ts';

const guestIcons: Record<GuestKind, LucideIcon> = {
  demo: Sparkles,
  linux: SquareTerminal,
  kernel: Terminal,
  disk: HardDrive,
  firmware: Microchip,
  fuchsia: Cpu,
};

function iconOf(source: Source): LucideIcon {
  switch (source.kind) {
    case 'again':
      return Repeat;
    case 'guest':
      return guestIcons[source.guest];
    case 'paste':
      return ClipboardPaste;
    case 'ffx':
      return Waypoints;
    case 'template':
      return FileStack;
  }
}

export interface CardProps {
  readonly card: SourceCard;
  readonly id: string;
  readonly selected: boolean;
  readonly onPoint: () => void;
  readonly onChoose: () => void;
}

export function Card({ card, id, selected, onPoint, onChoose }: CardProps) {
  const Icon = iconOf(card.source);
  return (
    // biome-ignore lint/a11y/useFocusableInteractive: the focus stays in the search field, which says which one is meant
    // biome-ignore lint/a11y/useKeyWithClickEvents: keys are handled where the focus is
    <div
      role="option"
      id={id}
      className="source"
      aria-selected={selected}
      aria-disabled={card.unavailable !== null}
      aria-keyshortcuts={card.digit ?? undefined}
      // Not on entering: a card that is drawn under a resting pointer was not pointed at.
      onMouseMove={onPoint}
      onClick={onChoose}
    >
      <Icon size={18} strokeWidth={1.5} aria-hidden />
      <span className="source-title truncate">{card.title}</span>
      <span className="source-marks">
        {card.badge !== null && <Badge tone={card.badge.tone}>{card.badge.text}</Badge>}
        {card.digit !== null && (
          <span aria-hidden>
            <Keys keys={card.digit} />
          </span>
        )}
      </span>
      <span className="source-about">{card.unavailable ?? card.about}</span>
    </div>
  );
}
