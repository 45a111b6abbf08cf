/** What ffx says of a guest that is not ready in time, without calling it failed: it runs, and may only be slow. Pure. */
import type { Status } from '../../../src-shared/model/instance.ts';
import type { Spec } from '../../../src-shared/model/spec.ts';
import type { LaunchRecord } from './records.ts';

/** Sentences to put behind the hint, each after a space. */
export function timeoutReport(
  { runtime, host }: Spec,
  { pid, acceleration }: Pick<Status, 'pid' | 'acceleration'>,
  record: Pick<LaunchRecord, 'settled'> | null,
): string {
  const isEmulated = acceleration?.accelerator === 'tcg';
  return [
    '',
    `After ${Math.round(runtime.readinessMs / 1000)} s it is not ready; it still runs as process ${pid ?? '?'}, and is still waited for.`,
    `The networking mode is ${record?.settled?.networking ?? host.networking}.`,
    isEmulated
      ? `Acceleration is disabled, which significantly slows down the emulator${because(acceleration.hint)}.`
      : `Acceleration is ${acceleration?.accelerator ?? 'unknown'}.`,
    'Wait on, stop it, or give it more time with the readiness time-out.',
  ].join(' ');
}

const because = (hint: string | null): string => (hint === null ? '' : ` (${hint.replace(/\.$/, '')})`);
