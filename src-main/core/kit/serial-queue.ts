/** Tasks per key one after another, in the order they came; a failed one does not stop the next. */
import { unawaited } from './unawaited.ts';

export class SerialQueue {
  readonly #tails = new Map<string, Promise<unknown>>();

  run<T>(key: string, task: () => Promise<T>): Promise<T> {
    const before = this.#tails.get(key) ?? Promise.resolve();
    const result = before.then(task, task);
    const tail = result.catch(() => undefined);
    this.#tails.set(key, tail);
    const forget = () => {
      if (this.#tails.get(key) === tail) this.#tails.delete(key);
    };
    unawaited(tail.then(forget), 'a queue could not go on');
    return result;
  }
}
