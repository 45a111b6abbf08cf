/** A failure inside the dialog: sentence, cause, fix, and the machine's own words folded away. */
import type { Failure, Fix } from '../../../src-shared/contract/errors.ts';
import { launchStrings } from '../../strings/launch.ts';
import { Button } from '../../ui/button.tsx';
import { Disclosure } from '../../ui/disclosure.tsx';
import { RawText } from '../../ui/raw-text.tsx';

export interface DialogFailureProps {
  readonly failure: Failure;
  /** Does a fix that changes the form; the others are not offered here. */
  readonly onFix?: (fix: Extract<Fix, { kind: 'set' }>) => void;
}

export function DialogFailure({ failure, onFix }: DialogFailureProps) {
  const fixes = onFix === undefined ? [] : (failure.fixes ?? []).filter((fix) => fix.kind === 'set');
  return (
    <section className="failure dialog-failure" role="alert" aria-label={launchStrings.failed}>
      <p className="failure-message">{failure.message}</p>
      {failure.cause !== undefined && <p className="failure-cause">{failure.cause}</p>}
      {failure.hint !== undefined && (
        <p className="failure-hint">
          <span>{launchStrings.failureFix}</span>
          {failure.hint}
        </p>
      )}
      {fixes.length > 0 && (
        <div className="failure-fixes">
          {fixes.map((fix) => (
            <Button key={fix.label} small onClick={() => onFix?.(fix)}>
              {fix.label}
            </Button>
          ))}
        </div>
      )}
      {failure.raw !== undefined && (
        <Disclosure label={launchStrings.failureRaw}>
          <RawText text={failure.raw} label={launchStrings.failureRaw} />
        </Disclosure>
      )}
    </section>
  );
}
