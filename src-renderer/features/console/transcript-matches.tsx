/** What was found in the whole transcript, line by line; a line leads to the place it stands in. */
import { useCallback, useEffect, useRef, useState } from 'react';
import { type Failure, toFailure } from '../../../src-shared/contract/errors.ts';
import { useApplication } from '../../state/context.tsx';
import { formatBytes } from '../../state/format.ts';
import { consoleStrings } from '../../strings/console.ts';
import { Button } from '../../ui/button.tsx';
import { show } from './layout/change-layout.ts';
import type { TabContent } from './layout/layout.ts';
import type { SearchQuery } from './terminal/buffer-search.ts';
import { notSearched, searchTranscript, type TranscriptMatch } from './transcript-search.ts';
import { useWorkspace } from './workspace-context.ts';

const { search: strings } = consoleStrings;

export interface TranscriptMatchesProps {
  readonly content: Exclude<TabContent, { kind: 'file' }>;
  readonly query: SearchQuery;
}

export function TranscriptMatches({ content, query }: TranscriptMatchesProps) {
  const application = useApplication();
  const { view, changeAndFocus } = useWorkspace();
  const [search, setSearch] = useState(notSearched);
  const [running, setRunning] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);
  const stop = useRef(new AbortController());
  const { console, boot } = content;
  const { id } = view;

  const goOn = useCallback(
    (from: typeof notSearched) => {
      const controller = new AbortController();
      stop.current = controller;
      setRunning(true);
      searchTranscript(application, id, { console, boot }, query, from, controller.signal, setSearch)
        .catch((error) => !controller.signal.aborted && setFailure(toFailure(error)))
        .finally(() => !controller.signal.aborted && setRunning(false));
    },
    [application, id, console, boot, query],
  );
  useEffect(() => {
    goOn(notSearched);
    return () => stop.current.abort();
  }, [goOn]);

  const open = (match: TranscriptMatch): void =>
    changeAndFocus((layout) =>
      show(layout, { kind: 'transcript', console, boot: boot ?? view.status.boot, offset: match.offset }),
    );
  if (failure !== null)
    return (
      <p className="console-search-invalid" role="alert">
        {failure.message}
      </p>
    );
  const size = formatBytes(search.size);
  return (
    <div className="console-matches">
      <div className="console-matches-head" role="status">
        <span>{search.count === 0 && !running ? strings.wholeNone(size) : strings.wholeCount(search.count)}</span>
        {running && (
          <>
            <span className="console-matches-progress">{strings.searching(formatBytes(search.searched), size)}</span>
            <Button
              small
              onClick={() => {
                stop.current.abort();
                setRunning(false);
              }}
            >
              {strings.stop}
            </Button>
          </>
        )}
        {!running && search.next !== null && (
          <Button small onClick={() => goOn(search)}>
            {strings.more}
          </Button>
        )}
      </div>
      <ol className="console-matches-list" aria-label={strings.wholeLabel}>
        {search.matches.map((match) => (
          <li key={match.offset}>
            <button type="button" className="console-match" onClick={() => open(match)}>
              <span className="console-match-line" title={strings.line(match.line)}>
                {match.line}
              </span>
              <span className="console-match-text">
                {match.text.slice(0, match.start)}
                <mark>{match.text.slice(match.start, match.start + match.length)}</mark>
                {match.text.slice(match.start + match.length)}
              </span>
            </button>
          </li>
        ))}
      </ol>
    </div>
  );
}
