/**
 * Short messages in the corner. What failed stays until it is dismissed; the rest leaves by itself, but not while
 * somebody points at it or has the focus in it.
 */
import { useEffect, useLayoutEffect, useRef, useState } from 'react';
import { commonStrings } from '../strings/common.ts';
import { NoticeCard, type NoticeText } from './notice-card.tsx';

const plainMs = 4000;
/** Long enough to read, think and reach the button. */
const actionMs = 10_000;

/** Where somebody types: an input's own box, and in a terminal the box that follows its cursor. */
function typingBox(): DOMRect | null {
  const focused = document.activeElement;
  const typed = focused instanceof HTMLElement && focused.matches('input, textarea, [contenteditable="true"]');
  return typed ? focused.getBoundingClientRect() : null;
}

function overlap(one: DOMRect, other: DOMRect): boolean {
  return one.left < other.right && other.left < one.right && one.top < other.bottom && other.top < one.bottom;
}

/** Which corner is free: the lower one, unless it would cover the place where somebody types. */
function usePlace(count: number) {
  const area = useRef<HTMLElement>(null);
  const [place, setPlace] = useState<'bottom' | 'top'>('bottom');
  useLayoutEffect(() => {
    if (count === 0) return setPlace('bottom');
    const look = (): void => {
      const box = typingBox();
      const own = area.current?.getBoundingClientRect();
      if (box !== null && own !== undefined && overlap(box, own))
        setPlace((before) => (before === 'top' ? 'bottom' : 'top'));
    };
    look();
    // The cursor moves with what is typed: a terminal has moved it one frame after the key.
    const typed = (): void => {
      requestAnimationFrame(look);
    };
    window.addEventListener('keyup', typed, { capture: true });
    return () => window.removeEventListener('keyup', typed, { capture: true });
  }, [count]);
  return { area, place };
}

interface NoticesProps {
  readonly notices: readonly NoticeText[];
  readonly onDismiss: (id: number) => void;
}

interface LeavingProps {
  readonly notice: NoticeText;
  readonly held: boolean;
  readonly onDismiss: (id: number) => void;
}

function Leaving({ notice, held, onDismiss }: LeavingProps) {
  const dismiss = useRef(onDismiss);
  useEffect(() => {
    dismiss.current = onDismiss;
  });
  const { id, tone } = notice;
  const stayMs = notice.action === null ? plainMs : actionMs;
  useEffect(() => {
    if (held || tone === 'failure') return;
    const timer = setTimeout(() => dismiss.current(id), stayMs);
    return () => clearTimeout(timer);
  }, [held, id, tone, stayMs]);
  return <NoticeCard notice={notice} onDismiss={() => onDismiss(id)} />;
}

export function Notices({ notices, onDismiss }: NoticesProps) {
  const { area, place } = usePlace(notices.length);
  const [held, setHeld] = useState(false);
  return (
    <section
      ref={area}
      className="notices"
      data-place={place}
      aria-label={commonStrings.notices}
      aria-live="polite"
      onPointerEnter={() => setHeld(true)}
      onPointerLeave={() => setHeld(false)}
      onFocus={() => setHeld(true)}
      onBlur={() => setHeld(false)}
    >
      {notices.map((notice) => (
        <Leaving key={notice.id} notice={notice} held={held} onDismiss={onDismiss} />
      ))}
    </section>
  );
}
