/** One line under a terminal, only while there is something to say: keys go nowhere, or this is not the present. */
import { useStore } from 'zustand';
import { useApplication, useDetails } from '../../state/context.tsx';
import { formatMoment } from '../../state/format.ts';
import { consoleStrings } from '../../strings/console.ts';
import { Button } from '../../ui/button.tsx';
import { show } from './layout/change-layout.ts';
import { live } from './layout/default-layout.ts';
import type { ConsoleContent, ConsoleHandle } from './use-console.ts';
import { useWorkspace } from './workspace-context.ts';

const { states } = consoleStrings;

export function ConsoleStrip({ content, console }: { content: ConsoleContent; console: ConsoleHandle }) {
  const { stores } = useApplication();
  const connected = useStore(stores.connection, ({ connection }) => connection.state === 'connected');
  const { refused } = console;
  if (!connected) return <Strip tone="warning" text={states.notConnected} />;
  if (typeof refused === 'object') return <Strip tone="warning" text={states.lost(refused.lostBytes)} />;
  if (refused === 'keys') return <Strip tone="warning" text={whyReadOnly(content)} />;
  return content.boot === null ? null : <OlderBoot content={content} boot={content.boot} />;
}

function whyReadOnly({ console, boot }: ConsoleContent): string {
  if (boot !== null) return states.readOnly;
  return console === 'log' ? states.logReadOnly : states.notRunning;
}

function OlderBoot({ content, boot }: { content: ConsoleContent; boot: number }) {
  const { view, changeAndFocus } = useWorkspace();
  const kept = useDetails(view.id)?.boots.find(({ number }) => number === boot);
  const text =
    kept === undefined
      ? states.olderBootUnknown(boot)
      : states.olderBoot(boot, formatMoment(kept.startedAt), kept.outcome);
  return (
    <Strip tone="info" text={text}>
      <Button
        small
        onClick={() =>
          changeAndFocus((layout) => show(layout, { kind: 'transcript', console: content.console, boot, offset: 0 }))
        }
      >
        {states.fromStart}
      </Button>
      <Button small onClick={() => changeAndFocus((layout) => show(layout, live(content.console)))}>
        {states.toCurrent}
      </Button>
    </Strip>
  );
}

function Strip({
  tone,
  text,
  children,
}: {
  readonly tone: 'info' | 'warning';
  readonly text: string;
  readonly children?: React.ReactNode;
}) {
  return (
    <div className="console-strip" data-tone={tone} role="status">
      <span className="console-strip-text">{text}</span>
      {children}
    </div>
  );
}
