/** Whose an argument is, where it is not simply a field's. */
import { previewStrings } from '../../strings/launch.ts';
import { Badge } from '../../ui/badge.tsx';
import type { ArgumentOrigin } from '../launch/links/argument-links.ts';

export function ArgumentMark({ origin }: { origin: ArgumentOrigin }) {
  if (origin === 'field') return null;
  return (
    <span className="argument-mark">
      {origin === 'own' ? <Badge tone="info">{previewStrings.own}</Badge> : <Badge>{previewStrings.ofSlipway}</Badge>}
    </span>
  );
}
