/** The command line that a launch would have now, for an instance whose settings may have changed since its last boot. */
import { useEffect, useState } from 'react';
import { useStore } from 'zustand';
import type { CommandView, InstanceDetails } from '../../../src-shared/model/instance.ts';
import { useApplication } from '../../state/context.tsx';

/** null: not known, or there is none. */
export function useCommandNow(details: InstanceDetails | undefined): CommandView | null {
  const application = useApplication();
  const [command, setCommand] = useState<CommandView | null>(null);
  const epoch = useStore(application.stores.connection, (state) => state.epoch);
  const id = details?.view.origin === 'slipway' ? details.view.id : null;
  const spec = details === undefined ? null : JSON.stringify(details.spec);
  // biome-ignore lint/correctness/useExhaustiveDependencies: asked again when the Spec or the connection is another
  useEffect(() => {
    let current = true;
    setCommand(null);
    if (id === null) return;
    const ask = async (): Promise<void> => {
      const draft = await application.call('instance.draft', { id });
      const { command: now } = await application.call('instance.preview', draft);
      if (current) setCommand(now);
    };
    // Nothing is lost without it: the last boot's command line is what the tab is for.
    ask().catch(() => undefined);
    return () => {
      current = false;
    };
  }, [application, id, spec, epoch]);
  return command;
}
