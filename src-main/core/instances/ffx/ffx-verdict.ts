/** What the evidence about an instance of ffx's means. Decisions, no I/O: ffx's own word for a state is one of the facts. */
import type { Phase } from '../../../../src-shared/lifecycle.ts';
import { deriveEngineState, type EngineState } from '../../../../src-shared/model/ffx-engine-data.ts';

export interface FfxFacts {
  /** `engine.json` was read, or is there and cannot be. */
  readonly record: 'read' | 'broken';
  readonly stored: EngineState;
  readonly imagesStaged: boolean;
  /** A living process that was recognised as this very emulator. */
  readonly processIsOurs: boolean;
  /** A socket lies there that the emulator would have removed, had it ended in good order. */
  readonly socketsLeft: boolean;
  /** Slipway is ending it now. */
  readonly stopping: boolean;
  /** Slipway ended the process that ffx recorded. */
  readonly endedByUs: boolean;
}

export interface FfxVerdict {
  readonly engineState: EngineState;
  readonly phase: Phase;
  /** Why it is `failed`. */
  readonly fault: 'record-broken' | 'ffx-failed' | 'crashed' | null;
}

export function decideFfx(facts: FfxFacts): FfxVerdict {
  const engineState = deriveEngineState(facts);
  const verdict = (phase: Phase, fault: FfxVerdict['fault'] = null): FfxVerdict => ({ engineState, phase, fault });
  if (facts.processIsOurs) return verdict(facts.stopping ? 'stopping' : 'running');
  if (facts.record === 'broken') return verdict('failed', 'record-broken');
  if (facts.stored === 'error') return verdict('failed', 'ffx-failed');
  // ffx's own stop kills too and leaves the sockets, but it records the stop.
  const crashed = facts.stored === 'running' && facts.socketsLeft && !facts.endedByUs;
  return crashed ? verdict('failed', 'crashed') : verdict('stopped');
}
