/** Notices that the guest says it died, on its first serial line, and forgets it when the machine begins anew. */
import type { Unsubscribe } from '../kit/emitter.ts';
import type { InstanceConsoles } from './instance-consoles.ts';
import type { InstanceState } from './instance-state.ts';
import { isPanic, panicWords } from './panic-lines.ts';

/**
 * Of a guest that is found again only the end is read: what it died of was the last it had to say. One that has printed
 * more than a trace since then lives on.
 */
const lookBackBytes = 16 * 1024;

/** The returned function ends it. */
export function watchForPanic(state: InstanceState, consoles: InstanceConsoles): Unsubscribe {
  const from = Math.max(0, consoles.serialBytes - lookBackBytes);
  return consoles.watchLines({ containing: panicWords, from }, ({ text, offset }) => {
    // The first one says why; those that follow are its consequences.
    if (state.current.panic === null && isPanic(text)) state.learn({ panic: { line: text.trim(), offset } });
  });
}
