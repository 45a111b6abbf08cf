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

export interface InstanceServices {
  readonly paths: Paths;
  readonly store: InstanceStore;
  readonly engine: EmulatorEngine;
  readonly doctor: AccelerationDoctor;
  /** The engine's own words as a failure, or null when they are not known. */
  explain(engineLog: string): Failure | null;
  /** The instance whose engine a process is; so that whoever has a port is called by its name. */
  readonly instanceOf?: InstanceOf;
  readonly clock: Clock;
  readonly log: Log;
}
