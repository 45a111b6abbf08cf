/**
 * Counts resets of the machine and says which are a loop: the guest's own, one after another, each ending a round in which
 * it died or got nowhere in a short time. Decisions only; the reasons of the numbers are in limits.ts.
 */
import { limits } from '../../../src-shared/limits.ts';
import type { Clock } from '../kit/clock.ts';

export interface EndedRound {
  readonly byGuest: boolean;
  readonly died: boolean;
  /** It was ready, or somebody typed into it: who works with it may reset it as often as they like. */
  readonly isExcused: boolean;
}

export class ResetCount {
  readonly #clock: Clock;
  #row = 0;
  /** null: it began before we came. */
  #began: number | null;
  #last: { readonly at: number; readonly bytes: number } | null = null;

  /** `inARow`: what went before, when nobody counted. */
  constructor(clock: Clock, began: number | null, inARow = 0) {
    this.#clock = clock;
    this.#began = began;
    this.#row = inARow;
  }

  get inARow(): number {
    return this.#row;
  }

  /** Whether this is still the reset before: the firmware's own, before it has said a word. `bytes`: of output so far. */
  isEcho(bytes: number): boolean {
    const now = this.#clock.monotonic();
    if (this.#last !== null && now - this.#last.at < limits.resetEchoMs && this.#last.bytes === bytes) return true;
    this.#last = { at: now, bytes };
    return false;
  }

  /** How many there are in a row with this one; 0: it is none of them. */
  count({ byGuest, died, isExcused }: EndedRound): number {
    const now = this.#clock.monotonic();
    // One that began before we came is as those before it were, where they are known.
    const wasShort = this.#began === null ? this.#row > 0 : now - this.#began < limits.loopRoundMs;
    this.#began = now;
    this.#row = byGuest && (died || (wasShort && !isExcused)) ? this.#row + 1 : 0;
    return this.#row;
  }

  /** It got somewhere. */
  forgive(): void {
    this.#row = 0;
  }
}
