/** What handlers are made of, and what a module of them promises. */

import type { AccelerationDoctor } from '../../diagnosis/acceleration.ts';
import type { EmulatorEngine } from '../../engines/engine.ts';
import type { Paths } from '../../home/paths.ts';
import type { InstanceManager } from '../../instances/manager.ts';
import type { HostToolSearch } from '../../process/host-tool.ts';
import type { PowerMemory } from '../power-memory.ts';
import type { Handlers } from '../router.ts';
import type { SettingsFile } from '../settings.ts';

export interface HandlerServices {
  readonly paths: Paths;
  /** Where the embedded guests lie, as real files that QEMU can open. */
  readonly assetsDirectory: string;
  readonly kind: 'window' | 'web' | 'command-line';
  readonly manager: InstanceManager;
  readonly engine: EmulatorEngine;
  readonly doctor: AccelerationDoctor;
  readonly settings: SettingsFile;
  readonly powers: PowerMemory;
  /** Where programs of the host are looked for, if not in the usual places. */
  readonly toolSearch?: HostToolSearch;
  onHandover(): void;
}

/** The handlers of one table of `contract/calls/`. */
export type HandlersOf<Table> = Pick<Handlers, Extract<keyof Table, keyof Handlers>>;
