/** Waits for an instance to come into a state, over any change of the home's owner. */
import { SlipwayError } from '../../src-shared/contract/errors.ts';
import type { InstanceView } from '../../src-shared/model/instance.ts';
import type { SessionClient } from '../headless/session-client.ts';

/**
 * The first view that `accepts`, starting with how it is now. null when it took longer than `timeoutMs`
 * (0: no limit). Rejects when the instance is gone or the signal is aborted.
 */
export function waitForInstance(
  client: SessionClient,
  id: string,
  accepts: (view: InstanceView) => boolean,
  options: { timeoutMs: number; signal: AbortSignal; onChange?: (view: InstanceView) => void },
): Promise<InstanceView | null> {
  return new Promise((resolve, reject) => {
    const finish = (settle: () => void) => {
      unsubscribe();
      unsubscribeClosed();
      clearTimeout(timer);
      options.signal.removeEventListener('abort', onAbort);
      settle();
    };
    const onAbort = () => finish(() => reject(new SlipwayError('cancelled', 'Interrupted.')));
    const look = (view: InstanceView) => {
      options.onChange?.(view);
      if (accepts(view)) finish(() => resolve(view));
    };
    const ask = () => {
      client.call('instance.show', { id }).then(
        ({ view }) => look(view),
        (error: unknown) => {
          finish(() => reject(error));
        },
      );
    };
    const unsubscribe = client.events.on((event) => {
      if (event.type === 'instanceChanged' && event.view.id === id) look(event.view);
      // The old one's news may have been lost with it.
      if (event.type === 'ownerChanged') ask();
      if (event.type === 'instanceRemoved' && event.id === id) {
        finish(() => reject(new SlipwayError('unknown_instance', `${id} was deleted.`)));
      }
    });
    const unsubscribeClosed = client.closed.on(() =>
      finish(() => reject(new SlipwayError('connection_lost', 'The owner of the Slipway home cannot be reached.'))),
    );
    const timer = options.timeoutMs > 0 ? setTimeout(() => finish(() => resolve(null)), options.timeoutMs) : undefined;
    options.signal.addEventListener('abort', onAbort, { once: true });
    if (options.signal.aborted) onAbort();
    else ask();
  });
}
