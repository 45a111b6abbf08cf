/**
 * Work that nobody waits for. Whatever becomes of it, it ends here: a failure is a line in the log, never a rejection
 * that nobody handles, because that ends a whole process with every console in it. Never: swallows a failure silently.
 */
import { type Log, silentLog } from './log.ts';

let processLog: Log = silentLog;

/** Where failures of unawaited work are written from now on; a face says so when it opens its log. */
export function logUnawaitedTo(log: Log): void {
  processLog = log;
}

/** `what`: the sentence that stands in the log when it fails, as in "a viewer could not be served". */
export function unawaited(work: PromiseLike<unknown>, what: string, log?: Log): void {
  work.then(undefined, (error: unknown) => logFailure(what, error, log));
}

/** The same for a failure that was caught, in a callback to which nobody could be told of it. */
export function logFailure(what: string, error: unknown, log: Log = processLog): void {
  log.error(what, { raw: error instanceof Error ? (error.stack ?? error.message) : String(error) });
}
