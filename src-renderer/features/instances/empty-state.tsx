/** Nothing to show yet: the one next step, and the others in reach. */
import { Play } from 'lucide-react';
import { useStore } from 'zustand';
import { useApplication } from '../../state/context.tsx';
import { Button } from '../../ui/button.tsx';
import { guestKinds } from './guest-kinds.ts';

export function EmptyState() {
  const application = useApplication();
  const host = useStore(application.stores.host, (state) => state.host);
  const busy = useStore(application.stores.busy, ({ calls }) => calls.new !== undefined);
  const qemus = host?.engines.filter((engine) => engine.kind === 'qemu') ?? [];
  const missing = host !== null && qemus.every((engine) => engine.binary === null);
  return (
    <div className="empty">
      <div className="empty-first">
        <h1>Boot something</h1>
        <p>
          The demo guest needs nothing but QEMU: it boots in under a second, logs to the serial line and then gives you
          a shell.
        </p>
        {missing && <p className="empty-missing">{qemus[0]?.note ?? 'No QEMU was found on this host.'}</p>}
        <Button tone="primary" icon={Play} disabled={busy} onClick={() => void application.launchDemo()}>
          Boot the demo guest
        </Button>
      </div>
      <ul className="empty-kinds" aria-label="Other guests">
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
    </div>
  );
}
