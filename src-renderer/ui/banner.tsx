/** A line over a whole area that says a state of it, with what can be done. */
import { CircleCheck, Info, type LucideIcon, OctagonAlert, TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';

export type BannerTone = 'info' | 'good' | 'warning' | 'bad';

const icons: Record<BannerTone, LucideIcon> = {
  info: Info,
  good: CircleCheck,
  warning: TriangleAlert,
  bad: OctagonAlert,
};

export interface BannerProps {
  readonly tone?: BannerTone;
  readonly children: ReactNode;
  readonly hint?: ReactNode;
  readonly actions?: ReactNode;
  /** The accessible name, where it is a place of its own. */
  readonly label?: string;
  /** Said at once by a screen reader. */
  readonly alert?: boolean;
}

export function Banner({ tone = 'info', children, hint, actions, label, alert }: BannerProps) {
  const Icon = icons[tone];
  const spoken = { role: alert ? 'alert' : 'status', 'aria-label': label };
  return (
    <div className="banner" data-tone={tone} {...spoken}>
      <Icon className="banner-icon" size={14} strokeWidth={1.75} aria-hidden />
      <div className="banner-text">
        {children}
        {hint !== undefined && <span className="banner-hint"> {hint}</span>}
      </div>
      {actions !== undefined && <div className="banner-actions">{actions}</div>}
    </div>
  );
}
