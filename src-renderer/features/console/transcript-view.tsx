/** A part of a kept transcript or of an opened file, to be read: a terminal nobody types into, and ways along it. */
import { ChevronsLeft, ChevronsRight, StepBack, StepForward } from 'lucide-react';
import { useEffect, useMemo, useState } from 'react';
import { type Failure, toFailure } from '../../../src-shared/contract/errors.ts';
import { unawaited } from '../../api/unawaited.ts';
import { useApplication } from '../../state/context.tsx';
import { formatBytes } from '../../state/format.ts';
import { consoleStrings } from '../../strings/console.ts';
import { IconButton } from '../../ui/button.tsx';
import { copyText } from '../../ui/clipboard.ts';
import { ContextMenu } from '../../ui/menu.tsx';
import { ConsoleSearch } from './console-search.tsx';
import { regionLabel } from './console-titles.ts';
import type { TabContent } from './layout/layout.ts';
import type { TerminalSurface } from './terminal/terminal-surface.ts';
import { TerminalMenu } from './terminal-menu.tsx';
import { bootSource, fileSource, type TranscriptSource, withCarriageReturns } from './transcript-source.ts';
import { readAround, type TranscriptWindow, windowBytes } from './transcript-window.ts';
import { useFocusWanted } from './use-focus-wanted.ts';
import { useLook, useSurface } from './use-surface.ts';
import { useWorkspace } from './workspace-context.ts';

const { transcript: strings } = consoleStrings;
/** As many as the window can have lines; see transcript-window.ts. */
const scrollbackLines = 60_000;
const nothing = (): void => {};

export interface TranscriptViewProps {
  readonly tab: string;
  readonly content: Exclude<TabContent, { kind: 'console' }>;
  readonly visible: boolean;
}

function useSource(content: TranscriptViewProps['content']): TranscriptSource | null {
  const application = useApplication();
  const { view, files } = useWorkspace();
  const { id } = view;
  return useMemo(() => {
    if (content.kind === 'transcript') return bootSource(application, { id, ...content });
    const file = files.get(content.file);
    return file === undefined ? null : fileSource(file);
  }, [application, id, content, files]);
}

export function TranscriptView({ tab, content, visible }: TranscriptViewProps) {
  const { register } = useWorkspace();
  const source = useSource(content);
  const start = content.kind === 'transcript' ? content.offset : -1;
  const [place, setPlace] = useState({ offset: start });
  const [part, setPart] = useState<TranscriptWindow | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);
  const [searching, setSearching] = useState<string | null>(null);
  const label = regionLabel(content);
  const handle = useSurface(label, visible, useLook(scrollbackLines), {
    typed: nothing,
    pasted: nothing,
    printed: nothing,
  });
  const { surface } = handle;
  const copy = (): void => {
    if (surface !== null && surface.selection !== '') unawaited(copyText(surface.selection));
  };
  const search = (text = surface?.selection ?? ''): void => setSearching(text.includes('\n') ? '' : text);
  useEffect(() => {
    if (source === null) return;
    let wanted = true;
    readAround(source, place.offset).then(
      (read) => wanted && setPart(read),
      (error) => wanted && setFailure(toFailure(error)),
    );
    return () => {
      wanted = false;
    };
  }, [source, place]);
  useEffect(() => {
    if (surface !== null && part !== null) showPart(surface, part, place.offset >= 0 && place.offset > part.keptFrom);
  }, [surface, part, place]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: what it does changes only with the terminal
  useEffect(() => register(tab, { search: () => search(), copy, clear: nothing }), [register, tab, surface]);
  useFocusWanted(tab, surface, visible);

  const end = part === null ? 0 : part.offset + part.bytes.length;
  const go = (offset: number) => () => setPlace({ offset });
  const atStart = part === null || part.offset <= part.keptFrom;
  const atEnd = part === null || end >= part.size;
  return (
    <div
      className="console"
      hidden={!visible}
      role="tabpanel"
      id={`console-panel-${tab}`}
      aria-labelledby={`console-tab-${tab}`}
    >
      <div className="console-tools" role="toolbar" aria-label={strings.tools}>
        {part !== null && (
          <span className="console-range">
            {strings.range(formatBytes(part.offset), formatBytes(end), formatBytes(part.size))}
          </span>
        )}
        <IconButton small icon={ChevronsLeft} label={strings.start} disabled={atStart} onClick={go(0)} />
        <IconButton
          small
          icon={StepBack}
          label={strings.earlier}
          disabled={atStart}
          onClick={go(Math.max(0, (part?.offset ?? 0) - windowBytes / 4))}
        />
        <IconButton
          small
          icon={StepForward}
          label={strings.later}
          disabled={atEnd}
          onClick={go(end + windowBytes / 4)}
        />
        <IconButton small icon={ChevronsRight} label={strings.end} disabled={atEnd} onClick={go(-1)} />
      </div>
      {searching !== null && surface && (
        <ConsoleSearch
          key={searching}
          startsWith={searching}
          surface={surface}
          found={handle.found}
          content={content}
          onClose={() => {
            setSearching(null);
            surface.search.end();
            surface.focus();
          }}
        />
      )}
      <ContextMenu
        menu={<TerminalMenu surface={surface} writable={false} copy={copy} paste={nothing} search={search} />}
      >
        <section className="console-screen" aria-label={label} data-state="read-only">
          <div className="console-host" ref={handle.element} />
          {(source === null || failure !== null || part?.size === 0) && (
            <div className="console-absent">
              <p>{failure?.message ?? (source === null ? strings.gone : strings.empty)}</p>
              {failure?.hint !== undefined && <p className="field-hint">{failure.hint}</p>}
            </div>
          )}
        </section>
      </ContextMenu>
    </div>
  );
}

/** `marked`: the place that was asked for is a line to be seen, not just somewhere. */
function showPart(surface: TerminalSurface, part: TranscriptWindow, marked: boolean): void {
  surface.reset(80, 24);
  surface.settled();
  surface.setReadOnly(true);
  surface.write(withCarriageReturns(part.bytes.subarray(0, part.before)), () => {
    const row = surface.cursorRow;
    surface.write(withCarriageReturns(part.bytes.subarray(part.before)), () => {
      if (marked) surface.toRow(row);
      else if (part.before === 0) surface.toTop();
    });
  });
}
