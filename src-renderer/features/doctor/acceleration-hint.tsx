/** Why `auto` comes to what it does, and the line that would make it more. */
import type { AccelerationChoice } from '../../../src-shared/model/engine.ts';
import { doctorStrings } from '../../strings/doctor.ts';
import { CommandLine } from '../../ui/command-line.tsx';

export function AccelerationHint({ reason, choice }: { reason: string; choice: AccelerationChoice | undefined }) {
  const { hint = null, command = null } = choice ?? {};
  return (
    <>
      {reason} {hint}
      {command !== null && <CommandLine text={command} label={doctorStrings.copyCommand} />}
    </>
  );
}
