/** What went and what came between two command lines, side by side as a diff is read. */
import { previewStrings } from '../../strings/launch.ts';
import type { CommandDifference } from './command-difference.ts';

interface Line {
  readonly sign: '−' | '+';
  readonly field: string;
  readonly text: string;
}

/** What belongs to one field stands together, the old line first. */
function linesOf({ binary, removed, added }: CommandDifference): Line[] {
  const lines: Line[] = [
    ...removed.map(({ field, args }) => ({ sign: '−' as const, field, text: args.join(' ') })),
    ...added.map(({ field, args }) => ({ sign: '+' as const, field, text: args.join(' ') })),
  ];
  const fields = [...new Set(lines.map(({ field }) => field))];
  const sorted = fields.flatMap((field) => lines.filter((line) => line.field === field));
  if (binary === null) return sorted;
  return [
    { sign: '−', field: previewStrings.binary, text: binary.before },
    { sign: '+', field: previewStrings.binary, text: binary.after },
    ...sorted,
  ];
}

export function DifferenceList({ difference }: { difference: CommandDifference }) {
  return (
    <ul className="difference mono" aria-label={previewStrings.changed}>
      {linesOf(difference).map(({ sign, field, text }) => (
        <li key={`${sign}${field}${text}`} data-sign={sign === '+' ? 'added' : 'removed'}>
          <span aria-hidden>{sign}</span>
          <span className="unseen">{sign === '+' ? previewStrings.added : previewStrings.removed}: </span>
          {text}
        </li>
      ))}
    </ul>
  );
}
