/** One short message: what happened, what helps, and, folded away, the cause and the machine's own words. */
import { CircleX, Info, X } from 'lucide-react';
import { commonStrings } from '../strings/common.ts';
import { Button, IconButton } from './button.tsx';
import { Disclosure } from './disclosure.tsx';
import { RawText } from './raw-text.tsx';

export interface NoticeText {
  readonly id: number;
  readonly tone: 'plain' | 'failure';
  readonly text: string;
  readonly hint?: string | undefined;
  readonly cause?: string | undefined;
  readonly raw?: string | undefined;
  readonly action: { readonly label: string; run(): void } | null;
}

function More({ cause, raw }: Pick<NoticeText, 'cause' | 'raw'>) {
  if (cause === undefined && raw === undefined) return null;
  return (
    <div className="notice-more">
      <Disclosure label={commonStrings.details}>
        {cause !== undefined && <p className="notice-cause">{cause}</p>}
        {raw !== undefined && <RawText text={raw} label={commonStrings.rawText} />}
      </Disclosure>
    </div>
  );
}

export function NoticeCard({ notice, onDismiss }: { notice: NoticeText; onDismiss: () => void }) {
  const failed = notice.tone === 'failure';
  const Icon = failed ? CircleX : Info;
  return (
    <div className="notice" data-tone={notice.tone} role={failed ? 'alert' : undefined}>
      <Icon className="notice-icon" size={14} strokeWidth={1.75} aria-hidden />
      <p className="notice-text">
        {notice.text}
        {notice.hint !== undefined && <span className="notice-hint"> {notice.hint}</span>}
      </p>
      {notice.action ? (
        <Button
          small
          onClick={() => {
            notice.action?.run();
            onDismiss();
          }}
        >
          {notice.action.label}
        </Button>
      ) : (
        <span />
      )}
      <IconButton small icon={X} label={commonStrings.dismiss} onClick={onDismiss} />
      <More cause={notice.cause} raw={notice.raw} />
    </div>
  );
}
