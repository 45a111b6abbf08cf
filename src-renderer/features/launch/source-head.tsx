/** What the form is for, and the way back to the other sources. */
import { useApplication } from '../../state/context.tsx';
import type { GuestKind } from '../../state/stores.ts';
import { launchStrings, sourceStrings } from '../../strings/launch.ts';
import { Button } from '../../ui/button.tsx';

export function SourceHead({ kind, onBack }: { kind: GuestKind; onBack: (() => void) | null }) {
  const native = useApplication().face === 'window';
  const { title, about } = sourceStrings.guests[kind];
  return (
    <div className="source-head" data-field="guest.kind">
      <h2>{title}</h2>
      {onBack !== null && (
        <Button small tone="quiet" title={launchStrings.backKeys} onClick={onBack}>
          {launchStrings.otherSource}
        </Button>
      )}
      <p className="launch-about">
        {about} {native && launchStrings.dropHint}
      </p>
    </div>
  );
}
