/**
 * What this window draws: the whole workbench, or one thing that has a window of its own. The look of the root and the
 * refusal of a connection are the same for both.
 */
import { useState } from 'react';
import { useStore } from 'zustand';
import { useApplication } from '../../state/context.tsx';
import { workbenchStrings } from '../../strings/workbench.ts';
import { detachedTarget } from '../console/detach.ts';
import { DetachedConsole } from '../console/detached-console.tsx';
import { useLookOnRoot } from '../settings/theme.ts';
import { Workbench } from './workbench.tsx';

function Refused({ message, hint }: { message: string; hint: string }) {
  return (
    <main className="refused">
      <h1>{workbenchStrings.refused}</h1>
      <p>{message}</p>
      <p className="field-hint">{hint}</p>
    </main>
  );
}

export function Root() {
  const application = useApplication();
  useLookOnRoot();
  const [detached] = useState(() => detachedTarget(window.location.hash));
  const connection = useStore(application.stores.connection, (state) => state.connection);
  if (connection.state === 'refused') return <Refused message={connection.message} hint={connection.hint} />;
  return detached === null ? <Workbench /> : <DetachedConsole target={detached} />;
}
