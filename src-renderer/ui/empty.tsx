/** Nothing is here: a sentence that says what would be, and the one next step. */
import type { ReactNode } from 'react';

export interface EmptyProps {
  readonly title?: string;
  readonly children: ReactNode;
  readonly actions?: ReactNode;
  /** In the middle of its space, instead of at its top left like text. */
  readonly centred?: boolean;
}

export function Empty({ title, children, actions, centred }: EmptyProps) {
  return (
    <div className="empty-note" data-centred={centred ? '' : undefined}>
      {title !== undefined && <h2 className="empty-note-title">{title}</h2>}
      <p>{children}</p>
      {actions !== undefined && <div className="empty-note-actions">{actions}</div>}
    </div>
  );
}
