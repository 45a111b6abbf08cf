/** What a Fuchsia guest can be told besides, in the order of its life: boot, staging, display, network, flags. */
import { fuchsiaStrings } from '../../../strings/fuchsia-form.ts';
import { formStrings } from '../../../strings/launch-fields.ts';
import { optionsOf } from '../fields/options-of.ts';
import { Fuchsia, Own, useFuchsia } from '../form-fields.tsx';
import { GpuField } from './fuchsia-choices.tsx';

const { headings } = formStrings;
const reuses = optionsOf(fuchsiaStrings.reuse);

function StagingFields() {
  const [fuchsia] = useFuchsia();
  return (
    <>
      <div className="columns-2">
        <Fuchsia.Choice of="reuse" field="guest.reuse" options={reuses} />
      </div>
      <div className="checks">
        <Fuchsia.Toggle of="serialNumber" field="guest.serialNumber" />
        <Fuchsia.Toggle of="uefi" field="guest.uefi" />
      </div>
      {fuchsia.uefi && (
        <>
          <Fuchsia.File optional of="vbmetaKey" field="guest.vbmetaKey" />
          <Fuchsia.File optional of="vbmetaKeyMetadata" field="guest.vbmetaKeyMetadata" />
        </>
      )}
    </>
  );
}

export function MoreFuchsiaFields() {
  const [fuchsia] = useFuchsia();
  return (
    <>
      <h3>{headings.boot}</h3>
      <Fuchsia.Text mono lines={3} of="kernelArguments" field="guest.kernelArguments" />
      <Fuchsia.File optional of="devConfig" field="guest.devConfig" />
      <div className="columns-2">
        <Fuchsia.Text mono of="smp" field="guest.smp" />
      </div>
      {fuchsia.from !== 'template' && (
        <>
          <h3>{headings.staging}</h3>
          <StagingFields />
        </>
      )}
      <h3>{headings.display}</h3>
      <div className="columns-2">
        <GpuField />
      </div>
      <div className="checks">
        <Fuchsia.Toggle of="hidpiScaling" field="guest.hidpiScaling" />
      </div>
      {(fuchsia.networking === 'tap' || fuchsia.networking === 'auto') && (
        <>
          <h3>{headings.network}</h3>
          <Fuchsia.File optional of="upscript" field="guest.upscript" />
        </>
      )}
      <h3>{headings.engine}</h3>
      <Own.File optional of="binary" field="runtime.binary" />
      <div className="checks">
        <Fuchsia.Toggle of="verbose" field="guest.verbose" />
      </div>
      <Fuchsia.Text mono lines={3} of="flags" field="guest.flags" />
    </>
  );
}
