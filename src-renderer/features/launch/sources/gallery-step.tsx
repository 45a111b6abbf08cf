/** The first step: what to boot. The focus stays in the search field; arrows, digits and Enter choose. */
import './gallery.css';
import { Upload } from 'lucide-react';
import { type KeyboardEvent, useEffect, useId, useRef, useState } from 'react';
import { useStore } from 'zustand';
import type { Failure } from '../../../../src-shared/contract/errors.ts';
import { useApplication } from '../../../state/context.tsx';
import { launchStrings, sourceStrings } from '../../../strings/launch.ts';
import { Button } from '../../../ui/button.tsx';
import { DialogFailure } from '../dialog-failure.tsx';
import { looksLikeQemu } from '../paste/looks-like-qemu.ts';
import { ImportTemplate, TemplateActions } from '../templates/template-actions.tsx';
import { useTemplates } from '../templates/use-templates.ts';
import { isDirection, neighbour } from './gallery-keys.ts';
import { Card } from './source-card.tsx';
import { matchingCards, type Source, type SourceCard, sourceCards } from './sources.ts';

export interface GalleryStepProps {
  /** The card that was chosen before, for who comes back. */
  readonly before: string | null;
  readonly busy: boolean;
  readonly failure: Failure | null;
  /** `atOnce`: launch it without looking at the form. */
  readonly onChoose: (source: Source, atOnce: boolean) => void;
  readonly onPasted: (text: string) => void;
  readonly onClose: () => void;
}

const groupOrder = ['again', 'guest', 'import', 'template'] as const;

export function GalleryStep({ before, busy, failure, onChoose, onPasted, onClose }: GalleryStepProps) {
  const { stores } = useApplication();
  const host = useStore(stores.host, (state) => state.host);
  const views = useStore(stores.instances, (state) => state.views);
  const templates = useTemplates();
  const [filter, setFilter] = useState('');
  const [key, setKey] = useState(before);
  const list = useRef<HTMLDivElement>(null);
  const input = useRef<HTMLInputElement>(null);
  const id = useId();
  const all = sourceCards({ host, views, templates: templates.list });
  const cards = matchingCards(all, filter);
  const index = Math.max(
    0,
    cards.findIndex((card) => card.key === key),
  );
  const current = cards[index];
  const optionId = (card: SourceCard): string => `${id}-${all.indexOf(card)}`;

  useEffect(() => input.current?.focus(), []);
  // biome-ignore lint/correctness/useExhaustiveDependencies: whenever another card is meant
  useEffect(() => {
    list.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: 'nearest' });
  }, [current?.key]);

  const choose = (card: SourceCard | undefined, how: { atOnce?: boolean; form?: boolean } = {}): void => {
    if (card === undefined || card.unavailable !== null || busy) return;
    setKey(card.key);
    onChoose(card.source, how.atOnce === true || (card.source.kind === 'again' && how.form !== true));
  };
  const pressed = (event: KeyboardEvent): void => {
    const digit = filter === '' && /^\d$/.test(event.key) && !event.ctrlKey && !event.altKey && !event.metaKey;
    const aside = event.key === 'ArrowLeft' || event.key === 'ArrowRight';
    if (event.key === 'Enter') choose(current, { atOnce: event.ctrlKey || event.metaKey, form: event.shiftKey });
    else if (digit) choose(all.find((card) => card.digit === event.key));
    else if (isDirection(event.key) && !event.altKey && !(aside && filter !== '')) {
      const boxes = [...(list.current?.querySelectorAll('[role="option"]') ?? [])].map((option) =>
        option.getBoundingClientRect(),
      );
      setKey(cards[neighbour(boxes, index, event.key)]?.key ?? null);
    } else return;
    event.preventDefault();
  };

  return (
    <div
      className="launch-step"
      onPaste={(event) => {
        const text = event.clipboardData.getData('text/plain');
        if (!looksLikeQemu(text)) return;
        event.preventDefault();
        onPasted(text);
      }}
    >
      <div className="gallery">
        <input
          ref={input}
          className="input gallery-search"
          data-first
          role="combobox"
          aria-expanded
          aria-autocomplete="list"
          aria-controls={`${id}-list`}
          aria-activedescendant={current && optionId(current)}
          aria-label={sourceStrings.filter}
          placeholder={sourceStrings.filterPlaceholder}
          spellCheck={false}
          autoComplete="off"
          value={filter}
          onChange={(event) => setFilter(event.target.value)}
          onKeyDown={pressed}
        />
        {failure !== null && <DialogFailure failure={failure} />}
        <div
          className="sources"
          id={`${id}-list`}
          role="listbox"
          aria-label={sourceStrings.list}
          ref={list}
          tabIndex={-1}
        >
          {groupOrder.map((group) => {
            const own = cards.filter((card) => card.group === group);
            if (own.length === 0) return null;
            return (
              // biome-ignore lint/a11y/useSemanticElements: a group of options, which no element says
              <div key={group} className="source-group" role="group" aria-label={sourceStrings.groups[group]}>
                <div className="source-heading" role="presentation">
                  {sourceStrings.groups[group]}
                </div>
                {own.map((card) => (
                  <Card
                    key={card.key}
                    card={card}
                    id={optionId(card)}
                    selected={card === current}
                    onPoint={() => setKey(card.key)}
                    onChoose={() => choose(card)}
                  />
                ))}
              </div>
            );
          })}
        </div>
        {cards.length === 0 && <p className="page-note">{sourceStrings.nothing(filter)}</p>}
      </div>
      <div className="dialog-foot">
        <span className="push field-hint">{sourceStrings.hint}</span>
        {current?.source.kind === 'template' && (
          <TemplateActions name={current.source.name} templates={templates} onDone={() => input.current?.focus()} />
        )}
        {current?.source.kind === 'again' && (
          <Button onClick={() => choose(current, { form: true })}>{sourceStrings.editFirst}</Button>
        )}
        <ImportTemplate icon={Upload} templates={templates} />
        <Button onClick={onClose}>{launchStrings.cancel}</Button>
        <Button
          tone="primary"
          disabled={busy || current === undefined || current.unavailable !== null}
          onClick={() => choose(current)}
        >
          {current?.source.kind === 'again' ? launchStrings.launch : sourceStrings.choose}
        </Button>
      </div>
    </div>
  );
}
