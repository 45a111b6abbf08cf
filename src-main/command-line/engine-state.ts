/** ffx's five words for the state of an emulator, for scripts that know them. Pure. */
import type { InstanceView } from '../../src-shared/model/instance.ts';

export type EngineState = 'new' | 'configured' | 'staged' | 'running' | 'error';

/**
 * `running` says that a process lives and nothing about its guest; `staged` is also what has ended, however it ended.
 */
export function engineState({ status }: Pick<InstanceView, 'status'>): EngineState {
  if (status.processLives) return 'running';
  switch (status.phase) {
    case 'running':
    case 'starting':
    case 'stopping':
    case 'elsewhere':
      return 'running';
    case 'staging':
      return 'configured';
    case 'stopped':
      return status.boot === 0 ? 'configured' : 'staged';
    case 'failed':
      return status.crashed ? 'staged' : 'error';
  }
}
