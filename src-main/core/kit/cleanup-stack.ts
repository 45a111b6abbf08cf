/**
 * What was acquired, in the order it was acquired, to be released in reverse. Whoever creates registers the clean-up on
 * the next line; a failure half way then releases exactly what there is.
 */
import { unawaited } from './unawaited.ts';

export type Cleanup = () => void | Promise<void>;

export class CleanupStack {
  #cleanups: Cleanup[] = [];
  #closed = false;

  /** Registers a clean-up. After `close` it runs at once, so that late acquisitions are not leaked. */
  add(cleanup: Cleanup): void {
    if (this.#closed) unawaited(this.#late(cleanup), 'what was acquired late could not be released');
    else this.#cleanups.push(cleanup);
  }

  async #late(cleanup: Cleanup): Promise<void> {
    await cleanup();
  }

  /** Everything went well: the resources stay, and whoever owns them now releases them. */
  keep(): void {
    this.#cleanups = [];
  }

  /** Runs every clean-up in reverse order, the failed ones too; throws the first error after all have run. */
  async close(): Promise<void> {
    this.#closed = true;
    const cleanups = this.#cleanups.reverse();
    this.#cleanups = [];
    const errors: unknown[] = [];
    for (const cleanup of cleanups) {
      try {
        await cleanup();
      } catch (error) {
        errors.push(error);
      }
    }
    if (errors.length > 0) throw errors[0];
  }
}
