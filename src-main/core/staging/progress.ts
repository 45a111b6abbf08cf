/** Thins progress out to what a screen can show; the first and the last number of a step always get through. */
import { limits } from '../../../src-shared/limits.ts';
import type { Progress } from '../../../src-shared/model/instance.ts';
import type { Clock } from '../kit/clock.ts';

export function throttleProgress(
  emit: (progress: Progress) => void,
  clock: Pick<Clock, 'monotonic'>,
  intervalMs: number = limits.progressIntervalMs,
): (progress: Progress) => void {
  let lastAt = Number.NEGATIVE_INFINITY;
  let finished: string | null = null;
  return (progress) => {
    const now = clock.monotonic();
    const isEnd = progress.total > 0 && progress.done >= progress.total;
    const endKey = `${progress.step}:${progress.total}`;
    if (isEnd ? finished === endKey : now - lastAt < intervalMs) return;
    finished = isEnd ? endKey : null;
    lastAt = now;
    emit(progress);
  };
}
