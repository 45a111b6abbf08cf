/** Says for how long the connection is gone and when it is tried again; what is on screen stays readable meanwhile. */
import { useEffect, useState } from 'react';
import { useStore } from 'zustand';
import { useApplication } from '../../state/context.tsx';
import { formatUptime } from '../../state/format.ts';
import { workbenchStrings } from '../../strings/workbench.ts';
import { Banner } from '../../ui/banner.tsx';
import { Button } from '../../ui/button.tsx';

const strings = workbenchStrings.connection;
const tickMs = 500;

/** Since when `on` is true, and the current time while it is. */
function useElapsed(on: boolean): { readonly since: number; readonly now: number } | null {
  const [times, setTimes] = useState<{ readonly since: number; readonly now: number } | null>(null);
  useEffect(() => {
    if (!on) return;
    const since = Date.now();
    setTimes({ since, now: since });
    const timer = setInterval(() => setTimes({ since, now: Date.now() }), tickMs);
    return () => {
      clearInterval(timer);
      setTimes(null);
    };
  }, [on]);
  return times;
}

export function ConnectionStrip() {
  const application = useApplication();
  const connection = useStore(application.stores.connection, (state) => state.connection);
  const elapsed = useElapsed(connection.state === 'lost');
  if (connection.state !== 'lost' || elapsed === null) return null;
  const goneMs = elapsed.now - elapsed.since;
  const retrySeconds = Math.ceil((connection.retryAt - elapsed.now) / 1000);
  return (
    <Banner
      tone="warning"
      alert
      label={strings.label}
      hint={strings.meanwhile}
      actions={
        <Button small onClick={() => application.session.retry()}>
          {strings.retryNow}
        </Button>
      }
    >
      {strings.lost} {/* These change twice a second; to a screen reader only the first sentence is news. */}
      <span aria-hidden>
        {goneMs >= 1000 && strings.since(formatUptime(goneMs))}{' '}
        {retrySeconds > 0 ? strings.retryIn(retrySeconds) : strings.retrying}
      </span>
    </Banner>
  );
}
