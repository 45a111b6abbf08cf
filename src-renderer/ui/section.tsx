/** A page of sections and settings: title and verdict first, sections on one ground, hairlines between rows. */
import { RotateCcw } from 'lucide-react';
import { type ReactNode, useId } from 'react';
import { commonStrings } from '../strings/common.ts';
import { IconButton } from './button.tsx';

export interface PageProps {
  readonly title: string;
  /** One sentence below the title: the verdict of the whole. */
  readonly lead?: ReactNode;
  readonly actions?: ReactNode;
  /** Sections to jump to, down the left side, by the `id` of their `Section`. */
  readonly sections?: readonly { readonly id: string; readonly label: string }[];
  readonly children: ReactNode;
}

function goTo(id: string): void {
  const section = document.getElementById(id);
  section?.scrollIntoView({ block: 'start' });
  section?.focus({ preventScroll: true });
}

export function Page({ title, lead, actions, sections, children }: PageProps) {
  return (
    <main className="page" aria-label={title}>
      <header className="page-head">
        <div className="page-title">
          <h1>{title}</h1>
          {lead !== undefined && <p className="page-lead">{lead}</p>}
        </div>
        {actions !== undefined && <div className="page-actions">{actions}</div>}
      </header>
      <div className="page-columns">
        {sections !== undefined && (
          <nav className="page-nav" aria-label={commonStrings.sections}>
            {sections.map(({ id, label }) => (
              <button key={id} type="button" className="page-nav-item" onClick={() => goTo(id)}>
                {label}
              </button>
            ))}
          </nav>
        )}
        {/* A scrolling place must be reachable with the keyboard, also when nothing in it is. */}
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: see above */}
        <div className="page-body" tabIndex={0}>
          {children}
        </div>
      </div>
    </main>
  );
}

export interface SectionProps {
  readonly id?: string;
  readonly title: string;
  readonly about?: ReactNode;
  readonly actions?: ReactNode;
  readonly children: ReactNode;
}

export function Section({ id, title, about, actions, children }: SectionProps) {
  const heading = useId();
  return (
    <section className="section" id={id} aria-labelledby={heading} tabIndex={-1}>
      <div className="section-head">
        <h2 id={heading}>{title}</h2>
        {actions !== undefined && <div className="section-actions">{actions}</div>}
      </div>
      {about !== undefined && <p className="section-about">{about}</p>}
      <div className="section-body">{children}</div>
    </section>
  );
}

export interface SettingRowProps {
  readonly label: string;
  readonly about?: ReactNode;
  /** In words; shown when the value differs from it. */
  readonly defaultText?: string;
  /** Given when the value differs from its default. */
  readonly onDefault?: (() => void) | undefined;
  /** One control, with the same `label` and `labelHidden`. */
  readonly children: ReactNode;
}

export function SettingRow({ label, about, defaultText, onDefault, children }: SettingRowProps) {
  return (
    <div className="setting" data-changed={onDefault ? '' : undefined}>
      <div className="setting-text">
        <span className="setting-label">{label}</span>
        {about !== undefined && <p className="field-hint">{about}</p>}
        {onDefault && defaultText !== undefined && <p className="field-hint">{commonStrings.defaultIs(defaultText)}</p>}
      </div>
      <div className="setting-control">
        {children}
        <span className="setting-default">
          {onDefault && (
            <IconButton small icon={RotateCcw} label={`${commonStrings.backToDefault}: ${label}`} onClick={onDefault} />
          )}
        </span>
      </div>
    </div>
  );
}
