/** Short messages in the corner. What failed stays until it is dismissed; the rest leaves by itself. */
import { X } from 'lucide-react';
import { Button, IconButton } from './button.tsx';

export interface NoticeText {
  readonly id: number;
  readonly tone: 'plain' | 'failure';
  readonly text: string;
  readonly hint?: string | undefined;
  readonly action: { readonly label: string; run(): void } | null;
}

export function Notices({ notices, onDismiss }: { notices: readonly NoticeText[]; onDismiss: (id: number) => void }) {
  return (
    <section className="notices" aria-label="Notifications" aria-live="polite">
      {notices.map((notice) => (
        <div
          key={notice.id}
          className="notice"
          data-tone={notice.tone}
          role={notice.tone === 'failure' ? 'alert' : undefined}
        >
          <p className="notice-text">
            {notice.text}
            {notice.hint !== undefined && <span className="field-hint">{notice.hint}</span>}
          </p>
          {notice.action && (
            <Button
              small
              onClick={() => {
                notice.action?.run();
                onDismiss(notice.id);
              }}
            >
              {notice.action.label}
            </Button>
          )}
          <IconButton small icon={X} label="Dismiss" onClick={() => onDismiss(notice.id)} />
        </div>
      ))}
    </section>
  );
}
