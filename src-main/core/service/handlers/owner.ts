/** The owner of the home, for other programs of the same user. */
import type { ownerCalls } from '../../../../src-shared/contract/calls/owner.ts';
import type { HandlerServices, HandlersOf } from './services.ts';

export function ownerHandlers(services: HandlerServices): HandlersOf<typeof ownerCalls> {
  return {
    'owner.describe': async () => ({ kind: services.kind, pid: process.pid }),
    'owner.handover': async () => {
      // After the answer is on its way.
      setImmediate(() => services.onHandover());
      return {};
    },
    'owner.focus': async (_, session) => {
      session.identity.abilities.focus?.();
      return {};
    },
  };
}
