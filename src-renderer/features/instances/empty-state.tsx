/** Nothing to show yet: the three ways to begin, and the other guests in reach. */
import { ClipboardPaste, FileInput, Play } from 'lucide-react';
import { useStore } from 'zustand';
import { unawaited } from '../../api/unawaited.ts';
import { useApplication } from '../../state/context.tsx';
import { guestKinds } from '../../strings/guest-kinds.ts';
import { instanceStrings } from '../../strings/instances.ts';
import { Button } from '../../ui/button.tsx';

const strings = instanceStrings.empty;

export function EmptyState() {
  const application = useApplication();
  const host = useStore(application.stores.host, (state) => state.host);
  const busy = useStore(application.stores.busy, ({ calls }) => calls.new !== undefined);
  const qemus = host?.engines.filter((engine) => engine.kind === 'qemu') ?? [];
  const missing = host !== null && qemus.every((engine) => engine.binary === null);
  return (
    <main className="empty">
      <div className="empty-first">
        <h1>{strings.title}</h1>
        <p>{strings.about}</p>
        {missing && <p className="empty-missing">{qemus[0]?.note ?? strings.noQemu}</p>}
        <Button tone="primary" icon={Play} disabled={busy} onClick={() => unawaited(application.launchDemo())}>
          {strings.demo}
        </Button>
      </div>
      <ul className="empty-ways">
        <li>
          <Button icon={FileInput} onClick={() => application.openDialog({ kind: 'launch' })}>
            {strings.file}
          </Button>
          <span className="field-hint">{strings.fileAbout}</span>
        </li>
        <li>
          <Button icon={ClipboardPaste} onClick={() => application.openDialog({ kind: 'launch', pasted: '' })}>
            {strings.paste}
          </Button>
          <span className="field-hint">{strings.pasteAbout}</span>
        </li>
      </ul>
      <ul className="empty-kinds" aria-label={strings.more}>
        {guestKinds
          .filter(({ kind }) => kind !== 'demo')
          .map(({ kind, title, about }) => (
            <li key={kind}>
              <button type="button" onClick={() => application.openDialog({ kind: 'launch', guest: kind })}>
                <span>{title}</span>
                <span className="field-hint">{about}</span>
              </button>
            </li>
          ))}
      </ul>
    </main>
  );
}
