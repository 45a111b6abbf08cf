/**
 * Work that nobody on the page waits for: a press, a drop, a picture that is being fetched. A failure that it does not
 * tell itself is told here, as every other is, instead of nowhere.
 */
import { type Failure, toFailure } from '../../src-shared/contract/errors.ts';

let tell: (failure: Failure) => void = () => undefined;

/** Who shows failures from now on. */
export function tellUnawaitedTo(teller: (failure: Failure) => void): void {
  tell = teller;
}

/** `null` and `undefined`: there was nothing to do. */
export function unawaited(work: PromiseLike<unknown> | null | undefined): void {
  work?.then(undefined, (error: unknown) => {
    console.error(error);
    const failure = toFailure(error);
    // A lost connection is seen by everybody; what was cancelled was meant to be.
    if (failure.code !== 'connection_lost' && failure.code !== 'cancelled') tell(failure);
  });
}
