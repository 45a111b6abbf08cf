/** The machine's own words, a few lines of them in sight and the rest one press away. */
import { type CSSProperties, useId, useState } from 'react';
import { failureStrings as strings } from '../../strings/failure.ts';
import { RawText } from '../../ui/raw-text.tsx';

export interface FoldedTextProps {
  readonly text: string;
  readonly label: string;
  /** How many are in sight. */
  readonly lines: number;
  /** Its end is what counts, not its beginning. */
  readonly end?: boolean;
}

/** A long line breaks; about so many characters are one on screen. */
const charactersPerLine = 110;

export function FoldedText({ text, label, lines, end = false }: FoldedTextProps) {
  const [open, setOpen] = useState(false);
  const id = useId();
  const all = text.split('\n');
  const shownLines = all.reduce((sum, line) => sum + Math.max(1, Math.ceil(line.length / charactersPerLine)), 0);
  const folds = shownLines > lines;
  const shown = open || !folds ? text : (end ? all.slice(-lines) : all.slice(0, lines)).join('\n');
  return (
    <div
      className="folded"
      data-open={open || !folds ? '' : undefined}
      style={{ '--folded-lines': lines } as CSSProperties}
    >
      <div className="folded-head">
        <span className="field-label">{label}</span>
        {folds && (
          <button
            type="button"
            className="folded-more"
            aria-expanded={open}
            aria-controls={id}
            onClick={() => setOpen(!open)}
          >
            {open ? strings.showLess : strings.showAll}
          </button>
        )}
      </div>
      <div id={id}>
        <RawText text={shown} whole={text} label={label} />
      </div>
    </div>
  );
}
