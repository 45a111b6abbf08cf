/** What became of each argument of a pasted command line: notes, then what was kept or left out, the rest folded. */
import '../../command/command.css';
import './paste.css';
import type { ImportedArgument } from '../../../../src-shared/model/template.ts';
import { pasteStrings } from '../../../strings/launch.ts';
import { Badge, type BadgeTone } from '../../../ui/badge.tsx';
import { Breakable } from '../../../ui/breakable.tsx';
import { Disclosure } from '../../../ui/disclosure.tsx';
import { labelOf } from '../field-path.ts';
import { argumentsByConcern, countsOf, type Reading } from './reading.ts';

const tones: Record<ImportedArgument['fate'], BadgeTone> = {
  field: 'plain',
  slipway: 'plain',
  kept: 'info',
  dropped: 'warning',
};

interface RowsProps {
  readonly list: readonly ImportedArgument[];
  readonly label: string;
  /** Goes to a field of the form. */
  readonly onGo: (field: string) => void;
}

function Rows({ list, label, onGo }: RowsProps) {
  return (
    <table className="imported-table" aria-label={label}>
      <thead className="unseen">
        <tr>
          <th scope="col">{pasteStrings.argument}</th>
          <th scope="col">{pasteStrings.fate}</th>
        </tr>
      </thead>
      <tbody>
        {list.map((argument, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: an argument may occur twice; its place is its identity
          <tr key={index}>
            <td className="mono">
              <Breakable text={argument.args.join(' ')} />
            </td>
            <td>
              <Badge tone={tones[argument.fate]}>{pasteStrings.fates[argument.fate]}</Badge>{' '}
              <FieldOf argument={argument} onGo={onGo} />
              <span className="field-hint">{argument.note}</span>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function FieldOf({ argument: { field, fate }, onGo }: { argument: ImportedArgument; onGo: (field: string) => void }) {
  const target = fate === 'kept' ? 'runtime.extraArguments' : field;
  if (target === null) return null;
  return (
    <>
      <button type="button" className="command-link" onClick={() => onGo(target)}>
        {labelOf(target)}
      </button>{' '}
    </>
  );
}

export function ImportedArguments({ reading, onGo }: { reading: Reading; onGo: (field: string) => void }) {
  const counts = countsOf(reading);
  const all = argumentsByConcern(reading);
  const odd = all.filter(({ fate }) => fate === 'kept' || fate === 'dropped');
  return (
    <section className="imported" aria-label={pasteStrings.result}>
      <h3>{pasteStrings.result}</h3>
      <p className="field-hint">{pasteStrings.summary(counts)}</p>
      {reading.notes.length > 0 && (
        <ul className="imported-notes" aria-label={pasteStrings.notes}>
          {reading.notes.map((note) => (
            <li key={note}>{note}</li>
          ))}
        </ul>
      )}
      {odd.length > 0 && <Rows list={odd} label={pasteStrings.fate} onGo={onGo} />}
      <Disclosure label={pasteStrings.all(all.length)}>
        <Rows list={all} label={pasteStrings.all(all.length)} onGo={onGo} />
      </Disclosure>
    </section>
  );
}
