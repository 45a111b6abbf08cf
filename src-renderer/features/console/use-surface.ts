/** A terminal in an element, with the person's settings; whatever is written into it comes from elsewhere. */
import { type RefObject, useEffect, useRef, useState } from 'react';
import { useStore } from 'zustand';
import { unawaited } from '../../api/unawaited.ts';
import { useApplication } from '../../state/context.tsx';
import { askForLink, openLink } from '../../state/links.ts';
import { copyText } from '../../ui/clipboard.ts';
import { isKeptFromTerminal } from '../settings/shortcuts.ts';
import { useDark } from '../settings/theme.ts';
import { nothingFound, type SearchFound } from './terminal/surface-search.ts';
import { type Look, lookOf } from './terminal/terminal-look.ts';
import { TerminalSurface } from './terminal/terminal-surface.ts';

export interface SurfaceHandle {
  readonly element: RefObject<HTMLDivElement | null>;
  readonly surface: TerminalSurface | null;
  readonly atEnd: boolean;
  readonly hasText: boolean;
  readonly found: SearchFound;
}

export interface SurfaceEvents {
  typed(bytes: Uint8Array): void;
  pasted(text: string): void;
  printed(): void;
}

export function useLook(leastScrollback = 0): Look {
  const { stores } = useApplication();
  const settings = useStore(stores.settings);
  const dark = useDark();
  const usual = getComputedStyle(document.documentElement).getPropertyValue('--font-mono');
  const look = lookOf(settings, dark, usual);
  return { ...look, scrollbackLines: Math.max(look.scrollbackLines, leastScrollback) };
}

export function useSurface(label: string, visible: boolean, look: Look, events: SurfaceEvents): SurfaceHandle {
  const application = useApplication();
  const element = useRef<HTMLDivElement>(null);
  const [surface, setSurface] = useState<TerminalSurface | null>(null);
  const [atEnd, setAtEnd] = useState(true);
  const [hasText, setHasText] = useState(false);
  const [found, setFound] = useState<SearchFound>(nothingFound);
  const latest = useRef({ look, events });
  latest.current = { look, events };

  useEffect(() => {
    const host = element.current;
    if (host === null) return;
    const made = new TerminalSurface({
      look: latest.current.look,
      label,
      typed: (bytes) => latest.current.events.typed(bytes),
      pasted: (text) => latest.current.events.pasted(text),
      printed: () => latest.current.events.printed(),
      selected: (text) => unawaited(copyText(text)),
      linkOpened: (url, masked) =>
        masked === null ? openLink(application, url) : askForLink(application, url, masked),
      scrolled: setAtEnd,
      filled: setHasText,
      found: setFound,
      keyTaken: isKeptFromTerminal,
    });
    made.mount(host);
    made.fit();
    const observer = new ResizeObserver(() => made.fit());
    observer.observe(host);
    setSurface(made);
    // What the one before it said is not so of this one.
    setAtEnd(true);
    setHasText(false);
    return () => {
      observer.disconnect();
      made.dispose();
    };
  }, [application, label]);

  const { palette, ...rest } = look;
  const lookKey = JSON.stringify(rest);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key and the palette are the look
  useEffect(() => surface?.setLook(look), [surface, lookKey, palette]);
  useEffect(() => surface?.show(visible), [surface, visible]);
  return { element, surface, atEnd, hasText, found };
}
