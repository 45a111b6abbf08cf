/** What a guest runs on, with the reason, what it costs and how to get it faster. */
import './doctor.css';
import { Turtle, Zap } from 'lucide-react';
import type { AccelerationChoice } from '../../../src-shared/model/engine.ts';
import { useApplication } from '../../state/context.tsx';
import { doctorStrings } from '../../strings/doctor.ts';
import { Button } from '../../ui/button.tsx';
import { CommandLine } from '../../ui/command-line.tsx';
import { Popover } from '../../ui/popover.tsx';

export interface AccelerationBadgeProps {
  /** Name and version of the engine. */
  readonly engine: string;
  readonly choice: AccelerationChoice;
  /** The guest runs, so that the engine could be asked. */
  readonly running: boolean;
}

export function AccelerationBadge({ engine, choice, running }: AccelerationBadgeProps) {
  const application = useApplication();
  const { accelerator, reason, hint, command = null, verified } = choice;
  const emulated = accelerator === 'tcg';
  const word = accelerator.toUpperCase();
  const Icon = emulated ? Turtle : Zap;
  // A guest for another processor is emulated everywhere: nothing is wrong then.
  const wanting = emulated && choice.case !== 'foreign-guest' && choice.case !== 'asked-for-emulation';
  return (
    <Popover
      label={doctorStrings.acceleration}
      width={360}
      trigger={
        <button
          type="button"
          className="badge"
          data-tone={wanting ? 'warning' : 'plain'}
          aria-label={doctorStrings.engine(engine, accelerator, reason)}
        >
          <Icon size={12} strokeWidth={1.75} aria-hidden />
          {engine} · {word}
        </button>
      }
    >
      <div className="acceleration">
        <p>{reason}</p>
        {running && !emulated && (
          <p className="field-hint">{verified ? doctorStrings.confirmed : doctorStrings.notConfirmed}</p>
        )}
        {emulated && <p className="field-hint">{doctorStrings.cost}</p>}
        {hint !== null && <p>{hint}</p>}
        {command !== null && <CommandLine text={command} label={doctorStrings.copyCommand} />}
        <Button small onClick={() => application.showPage('doctor')}>
          {doctorStrings.openDoctor}
        </Button>
      </div>
    </Popover>
  );
}
