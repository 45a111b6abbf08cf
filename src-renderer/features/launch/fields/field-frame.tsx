/** The place of a field: what an argument leads to, and what lights the arguments it makes. */
import type { ReactNode } from 'react';
import { useIsLit, useLinks } from '../links/link-store.ts';

export function FieldFrame({ field, children }: { field: string; children: ReactNode }) {
  const links = useLinks();
  const lit = useIsLit(field);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: it watches the controls inside and is none itself
    <div
      className="field-frame"
      data-field={field}
      data-lit={lit ? '' : undefined}
      // Whatever the pointer rests on, who types means this field.
      onFocus={() => links.setState({ focused: field, hovered: null })}
      onBlur={() => links.setState(({ focused }) => ({ focused: focused === field ? null : focused }))}
      onMouseEnter={() => links.setState({ hovered: field })}
      onMouseLeave={() => links.setState(({ hovered }) => ({ hovered: hovered === field ? null : hovered }))}
    >
      {children}
    </div>
  );
}
