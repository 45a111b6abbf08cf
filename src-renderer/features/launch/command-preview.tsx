/** The command line as it would be now, each argument with its reason, and what no field says. */
import { useState } from 'react';
import type { CommandView } from '../../../src-shared/model/instance.ts';
import { Breakable } from '../../ui/breakable.tsx';
import { Messages } from '../../ui/field.tsx';
import { useUnplacedMessages } from './messages.tsx';

export interface CommandPreviewProps {
  readonly command: CommandView | null;
  /** Why there is none. */
  readonly absent: string;
  readonly stale: boolean;
}

export function CommandPreview({ command, absent, stale }: CommandPreviewProps) {
  const [current, setCurrent] = useState(0);
  const messages = useUnplacedMessages();
  const argument = command?.arguments[current];
  return (
    <section className="preview" aria-label="Preview">
      <h2>Command</h2>
      {messages.length > 0 && (
        <div className="preview-messages">
          <Messages messages={messages} />
        </div>
      )}
      {command === null ? (
        <p className="page-note">{absent}</p>
      ) : (
        <>
          <div
            className="preview-arguments mono"
            role="listbox"
            aria-label="Arguments"
            aria-activedescendant={`preview-${current}`}
            tabIndex={0}
            data-stale={stale ? '' : undefined}
            onKeyDown={(event) => {
              const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
              if (step === undefined) return;
              event.preventDefault();
              setCurrent(Math.min(command.arguments.length - 1, Math.max(0, current + step)));
            }}
          >
            <div className="preview-binary">{command.binary}</div>
            {command.arguments.map((planned, index) => (
              // biome-ignore lint/a11y/useFocusableInteractive: one tab stop for the list, arrow keys inside
              <div
                // biome-ignore lint/suspicious/noArrayIndexKey: an argument may occur twice; its place is its identity
                key={index}
                id={`preview-${index}`}
                role="option"
                aria-selected={index === current}
                className="preview-argument"
                onMouseEnter={() => setCurrent(index)}
              >
                <Breakable text={planned.args.join(' ')} />
              </div>
            ))}
          </div>
          <p className="preview-why" aria-live="polite">
            {argument && (
              <>
                <code>{argument.field}</code> {argument.why}
              </>
            )}
          </p>
        </>
      )}
    </section>
  );
}
