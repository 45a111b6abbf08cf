/** What a Fuchsia guest can be told besides, in the order of its life: boot, staging, display, network, flags. */
import { Check } from '../../../ui/field.tsx';
import { FileField } from '../file-field.tsx';
import { BoundSelect, BoundText, useFuchsia } from '../form-fields.tsx';
import { BinaryField } from '../machine-fields.tsx';
import { GpuField } from './fuchsia-choices.tsx';

function BootFields() {
  const [fuchsia, set] = useFuchsia();
  return (
    <>
      <BoundText
        field="guest.kernelArguments"
        label="Kernel arguments"
        mono
        lines={3}
        value={fuchsia.kernelArguments}
        placeholder="kernel.serial=legacy"
        hint="One per line; each wins over the template's of the same key."
        onChange={(kernelArguments) => set({ kernelArguments })}
      />
      <FileField
        field="guest.devConfig"
        label="Dev config: JSON with args, kernel_args and env"
        choose="Choose dev config…"
        optional
        value={fuchsia.devConfig}
        onChange={(devConfig) => set({ devConfig })}
      />
      <div className="columns-2">
        <BoundText
          field="guest.smp"
          label="-smp, in place of the computed one"
          mono
          value={fuchsia.smp}
          placeholder="4,threads=2"
          onChange={(smp) => set({ smp })}
        />
      </div>
    </>
  );
}

function StagingFields() {
  const [fuchsia, set] = useFuchsia();
  return (
    <>
      <div className="columns-2">
        <BoundSelect
          field="guest.reuse"
          label="Reuse"
          value={fuchsia.reuse}
          options={[
            { value: 'check', label: 'If the sources are unchanged' },
            { value: 'reuse', label: 'What is staged, unchecked' },
            { value: 'restage', label: 'Nothing: stage anew' },
          ]}
          onChange={(reuse) => set({ reuse })}
        />
      </div>
      <div className="checks">
        <Check
          label="Serial number"
          checked={fuchsia.serialNumber}
          onChange={(serialNumber) => set({ serialNumber })}
        />
        <Check label="UEFI: one GPT disk" checked={fuchsia.uefi} onChange={(uefi) => set({ uefi })} />
      </div>
      {fuchsia.uefi && (
        <>
          <FileField
            field="guest.vbmetaKey"
            label="vbmeta key (PEM)"
            choose="Choose key…"
            optional
            value={fuchsia.vbmetaKey}
            onChange={(vbmetaKey) => set({ vbmetaKey })}
          />
          <FileField
            field="guest.vbmetaKeyMetadata"
            label="vbmeta key metadata"
            choose="Choose key metadata…"
            optional
            value={fuchsia.vbmetaKeyMetadata}
            onChange={(vbmetaKeyMetadata) => set({ vbmetaKeyMetadata })}
          />
        </>
      )}
    </>
  );
}

export function MoreFuchsiaFields() {
  const [fuchsia, set] = useFuchsia();
  return (
    <>
      <h3>Boot</h3>
      <BootFields />
      {fuchsia.from !== 'template' && (
        <>
          <h3>Staging</h3>
          <StagingFields />
        </>
      )}
      <h3>Display</h3>
      <div className="columns-2">
        <GpuField />
      </div>
      <div className="checks">
        <Check
          label="HiDPI scaling"
          checked={fuchsia.hidpiScaling}
          onChange={(hidpiScaling) => set({ hidpiScaling })}
        />
      </div>
      {(fuchsia.networking === 'tap' || fuchsia.networking === 'auto') && (
        <>
          <h3>Network</h3>
          <FileField
            field="guest.upscript"
            label="Program that sets the tap interface up"
            choose="Choose upscript…"
            optional
            value={fuchsia.upscript}
            onChange={(upscript) => set({ upscript })}
          />
        </>
      )}
      <h3>Engine</h3>
      <BinaryField />
      <div className="checks">
        <Check label="Verbose" checked={fuchsia.verbose} onChange={(verbose) => set({ verbose })} />
      </div>
      <BoundText
        field="guest.flags"
        label="Flags (JSON), in place of the template's"
        mono
        lines={3}
        value={fuchsia.flags}
        placeholder={'{ "args": [], "envs": {}, "features": [], "kernel_args": [], "options": [] }'}
        hint="The Config of an instance's Show tab is a beginning."
        onChange={(flags) => set({ flags })}
      />
    </>
  );
}
