/** Consoles: opened and closed; their bytes go past the router. */
import type { consoleCalls } from '../../../../src-shared/contract/calls/consoles.ts';
import { encodeArrivals } from '../../../../src-shared/contract/console-times.ts';
import { searchTranscript } from '../../consoles/transcript-search.ts';
import { controlConsent } from '../control-consent.ts';
import type { HandlerServices, HandlersOf } from './services.ts';

export function consoleHandlers({ manager, powers }: HandlerServices): HandlersOf<typeof consoleCalls> {
  return {
    'console.open': async ({ id, console, boot }, session) => {
      const instance = manager.get(id);
      // A guest that is just being found again can be typed to in a moment, and is to be opened so.
      if (boot === null) await instance.whenKnown?.();
      const { consoles, view } = instance;
      const { identity } = session;
      // The command line and a person's own programs are the person.
      const consent = identity.trust === 'user' ? undefined : controlConsent(identity, view, powers);
      let opened = { columns: 80, rows: 24, writable: false };
      const viewer = await session.view(async (send) => {
        const { viewing, ...facts } = await consoles.open(console, boot, send, consent);
        opened = facts;
        return viewing;
      });
      return { viewer, ...opened };
    },
    'console.break': async ({ id, console }) => {
      await manager.get(id).sendBreak(console);
      return {};
    },
    'console.search': ({ id, console, boot, ...query }) =>
      searchTranscript(manager.get(id).consoles.transcriptOf(console, boot), query),
    'console.times': async ({ id, console, boot, from, to }) => {
      const arrivals = await manager.get(id).consoles.arrivals(console, boot, from, to);
      return { base64: Buffer.from(encodeArrivals(arrivals)).toString('base64') };
    },
    'console.close': async ({ viewer }, session) => {
      session.closeViewer(viewer);
      return {};
    },
  };
}
