/** Everything that is rarely needed, in groups. */
import { useForm } from './form-fields.tsx';
import { MoreFuchsiaFields } from './fuchsia/more-fuchsia-fields.tsx';
import { MoreGuestFields } from './guest-fields.tsx';
import { MachineFields, NetworkFields } from './machine-fields.tsx';
import { DebugFields, KeepFields, ReadinessFields } from './runtime-fields.tsx';

export function MoreFields() {
  const { form } = useForm();
  const own =
    form.kind === 'fuchsia' ? (
      <MoreFuchsiaFields />
    ) : (
      <>
        <h3>Machine</h3>
        <MachineFields />
        <MoreGuestFields />
        <h3>Network</h3>
        <NetworkFields />
        <h3>Debugging</h3>
        <DebugFields />
      </>
    );
  return (
    <>
      {own}
      <h3>Readiness</h3>
      <ReadinessFields />
      <h3>Running</h3>
      <KeepFields />
    </>
  );
}
