/** A clock that moves only when a test says so. Wall and monotonic time advance together. */
import type { Clock } from '../kit/clock.ts';

interface Waiter {
  readonly at: number;
  readonly wake: () => void;
}

export class FakeClock implements Clock {
  #elapsedMs = 0;
  #waiters: Waiter[] = [];
  readonly #startedAt: number;

  /** `startedAt`: wall time in ms since 1970 at which the clock stands. */
  constructor(startedAt: number = Date.UTC(2026, 0, 1)) {
    this.#startedAt = startedAt;
  }

  now(): number {
    return this.#startedAt + this.#elapsedMs;
  }

  monotonic(): number {
    return this.#elapsedMs;
  }

  wait(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) {
        reject(signal.reason);
        return;
      }
      const onAbort = () => {
        this.#waiters = this.#waiters.filter((other) => other !== waiter);
        reject(signal?.reason);
      };
      const wake = () => {
        signal?.removeEventListener('abort', onAbort);
        resolve();
      };
      const waiter: Waiter = { at: this.#elapsedMs + Math.max(0, ms), wake };
      this.#waiters.push(waiter);
      signal?.addEventListener('abort', onAbort, { once: true });
    });
  }

  /** How many wait, and for the moment (in ms from now) the next of them wakes; null: nobody waits. */
  get waiting(): { readonly count: number; readonly nextMs: number | null } {
    const next = Math.min(...this.#waiters.map((waiter) => waiter.at));
    return { count: this.#waiters.length, nextMs: this.#waiters.length === 0 ? null : next - this.#elapsedMs };
  }

  /**
   * Moves time forward, waking who is due in order, each with everything it then does settled before the next: also who
   * begins to wait on the way.
   */
  async advance(ms: number): Promise<void> {
    const until = this.#elapsedMs + ms;
    await settle();
    for (;;) {
      const due = this.#waiters.filter((waiter) => waiter.at <= until).sort((a, b) => a.at - b.at)[0];
      if (due === undefined) break;
      this.#waiters = this.#waiters.filter((waiter) => waiter !== due);
      this.#elapsedMs = due.at;
      due.wake();
      await settle();
    }
    this.#elapsedMs = until;
  }
}

/** Lets every promise that can settle do so. */
export function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
