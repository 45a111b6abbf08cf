/** Sends a form: launch, create, or save. One at a time; a failure stays in the form. */
import { useState } from 'react';
import { type Failure, toFailure } from '../../../src-shared/contract/errors.ts';
import type { Draft } from '../../../src-shared/model/spec.ts';
import { useApplication } from '../../state/context.tsx';
import { frontConsole, withView } from '../../state/instances.ts';

/** An instance that is edited; null makes a new one. */
export function useSubmit(instance: string | null, onDone: () => void) {
  const application = useApplication();
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);

  const write = async (draft: Draft, launch: boolean): Promise<void> => {
    const launched = (view: Parameters<typeof application.launched>[0]) =>
      application.launched(view, frontConsole(draft.guest));
    if (instance !== null) {
      await application.call('instance.configure', { id: instance, draft });
      if (launch) launched(await application.call('instance.start', { id: instance }));
    } else if (launch) launched(await application.call('instance.launch', draft));
    else {
      const view = await application.call('instance.create', draft);
      application.stores.instances.setState((state) => withView(state, view));
      application.select(view.id);
    }
  };
  /** False: it failed, see `failure`. */
  const send = async (draft: Draft, launch: boolean): Promise<boolean> => {
    if (busy) return false;
    setBusy(true);
    setFailure(null);
    try {
      await write(draft, launch);
      onDone();
      return true;
    } catch (error) {
      setFailure(toFailure(error));
      return false;
    } finally {
      setBusy(false);
    }
  };
  return { busy, failure, send, forget: () => setFailure(null) };
}
