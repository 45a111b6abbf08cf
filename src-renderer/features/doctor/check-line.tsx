/** One check: mark, sentence, and where it is not fine, the way out. */
import { CircleCheck, Info, type LucideIcon, OctagonAlert, TriangleAlert } from 'lucide-react';
import type { HostCheck } from '../../../src-shared/model/host-report.ts';
import { doctorStrings } from '../../strings/doctor.ts';
import { Breakable } from '../../ui/breakable.tsx';
import { CommandLine } from '../../ui/command-line.tsx';

const marks: Record<HostCheck['state'], LucideIcon> = {
  ok: CircleCheck,
  note: Info,
  warning: TriangleAlert,
  problem: OctagonAlert,
};

export function CheckLine({ check }: { check: HostCheck }) {
  const { id, state, text, detail, hint, command } = check;
  const Mark = marks[state];
  return (
    <li className="check-line" data-state={state} data-check={id}>
      <Mark className="check-line-mark" size={14} strokeWidth={1.75} aria-hidden />
      <div className="check-line-text">
        <p>
          <span className="unseen">{doctorStrings.states[state]}: </span>
          {text}
        </p>
        {hint !== null && <p className="field-hint">{hint}</p>}
        {command !== null && <CommandLine text={command} label={doctorStrings.copyCommand} />}
      </div>
      {detail !== null && (
        <p className="check-line-detail">
          <Breakable text={detail} />
        </p>
      )}
    </li>
  );
}
