/** A short word in a frame. With `about` it can be focused, and says more in a tooltip. */
import type { LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';
import { Tip } from './tip.tsx';

export type BadgeTone = 'plain' | 'good' | 'warning' | 'bad' | 'info';

export interface BadgeProps {
  readonly tone?: BadgeTone;
  readonly icon?: LucideIcon;
  readonly children: ReactNode;
  readonly about?: string | undefined;
  readonly className?: string;
}

export function Badge({ tone = 'plain', icon: Icon, children, about, className }: BadgeProps) {
  const shared = { className: className === undefined ? 'badge' : `badge ${className}`, 'data-tone': tone };
  const content = (
    <>
      {Icon && <Icon size={12} strokeWidth={1.75} aria-hidden />}
      {children}
    </>
  );
  if (about === undefined) return <span {...shared}>{content}</span>;
  return (
    <Tip text={about}>
      <button type="button" {...shared}>
        {content}
        <span className="unseen">. {about}</span>
      </button>
    </Tip>
  );
}
