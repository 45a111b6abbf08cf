/** Windows, as far as this client's face has any. */
import type { windowCalls } from '../../../../src-shared/contract/calls/windows.ts';
import { SlipwayError } from '../../../../src-shared/contract/errors.ts';
import type { HandlerServices, HandlersOf } from './services.ts';

export function windowHandlers({ manager }: HandlerServices): HandlersOf<typeof windowCalls> {
  return {
    'window.detach': async (target, session) => {
      const detach = session.identity.abilities.detach;
      if (detach === undefined) throw new SlipwayError('not_permitted', 'Windows are opened by the browser here.');
      // Throws for an instance that is not there.
      manager.get(target.id);
      await detach(target);
      return {};
    },
  };
}
