/** The arguments of a command line: one tab stop, arrow keys, Enter goes to the field that made one. */
import { useEffect, useRef, useState } from 'react';
import type { CommandView } from '../../../../src-shared/model/instance.ts';
import { previewStrings } from '../../../strings/launch.ts';
import { Breakable } from '../../../ui/breakable.tsx';
import { ArgumentMark } from '../../command/argument-mark.tsx';
import { labelOf } from '../field-path.ts';
import { binaryField, formFieldOf, isMadeBy, originOf } from '../links/argument-links.ts';
import { useLinks, useLitField } from '../links/link-store.ts';

export interface ArgumentListProps {
  readonly command: CommandView;
  readonly stale: boolean;
  /** Goes to the field of an argument; false where the form has none. */
  readonly onGo: (argumentField: string) => boolean;
}

export function ArgumentList({ command, stale, onGo }: ArgumentListProps) {
  const links = useLinks();
  const lit = useLitField();
  const [current, setCurrent] = useState(-1);
  const [nowhere, setNowhere] = useState(false);
  const list = useRef<HTMLDivElement>(null);
  const rows = [{ args: [command.binary], field: binaryField, why: '' }, ...command.arguments].filter(
    ({ args }) => args.length > 0,
  );
  const argument = rows[current];
  const look = (index: number): void => {
    setCurrent(index);
    setNowhere(false);
    links.setState({ argument: rows[index]?.field ?? null });
  };
  const go = (index: number): void => {
    look(index);
    const field = rows[index]?.field;
    if (field !== undefined) setNowhere(!onGo(field));
  };
  const isLit = (field: string): boolean => lit !== null && isMadeBy(field, lit);
  const firstLit = rows.findIndex(({ field }) => isLit(field));
  useEffect(() => {
    if (firstLit >= 0) list.current?.children[firstLit]?.scrollIntoView({ block: 'nearest' });
  }, [firstLit]);
  const origin = argument === undefined ? 'field' : originOf(argument.field);
  return (
    <>
      <div
        ref={list}
        className="preview-arguments mono"
        role="listbox"
        aria-label={previewStrings.arguments}
        aria-activedescendant={current >= 0 ? `preview-${current}` : undefined}
        tabIndex={0}
        data-stale={stale ? '' : undefined}
        onMouseLeave={() => links.setState({ argument: null })}
        onBlur={() => links.setState({ argument: null })}
        onKeyDown={(event) => {
          const step = { ArrowDown: current + 1, ArrowUp: current - 1, Home: 0, End: rows.length - 1 }[event.key];
          if (event.key === 'Enter' && !event.ctrlKey && current >= 0) go(current);
          else if (step !== undefined) look(Math.min(rows.length - 1, Math.max(0, step)));
          else return;
          event.preventDefault();
        }}
      >
        {rows.map((planned, index) => (
          // biome-ignore lint/a11y/useFocusableInteractive: one tab stop for the list, arrow keys inside
          // biome-ignore lint/a11y/useKeyWithClickEvents: keys are handled by the list
          <div
            // biome-ignore lint/suspicious/noArrayIndexKey: an argument may occur twice; its place is its identity
            key={index}
            id={`preview-${index}`}
            role="option"
            aria-selected={index === current}
            className="preview-argument"
            data-lit={isLit(planned.field) ? '' : undefined}
            data-origin={originOf(planned.field)}
            onMouseEnter={() => look(index)}
            onClick={() => go(index)}
          >
            <Breakable text={planned.args.join(' ')} />
            <ArgumentMark origin={originOf(planned.field)} />
          </div>
        ))}
      </div>
      <p className="preview-why" aria-live="polite">
        {argument === undefined ? (
          previewStrings.choose
        ) : (
          <>
            {origin === 'field' && <strong>{labelOf(formFieldOf(argument.field))}: </strong>}
            {argument.why} {origin === 'slipway' && previewStrings.ofSlipwayAbout}
            {nowhere && origin !== 'slipway' && ` ${previewStrings.noField}`}
          </>
        )}
      </p>
    </>
  );
}
