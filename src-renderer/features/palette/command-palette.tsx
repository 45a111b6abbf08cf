/**
 * palette/ owns the one list of everything that can be done now. It must never know how something is done: each entry
 * is read from the table of whoever does it.
 */
import './palette.css';
import { Dialog } from 'radix-ui';
import { useEffect, useMemo, useRef, useState } from 'react';
import { useApplication } from '../../state/context.tsx';
import { paletteStrings } from '../../strings/palette.ts';
import { Keys } from '../../ui/keys.tsx';
import { type PaletteCommand, paletteCommands } from './palette-commands.ts';
import { rank } from './rank.ts';

/** A list that nobody reads to its end need not be drawn to its end. */
const mostShown = 50;

export function CommandPalette({ onClose }: { onClose: () => void }) {
  const application = useApplication();
  const commands = useMemo(() => paletteCommands(application), [application]);
  const [wanted, setWanted] = useState('');
  const [current, setCurrent] = useState(0);
  const [before] = useState(() => document.activeElement);
  const found = useMemo(
    () => rank(commands, wanted, ({ title, about = '' }) => `${title} ${about}`).slice(0, mostShown),
    [commands, wanted],
  );
  const chosen = found[Math.min(current, found.length - 1)]?.item;
  const run = (command: PaletteCommand | undefined): void => {
    if (command === undefined) return;
    onClose();
    // What it opens takes the focus, and gives it back to where it was before the palette.
    if (before instanceof HTMLElement) before.focus();
    command.run();
  };
  const keys = (key: string): boolean => {
    if (key === 'Enter') run(chosen);
    else if (found.length === 0) return false;
    else if (key === 'ArrowDown') setCurrent((index) => (index + 1) % found.length);
    else if (key === 'ArrowUp') setCurrent((index) => (index + found.length - 1) % found.length);
    else if (key === 'PageDown') setCurrent((index) => Math.min(found.length - 1, index + 10));
    else if (key === 'PageUp') setCurrent((index) => Math.max(0, index - 10));
    else return false;
    return true;
  };
  return (
    <Dialog.Root open onOpenChange={(open) => !open && onClose()}>
      <Dialog.Portal>
        <Dialog.Overlay className="scrim" />
        <Dialog.Content
          className="palette"
          aria-describedby={undefined}
          onCloseAutoFocus={(event) => {
            event.preventDefault();
            if (document.activeElement === document.body && before instanceof HTMLElement) before.focus();
          }}
        >
          <Dialog.Title className="unseen">{paletteStrings.title}</Dialog.Title>
          <input
            className="palette-input"
            role="combobox"
            aria-label={paletteStrings.title}
            aria-expanded
            aria-controls="palette-list"
            aria-activedescendant={chosen === undefined ? undefined : `palette-${chosen.id}`}
            aria-autocomplete="list"
            placeholder={paletteStrings.placeholder}
            spellCheck={false}
            autoComplete="off"
            value={wanted}
            onChange={(event) => {
              setWanted(event.target.value);
              setCurrent(0);
            }}
            onKeyDown={(event) => {
              if (!event.ctrlKey && !event.altKey && !event.metaKey && keys(event.key)) event.preventDefault();
            }}
          />
          <div id="palette-list" className="palette-list" role="listbox" aria-label={paletteStrings.title}>
            {found.map(({ item, places }, index) => (
              <Entry
                key={item.id}
                command={item}
                places={places}
                heading={wanted === '' && found[index - 1]?.item.section !== item.section}
                chosen={item === chosen}
                onRun={() => run(item)}
                onPoint={() => setCurrent(index)}
              />
            ))}
          </div>
          {found.length === 0 && <p className="palette-none">{paletteStrings.none(wanted)}</p>}
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

interface EntryProps {
  readonly command: PaletteCommand;
  readonly places: readonly number[];
  /** Begins a section, whose name stands above it. */
  readonly heading: boolean;
  readonly chosen: boolean;
  readonly onRun: () => void;
  readonly onPoint: () => void;
}

function Entry({ command, places, heading, chosen, onRun, onPoint }: EntryProps) {
  const { id, title, about, section, icon: Icon, keys } = command;
  const element = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (chosen) element.current?.scrollIntoView({ block: 'nearest' });
  }, [chosen]);
  return (
    <>
      {heading && (
        <div className="palette-heading" role="presentation">
          {paletteStrings.sections[section]}
        </div>
      )}
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: the field above handles the keys of its list */}
      <div
        ref={element}
        id={`palette-${id}`}
        className="palette-entry"
        role="option"
        tabIndex={-1}
        aria-selected={chosen}
        onClick={onRun}
        onMouseMove={chosen ? undefined : onPoint}
      >
        <Icon size={14} strokeWidth={1.75} aria-hidden />
        <span className="truncate">
          <Marked text={title} places={places} />
        </span>
        {about !== undefined && <span className="palette-about truncate">{about}</span>}
        {keys !== undefined && <Keys keys={keys} />}
      </div>
    </>
  );
}

/** The text with the letters that were typed. */
function Marked({ text, places }: { text: string; places: readonly number[] }) {
  if (places.length === 0) return text;
  const marked = new Set(places);
  return [...text].map((letter, index) =>
    // biome-ignore lint/suspicious/noArrayIndexKey: a letter's place is its identity
    marked.has(index) ? <b key={index}>{letter}</b> : letter,
  );
}
