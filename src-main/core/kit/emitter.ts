/** A typed list of listeners for one event. A listener that throws does not keep the others from hearing. */
import { logFailure } from './unawaited.ts';

export type Unsubscribe = () => void;

export class Emitter<T> {
  readonly #listeners = new Set<(value: T) => void>();
  readonly #onListenerError: (error: unknown) => void;

  constructor(
    onListenerError: (error: unknown) => void = (error) => logFailure('a listener of an event failed', error),
  ) {
    this.#onListenerError = onListenerError;
  }

  on(listener: (value: T) => void): Unsubscribe {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  emit(value: T): void {
    for (const listener of [...this.#listeners]) {
      try {
        listener(value);
      } catch (error) {
        this.#onListenerError(error);
      }
    }
  }

  get size(): number {
    return this.#listeners.size;
  }
}
