/** Every argument with the field that made it and why. Where the instance can be edited, a field is a way to it. */
import type { CommandView } from '../../../src-shared/model/instance.ts';
import { commandStrings } from '../../strings/command.ts';
import { Breakable } from '../../ui/breakable.tsx';
import { labelOf } from '../launch/field-path.ts';
import { formFieldOf, originOf } from '../launch/links/argument-links.ts';
import { ArgumentMark } from './argument-mark.tsx';

export interface ArgumentTableProps {
  readonly command: CommandView;
  readonly search: string;
  /** null: not now. */
  readonly onField: ((field: string) => void) | null;
}

function FieldCell({ field, onField }: { field: string; onField: ArgumentTableProps['onField'] }) {
  const origin = originOf(field);
  if (origin === 'slipway') return <ArgumentMark origin={origin} />;
  const label = labelOf(formFieldOf(field));
  return (
    <>
      {onField === null ? (
        <span title={field}>{label}</span>
      ) : (
        <button
          type="button"
          className="command-link"
          aria-label={commandStrings.edit(label)}
          title={field}
          onClick={() => onField(field)}
        >
          {label}
        </button>
      )}
      <ArgumentMark origin={origin} />
    </>
  );
}

export function ArgumentTable({ command, search, onField }: ArgumentTableProps) {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  const rows = command.arguments.filter(({ args, field, why }) => {
    const text = `${args.join(' ')} ${field} ${labelOf(formFieldOf(field))} ${why}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
  if (rows.length === 0) return <p className="page-note">{commandStrings.nothing(search)}</p>;
  return (
    <table className="table command-table" aria-label={commandStrings.arguments}>
      <thead>
        <tr>
          <th scope="col">{commandStrings.argument}</th>
          <th scope="col">{commandStrings.field}</th>
          <th scope="col">{commandStrings.why}</th>
        </tr>
      </thead>
      <tbody>
        {rows.map(({ args, field, why }, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: an argument may occur twice; its place is its identity
          <tr key={index} data-origin={originOf(field)}>
            <td className="mono command-args">
              <Breakable text={args.join(' ')} />
            </td>
            <td className="command-field">
              <FieldCell field={field} onField={onField} />
            </td>
            <td className="command-why">{why}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
