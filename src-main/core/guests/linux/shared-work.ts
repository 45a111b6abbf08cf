/**
 * Work that several callers want at the same time: done once, reported to each, and stopped only when the last caller
 * has cancelled. It knows nothing about what the work is.
 */
import { SlipwayError } from '../../../../src-shared/contract/errors.ts';

export interface Caller<Progress> {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

export interface SharedContext<Progress> {
  /** Aborted when no caller is left. */
  readonly signal: AbortSignal;
  readonly report: (progress: Progress) => void;
}

interface Running<Result, Progress> {
  readonly result: Promise<Result>;
  readonly callers: Set<Caller<Progress>>;
  readonly controller: AbortController;
  last: Progress | undefined;
}

export class SharedWork<Result, Progress> {
  readonly #running = new Map<string, Running<Result, Progress>>();

  /**
   * The result of the work under way for `key`, which is started if there is none.
   *
   * @throws SlipwayError `cancelled` as soon as this caller's signal says so, and whatever the work throws.
   */
  async join(
    key: string,
    caller: Caller<Progress>,
    start: (context: SharedContext<Progress>) => Promise<Result>,
  ): Promise<Result> {
    const found = this.#running.get(key);
    // Work that is being cancelled is of no use to a new caller: wait until it has cleaned up, then start anew.
    if (found?.controller.signal.aborted) {
      await found.result.catch(() => undefined);
      return await this.join(key, caller, start);
    }
    const running = found ?? this.#start(key, start);
    running.callers.add(caller);
    if (running.last !== undefined) caller.onProgress?.(running.last);
    return await new Promise<Result>((resolve, reject) => {
      const hasLeft = (): boolean => !running.callers.has(caller);
      const leave = (): void => {
        running.callers.delete(caller);
        if (running.callers.size > 0) reject(cancelled());
        // The last caller waits for the clean-up, so that "cancelled" means that nothing is left behind.
        else running.controller.abort();
      };
      caller.signal?.addEventListener('abort', leave, { once: true });
      if (caller.signal?.aborted) leave();
      running.result
        .then(
          (result) => (hasLeft() ? reject(cancelled()) : resolve(result)),
          (error: unknown) => reject(hasLeft() ? cancelled() : error),
        )
        .finally(() => caller.signal?.removeEventListener('abort', leave));
    });
  }

  #start(key: string, start: (context: SharedContext<Progress>) => Promise<Result>): Running<Result, Progress> {
    const callers = new Set<Caller<Progress>>();
    const controller = new AbortController();
    const report = (progress: Progress): void => {
      running.last = progress;
      for (const { onProgress } of callers) onProgress?.(progress);
    };
    // Started in a later turn, so that nothing is reported before the first caller has joined.
    const result = Promise.resolve()
      .then(() => start({ signal: controller.signal, report }))
      .finally(() => this.#running.delete(key));
    const running: Running<Result, Progress> = { result, callers, controller, last: undefined };
    this.#running.set(key, running);
    return running;
  }
}

function cancelled(): SlipwayError {
  return new SlipwayError('cancelled', 'Cancelled.');
}
