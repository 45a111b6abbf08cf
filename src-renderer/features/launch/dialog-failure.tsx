/** A failure inside the dialog, with the fixes that change the form. The others are an instance's own. */
import type { Failure, Fix } from '../../../src-shared/contract/errors.ts';
import { launchStrings } from '../../strings/launch.ts';
import { Button } from '../../ui/button.tsx';
import { FailurePanel } from '../failure/failure-panel.tsx';

export interface DialogFailureProps {
  readonly failure: Failure;
  readonly onFix?: (fix: Extract<Fix, { kind: 'set' }>) => void;
}

export function DialogFailure({ failure, onFix }: DialogFailureProps) {
  const fixes = onFix === undefined ? [] : (failure.fixes ?? []).filter((fix) => fix.kind === 'set');
  return (
    <FailurePanel
      failure={failure}
      title={launchStrings.failed}
      fixes={
        fixes.length > 0 && (
          <div className="failure-fixes">
            {fixes.map((fix) => (
              <Button key={fix.label} small onClick={() => onFix?.(fix)}>
                {fix.label}
              </Button>
            ))}
          </div>
        )
      }
    />
  );
}
