/** Label and value in two columns; the machine's own words can be copied. */

import './details.css';
import { commonStrings } from '../../strings/common.ts';
import { Breakable } from '../../ui/breakable.tsx';
import { CopyIcon } from '../../ui/copy-button.tsx';
import type { Fact } from './facts.ts';

export function Facts({ facts, label }: { facts: readonly (Fact & { readonly about?: string })[]; label: string }) {
  return (
    <dl className="facts" aria-label={label}>
      {facts.map((fact) => (
        <div key={fact.label} className="fact">
          <dt>{fact.label}</dt>
          <dd className={fact.machine ? 'mono' : undefined}>
            <span className="fact-value">{fact.machine ? <Breakable text={fact.value} /> : fact.value}</span>
            {fact.machine && <CopyIcon text={fact.value} label={commonStrings.copyOf(fact.label.toLowerCase())} />}
            {fact.about !== undefined && <span className="fact-about">{fact.about}</span>}
          </dd>
        </div>
      ))}
    </dl>
  );
}
