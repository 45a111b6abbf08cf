/**
 * The search strip of one console. Enter goes back in time, Shift+Enter forward, Escape returns to the terminal. What
 * is not in the scrollback may be in the transcript: that is searched when it is asked for.
 */
import { ArrowDown, ArrowUp, CaseSensitive, type LucideIcon, Regex, WholeWord, X } from 'lucide-react';
import { useEffect, useState } from 'react';
import { consoleStrings } from '../../strings/console.ts';
import { Button, IconButton } from '../../ui/button.tsx';
import type { TabContent } from './layout/layout.ts';
import type { SearchQuery } from './terminal/buffer-search.ts';
import type { SearchFound } from './terminal/surface-search.ts';
import type { TerminalSurface } from './terminal/terminal-surface.ts';
import { TranscriptMatches } from './transcript-matches.tsx';
import { searchable } from './transcript-search.ts';

const { search: strings } = consoleStrings;

export interface ConsoleSearchProps {
  readonly startsWith: string;
  readonly surface: TerminalSurface;
  readonly found: SearchFound;
  readonly content: TabContent;
  readonly onClose: () => void;
}

function positionOf({ index, count, more }: SearchFound): string {
  if (count === 0) return strings.none;
  const all = more ? strings.atLeast(count) : String(count);
  return index >= 0 ? strings.position(index + 1, all) : all;
}

export function ConsoleSearch({ startsWith, surface, found, content, onClose }: ConsoleSearchProps) {
  const [query, setQuery] = useState<SearchQuery>({
    text: startsWith,
    regex: false,
    matchCase: false,
    wholeWord: false,
  });
  const [whole, setWhole] = useState<SearchQuery | null>(null);
  useEffect(() => surface.search.start(query), [surface, query]);
  const asked = query.text !== '' && found.invalid === null;
  const canSearchAll = searchable(content);
  return (
    <search className="console-search" aria-label={strings.label}>
      <div className="console-search-line">
        <input
          className="input"
          aria-label={strings.label}
          placeholder={strings.placeholder}
          value={query.text}
          // biome-ignore lint/a11y/noAutofocus: opened by the person to type into
          autoFocus
          spellCheck={false}
          aria-invalid={found.invalid !== null}
          onFocus={(event) => event.target.select()}
          onChange={(event) => setQuery({ ...query, text: event.target.value })}
          onKeyDown={(event) => {
            if (event.key === 'Enter') surface.search.step(event.shiftKey ? 1 : -1);
            else if (event.key === 'Escape') onClose();
            else return;
            event.preventDefault();
          }}
        />
        <Toggle icon={CaseSensitive} label={strings.matchCase} query={query} of="matchCase" onChange={setQuery} />
        <Toggle icon={WholeWord} label={strings.wholeWord} query={query} of="wholeWord" onChange={setQuery} />
        <Toggle icon={Regex} label={strings.regex} query={query} of="regex" onChange={setQuery} />
        <span className="console-search-count" role="status" aria-label={strings.matches}>
          {asked ? positionOf(found) : ''}
        </span>
        <IconButton
          small
          icon={ArrowUp}
          label={strings.previous}
          keys="Enter"
          onClick={() => surface.search.step(-1)}
        />
        <IconButton
          small
          icon={ArrowDown}
          label={strings.next}
          keys="Shift+Enter"
          onClick={() => surface.search.step(1)}
        />
        <IconButton small icon={X} label={strings.close} keys="Esc" onClick={onClose} />
      </div>
      {found.invalid !== null && (
        <p className="console-search-invalid" role="alert">
          {strings.invalid(found.invalid)}
        </p>
      )}
      {asked && canSearchAll && whole === null && (
        <div className="console-search-more">
          <Button small onClick={() => setWhole(query)}>
            {strings.whole}
          </Button>
        </div>
      )}
      {whole !== null && canSearchAll && (
        <TranscriptMatches key={JSON.stringify(query)} content={content} query={query} />
      )}
    </search>
  );
}

interface ToggleProps {
  readonly icon: LucideIcon;
  readonly label: string;
  readonly query: SearchQuery;
  readonly of: 'matchCase' | 'wholeWord' | 'regex';
  readonly onChange: (query: SearchQuery) => void;
}

function Toggle({ icon, label, query, of, onChange }: ToggleProps) {
  return (
    <IconButton
      small
      icon={icon}
      label={label}
      aria-pressed={query[of]}
      onClick={() => onChange({ ...query, [of]: !query[of] })}
    />
  );
}
