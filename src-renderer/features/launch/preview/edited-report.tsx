/** What an edited command line changed in the form, and the way back. */
import { editStrings } from '../../../strings/launch.ts';
import { Button } from '../../../ui/button.tsx';
import { labelOf } from '../field-path.ts';
import type { Edited } from './edit-command.tsx';

export interface EditedReportProps {
  readonly edited: Edited;
  readonly onUndo: () => void;
  readonly onDismiss: () => void;
}

export function EditedReport({ edited, onUndo, onDismiss }: EditedReportProps) {
  const { changes, kept, dropped, notes } = edited;
  const words = (list: Edited['kept']) => list.map(({ args }) => args.join(' ')).join('  ');
  return (
    <section className="edited" aria-label={editStrings.result} role="status">
      {changes.length === 0 && kept.length === 0 && dropped.length === 0 && <p>{editStrings.nothing}</p>}
      <ul>
        {changes.map(({ field, before, after }) => (
          <li key={field}>{editStrings.change(labelOf(field), before, after)}</li>
        ))}
        {kept.length > 0 && (
          <li>
            {editStrings.kept}: <code>{words(kept)}</code>
          </li>
        )}
        {dropped.length > 0 && (
          <li>
            {editStrings.dropped}: <code>{words(dropped)}</code>
          </li>
        )}
        {notes.map((note) => (
          <li key={note}>{note}</li>
        ))}
      </ul>
      <div className="edited-foot">
        {(changes.length > 0 || kept.length > 0) && (
          <Button small onClick={onUndo}>
            {editStrings.undo}
          </Button>
        )}
        <Button small tone="quiet" onClick={onDismiss}>
          {editStrings.dismiss}
        </Button>
      </div>
    </section>
  );
}
