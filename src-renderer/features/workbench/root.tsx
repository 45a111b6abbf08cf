/**
 * What this window draws: the whole workbench, or one thing that has a window of its own. The look of the root and the
 * refusal of a connection are the same for both.
 */
import { useState } from 'react';
import { useStore } from 'zustand';
import type { Refusal } from '../../api/transport.ts';
import { useApplication } from '../../state/context.tsx';
import { commonStrings } from '../../strings/common.ts';
import { workbenchStrings } from '../../strings/workbench.ts';
import { RawText } from '../../ui/raw-text.tsx';
import { detachedTarget } from '../console/detach.ts';
import { DetachedConsole } from '../console/detached-console.tsx';
import { useLookOnRoot } from '../settings/theme.ts';
import { Workbench } from './workbench.tsx';

function Refused({ message, cause, hint, raw }: Refusal) {
  return (
    <main className="refused">
      <h1>{workbenchStrings.refused}</h1>
      <p>{message}</p>
      {cause !== undefined && <p>{cause}</p>}
      {hint !== '' && <p className="field-hint">{hint}</p>}
      {raw !== undefined && <RawText text={raw} label={commonStrings.rawText} />}
    </main>
  );
}

export function Root() {
  const application = useApplication();
  useLookOnRoot();
  const [detached] = useState(() => detachedTarget(window.location.hash));
  const connection = useStore(application.stores.connection, (state) => state.connection);
  if (connection.state === 'refused') return <Refused {...connection} />;
  return detached === null ? <Workbench /> : <DetachedConsole target={detached} />;
}
