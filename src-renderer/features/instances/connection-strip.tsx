/** Says that the connection is gone and when it is tried again; what is on screen stays readable meanwhile. */
import { useEffect, useState } from 'react';
import { useStore } from 'zustand';
import { useApplication } from '../../state/context.tsx';
import { Button } from '../../ui/button.tsx';

export function ConnectionStrip() {
  const application = useApplication();
  const connection = useStore(application.stores.connection, (state) => state.connection);
  const [now, setNow] = useState(Date.now);
  const lost = connection.state === 'lost';
  useEffect(() => {
    if (!lost) return;
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), 500);
    return () => clearInterval(timer);
  }, [lost]);
  if (connection.state !== 'lost') return null;
  const seconds = Math.max(0, Math.ceil((connection.retryAt - now) / 1000));
  return (
    <div className="connection-strip" role="alert" aria-label="Connection">
      <span>
        Connection lost, retrying{seconds > 0 ? ` in ${seconds} s.` : ' …'} Guests keep running; what is shown may be
        old.
      </span>
      <Button small onClick={() => application.session.retry()}>
        Retry now
      </Button>
    </div>
  );
}
