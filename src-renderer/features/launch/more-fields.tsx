/** Everything that is rarely needed, in groups. */
import { formStrings } from '../../strings/launch-fields.ts';
import { useForm } from './form-fields.tsx';
import { MoreFuchsiaFields } from './fuchsia/more-fuchsia-fields.tsx';
import { MoreGuestFields } from './guest-fields.tsx';
import { MachineFields, NetworkFields } from './machine-fields.tsx';
import { DebugFields, FilingFields, KeepFields, ReadinessFields } from './runtime-fields.tsx';

const { headings } = formStrings;

export function MoreFields() {
  const { form } = useForm();
  const own =
    form.kind === 'fuchsia' ? (
      <MoreFuchsiaFields />
    ) : (
      <>
        <h3>{headings.machine}</h3>
        <MachineFields />
        <MoreGuestFields />
        <h3>{headings.network}</h3>
        <NetworkFields />
        <h3>{headings.debugging}</h3>
        <DebugFields />
      </>
    );
  return (
    <>
      {own}
      <h3>{headings.readiness}</h3>
      <ReadinessFields />
      <h3>{headings.running}</h3>
      <KeepFields />
      <h3>{headings.filing}</h3>
      <FilingFields />
    </>
  );
}
