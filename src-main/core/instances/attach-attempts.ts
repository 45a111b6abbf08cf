/**
 * How often a guest that refuses to be attached to is tried again: soon at first, then ever more seldom, and at last no
 * more, until its process ends or Slipway is opened anew. Pure.
 */
const firstMs = 100;
const longestMs = 30_000;
/** About two minutes. */
const mostAttempts = 12;

export class AttachAttempts {
  #failed = 0;

  get count(): number {
    return this.#failed;
  }

  /** Milliseconds until the next try; null: enough was tried. */
  failed(): number | null {
    this.#failed++;
    return this.#failed >= mostAttempts ? null : Math.min(longestMs, firstMs * 2 ** (this.#failed - 1));
  }

  /** It let us in; what happens later is another story. */
  succeeded(): void {
    this.#failed = 0;
  }
}
