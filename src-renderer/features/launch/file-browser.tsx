/** The server's own file browser, for where there is no native dialog. Arrow keys, Enter and Backspace do everything. */
import './file-browser.css';
import { CornerLeftUp, File, Folder } from 'lucide-react';
import { useCallback, useEffect, useRef, useState } from 'react';
import type { FileEntry } from '../../../src-shared/contract/calls/files.ts';
import type { CallOutput } from '../../../src-shared/contract/calls.ts';
import { type Failure, toFailure } from '../../../src-shared/contract/errors.ts';
import type { FileReference } from '../../../src-shared/model/spec.ts';
import { useApplication } from '../../state/context.tsx';
import { formatBytes, formatMoment } from '../../state/format.ts';
import { browserStrings } from '../../strings/launch.ts';
import { Button, IconButton } from '../../ui/button.tsx';
import { Modal } from '../../ui/modal.tsx';
import { DialogFailure } from './dialog-failure.tsx';

type Listing = CallOutput<'files.browse'>;

/** Where the last file was found, for the next one; lasts as long as the page. */
let lastDirectory: string | null = null;

export interface FileBrowserProps {
  readonly title: string;
  readonly kind: 'file' | 'directory';
  readonly onPick: (file: FileReference) => void;
  readonly onClose: () => void;
}

const order = (a: FileEntry, b: FileEntry): number =>
  Number(b.kind === 'directory') - Number(a.kind === 'directory') ||
  a.name.localeCompare(b.name, undefined, { numeric: true });

export function FileBrowser({ title, kind, onPick, onClose }: FileBrowserProps) {
  const application = useApplication();
  const [listing, setListing] = useState<Listing | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);
  const [filter, setFilter] = useState('');
  const [current, setCurrent] = useState(0);
  const list = useRef<HTMLDivElement>(null);
  const browse = useCallback(
    (directory: string | null): void => {
      // Now, and not with the answer: what is typed meanwhile is meant for the directory that comes.
      setFilter('');
      application.call('files.browse', { directory }).then(
        (got) => {
          lastDirectory = got.token;
          setListing(got);
          setFailure(null);
          setCurrent(0);
        },
        (error) => {
          // A directory of an earlier server has no meaning to this one: begin at home.
          if (directory !== null && lastDirectory === directory) {
            lastDirectory = null;
            browse(null);
          } else setFailure(toFailure(error));
        },
      );
    },
    [application],
  );
  useEffect(() => browse(lastDirectory), [browse]);
  useEffect(() => {
    list.current?.querySelector(`[data-index="${current}"]`)?.scrollIntoView({ block: 'nearest' });
  }, [current]);

  const wanted = filter.toLowerCase();
  const entries = (listing?.entries ?? [])
    .filter((entry) => entry.name.toLowerCase().includes(wanted))
    .filter((entry) => wanted.startsWith('.') || !entry.name.startsWith('.'))
    .sort(order);
  const chosen = entries[current];
  const pickable = (entry: FileEntry | undefined): boolean => entry !== undefined && entry.kind === kind;
  const pick = (entry: FileEntry): void => {
    const directory = listing?.path ?? '';
    onPick({
      token: entry.token,
      shown: directory.endsWith('/') ? directory + entry.name : `${directory}/${entry.name}`,
    });
  };
  const open = (entry: FileEntry | undefined): void => {
    if (entry?.kind === 'directory') browse(entry.token);
    else if (entry !== undefined && pickable(entry)) pick(entry);
  };
  const keys: Record<string, () => void> = {
    ArrowDown: () => setCurrent((index) => Math.min(entries.length - 1, index + 1)),
    ArrowUp: () => setCurrent((index) => Math.max(0, index - 1)),
    Enter: () => open(chosen),
  };
  return (
    <Modal
      title={title}
      width={720}
      onClose={onClose}
      bodyClass="browser"
      foot={
        <>
          <span className="push field-hint">{browserStrings.about}</span>
          <Button onClick={onClose}>{browserStrings.cancel}</Button>
          {kind === 'directory' && listing !== null && (
            <Button onClick={() => onPick({ token: listing.token, shown: listing.path })}>
              {browserStrings.chooseThis}
            </Button>
          )}
          <Button
            tone="primary"
            disabled={chosen === undefined || (kind === 'file' && chosen.kind === 'other')}
            onClick={() => (kind === 'directory' && chosen && pickable(chosen) ? pick(chosen) : open(chosen))}
          >
            {chosen?.kind === 'directory' && kind === 'file' ? browserStrings.openDirectory : browserStrings.choose}
          </Button>
        </>
      }
    >
      <div className="browser-head">
        <IconButton
          small
          icon={CornerLeftUp}
          label={browserStrings.parent}
          disabled={listing?.parent == null}
          onClick={() => browse(listing?.parent ?? null)}
        />
        <span className="mono browser-path" title={listing?.path}>
          <bdi>{listing?.path ?? '…'}</bdi>
        </span>
        <input
          className="input"
          aria-label={browserStrings.filter}
          placeholder={browserStrings.filterPlaceholder}
          data-first
          value={filter}
          spellCheck={false}
          onChange={(event) => {
            setFilter(event.target.value);
            setCurrent(0);
          }}
          onKeyDown={(event) => {
            if (event.key === 'Backspace' && filter === '' && listing?.parent != null) browse(listing.parent);
            else if (keys[event.key] !== undefined) keys[event.key]?.();
            else return;
            event.preventDefault();
          }}
        />
      </div>
      {failure && <DialogFailure failure={failure} />}
      <div className="browser-list" role="listbox" aria-label={browserStrings.files} ref={list} tabIndex={-1}>
        {entries.map((entry, index) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: keys are handled where the focus is, in the filter
          <div
            key={entry.name}
            role="option"
            tabIndex={-1}
            aria-selected={index === current}
            aria-label={entry.name}
            data-index={index}
            className="browser-row"
            data-dim={kind === 'directory' && entry.kind !== 'directory' ? '' : undefined}
            onClick={() => setCurrent(index)}
            onDoubleClick={() => open(entry)}
          >
            {entry.kind === 'directory' ? (
              <Folder size={14} strokeWidth={1.75} aria-hidden />
            ) : (
              <File size={14} strokeWidth={1.75} aria-hidden />
            )}
            <span className="truncate">{entry.name}</span>
            <span className="browser-size">
              {entry.bytes === null || entry.kind === 'directory' ? '' : formatBytes(entry.bytes)}
            </span>
            <span className="browser-time">{entry.modifiedAt === null ? '' : formatMoment(entry.modifiedAt)}</span>
          </div>
        ))}
        {listing !== null && entries.length === 0 && <p className="browser-empty">{browserStrings.nothing}</p>}
      </div>
    </Modal>
  );
}
