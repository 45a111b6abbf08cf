/** The two questions the rest of the core has: what did the engine mean, and what can be done about this. */
import type { Failure } from '../../../src-shared/contract/errors.ts';
import { type CompletionContext, completeFailure } from './complete.ts';
import { explain } from './explain.ts';

export type Moment = 'launch' | 'end';

/** null: nobody knows the text. */
export async function explainLog(log: string, moment: Moment, context: CompletionContext): Promise<Failure | null> {
  const explanation = explain(log, moment);
  return explanation === null ? null : completeFailure(explanation.failure, explanation.subject, context);
}

/** A failure of ours, found before anything ran. */
export function completed(failure: Failure, context: CompletionContext): Promise<Failure> {
  // What the engine's words explained is complete.
  return failure.rule !== undefined ? Promise.resolve(failure) : completeFailure(failure, null, context);
}
