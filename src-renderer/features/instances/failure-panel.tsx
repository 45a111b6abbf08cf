/** A failure in full: sentence, cause, fix, and the machine's own words. */
import type { Failure } from '../../../src-shared/contract/errors.ts';
import { instanceStrings } from '../../strings/instances.ts';
import { Disclosure } from '../../ui/disclosure.tsx';
import { RawText } from '../../ui/raw-text.tsx';

export interface FailurePanelProps {
  readonly failure: Failure;
  readonly lastLines?: readonly string[];
  /** A new failure opens its raw text when nothing else explains it. */
  readonly title?: string;
}

export function FailurePanel({ failure, lastLines = [], title }: FailurePanelProps) {
  const unexplained = failure.hint === undefined && failure.cause === undefined;
  return (
    <section className="failure" role="alert" aria-label={title ?? instanceStrings.failure.label}>
      <p className="failure-message">{failure.message}</p>
      {failure.cause !== undefined && <p className="failure-cause">{failure.cause}</p>}
      {failure.hint !== undefined && (
        <p className="failure-hint">
          <span>{instanceStrings.failure.fix}</span>
          {failure.hint}
        </p>
      )}
      {(failure.raw !== undefined || lastLines.length > 0) && (
        <div className="failure-raw">
          {failure.raw !== undefined && (
            <Disclosure label={instanceStrings.failure.raw} startsOpen={unexplained}>
              <RawText text={failure.raw} label={instanceStrings.failure.raw} />
            </Disclosure>
          )}
          {lastLines.length > 0 && (
            <Disclosure label={instanceStrings.failure.lastLines} startsOpen={unexplained && failure.raw === undefined}>
              <RawText text={lastLines.join('\n')} label={instanceStrings.failure.lastLines} />
            </Disclosure>
          )}
        </div>
      )}
    </section>
  );
}
