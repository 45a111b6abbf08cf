/** What an instance is given to work with. */

import type { Failure } from '../../../src-shared/contract/errors.ts';
import type { AccelerationChoice, Architecture } from '../../../src-shared/model/engine.ts';
import type { Spec } from '../../../src-shared/model/spec.ts';
import type { EmulatorEngine, EngineCapabilities } from '../engines/engine.ts';
import type { Paths } from '../home/paths.ts';
import type { Clock } from '../kit/clock.ts';
import type { Log } from '../kit/log.ts';
import type { InstanceOf } from '../network/port-owner.ts';
import type { InstanceStore } from './store.ts';

export interface AccelerationDoctor {
  /** Throws `engine_unsuitable` when an accelerator that was asked for by name cannot be used. */
  resolve(
    requested: Spec['host']['acceleration'],
    architecture: Architecture,
    capabilities: EngineCapabilities,
  ): Promise<AccelerationChoice>;
}

export interface FailureContext {
  readonly spec: Spec;
  readonly engine: EmulatorEngine;
  readonly instanceOf: InstanceOf;
}

export interface InstanceServices {
  readonly paths: Paths;
  readonly store: InstanceStore;
  readonly engine: EmulatorEngine;
  readonly doctor: AccelerationDoctor;
  /**
   * The engine's own words as a failure, with what the host shows beside it; null when they are not known. `end`: the
   * last words of one that ran.
   */
  explain(engineLog: string, moment: 'launch' | 'end', context: FailureContext): Promise<Failure | null> | null;
  /** Adds what the host shows, and fixes, to a failure of ours. */
  readonly complete?: (failure: Failure, context: FailureContext) => Promise<Failure>;
  /** The instance whose engine a process is; so that whoever has a port is called by its name. */
  readonly instanceOf?: InstanceOf;
  readonly clock: Clock;
  readonly log: Log;
}

/** A failure as it is recorded and shown. */
export async function completeFor(
  { engine, instanceOf = () => null, complete }: InstanceServices,
  failure: Failure,
  spec: Spec,
): Promise<Failure> {
  return complete === undefined ? failure : complete(failure, { spec, engine, instanceOf });
}
