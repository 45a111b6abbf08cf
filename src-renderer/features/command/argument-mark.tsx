/** Whose an argument is, where it is not simply a field's. */
import { previewStrings } from '../../strings/launch.ts';
import { Badge } from '../../ui/badge.tsx';
import type { ArgumentOrigin } from '../launch/links/argument-links.ts';

export function ArgumentMark({ origin }: { origin: ArgumentOrigin }) {
  if (origin === 'field') return null;
  return (
    <span className="argument-mark" data-origin={origin}>
      {/* Half of the line is Slipway's: a frame around each would be all one sees. */}
      {origin === 'own' ? <Badge tone="info">{previewStrings.own}</Badge> : previewStrings.ofSlipway}
    </span>
  );
}
