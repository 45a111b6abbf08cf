/** The essential fields of a Fuchsia guest: what boots, on which device, by which engine, and how it is reached. */
import { useEffect } from 'react';
import { Check } from '../../../ui/field.tsx';
import { Segments } from '../../../ui/segments.tsx';
import { FileField } from '../file-field.tsx';
import { BoundSelect, BoundText, useFuchsia } from '../form-fields.tsx';
import { AccelerationField, ArchitectureField } from '../machine-fields.tsx';
import { BundleGallery } from './bundle-gallery.tsx';
import { ConsoleField, EngineField, NetworkingField, OtherChoices, useFuchsiaDevice } from './fuchsia-choices.tsx';
import { diskKindOf, withDevice, withoutDevice } from './fuchsia-form.ts';
import { FuchsiaPorts } from './fuchsia-ports.tsx';
import { bootsByItself, mapsPorts } from './fuchsia-to-draft.ts';

function Files() {
  const [fuchsia, set] = useFuchsia();
  return (
    <>
      <FileField
        field="guest.source.kernel"
        label="Kernel"
        choose="Choose kernel…"
        optional={bootsByItself(fuchsia)}
        value={fuchsia.kernel}
        onChange={(kernel) => set({ kernel })}
      />
      <FileField
        field="guest.source.zbi"
        label="ZBI"
        choose="Choose ZBI…"
        optional
        value={fuchsia.zbi}
        onChange={(zbi) => set({ zbi })}
      />
      <div className="disk-and-kind">
        <FileField
          field="guest.source.disk"
          label="Disk"
          choose="Choose disk…"
          optional
          value={fuchsia.disk}
          onChange={(disk) => {
            const kind = disk === null ? null : diskKindOf(disk.shown);
            set(kind === null ? { disk } : { disk, diskKind: kind });
          }}
        />
        <BoundSelect
          field="guest.source.disk.kind"
          label="Disk kind"
          value={fuchsia.diskKind}
          disabled={fuchsia.disk === null}
          options={[
            { value: 'fxfs', label: 'Fxfs' },
            { value: 'fvm', label: 'FVM' },
            { value: 'fat', label: 'FAT' },
            { value: 'gpt', label: 'GPT' },
          ]}
          onChange={(diskKind) => set({ diskKind })}
        />
      </div>
    </>
  );
}

function Source() {
  const [fuchsia, set] = useFuchsia();
  switch (fuchsia.from) {
    case 'bundle':
      return (
        <>
          <FileField
            field="guest.source.directory"
            label="Product bundle"
            choose="Choose bundle…"
            kind="directory"
            value={fuchsia.directory}
            onChange={(directory) => set({ directory })}
          />
          <BundleGallery directory={fuchsia.directory} />
        </>
      );
    case 'files':
      return <Files />;
    case 'template':
      return (
        <>
          <FileField
            field="guest.source.template"
            label="Flag template"
            choose="Choose template…"
            value={fuchsia.template}
            onChange={(template) => set({ template })}
          />
          <p className="launch-note">It says everything: no bundle and no device is read, nothing is staged.</p>
          <div className="columns-2">
            <ArchitectureField value={fuchsia.architecture} onChange={(architecture) => set({ architecture })} />
          </div>
        </>
      );
  }
}

/** By file, the device is learned from the core's answer; a bundle's own devices are already known. */
function VirtualDevice() {
  const [fuchsia, set] = useFuchsia();
  const device = useFuchsiaDevice();
  const known = device === null ? null : JSON.stringify(device);
  const byFile = fuchsia.virtualDevice !== null;
  // biome-ignore lint/correctness/useExhaustiveDependencies: once per device, however often it is answered
  useEffect(() => {
    if (device !== null && byFile) set((before) => withDevice(before, device));
  }, [known, byFile]);
  return (
    <>
      <FileField
        field="guest.virtualDevice"
        label="Virtual device by file"
        choose="Choose virtual device…"
        optional
        value={fuchsia.virtualDevice}
        onChange={(virtualDevice) => set((before) => ({ ...withoutDevice(before), virtualDevice }))}
      />
      {fuchsia.from === 'files' && !byFile && (
        <div className="columns-3">
          <ArchitectureField value={fuchsia.architecture} onChange={(architecture) => set({ architecture })} />
          <BoundText
            field="device.memoryMiB"
            label="Memory (MiB)"
            numeric
            value={fuchsia.memoryMiB}
            onChange={(memoryMiB) => set({ memoryMiB })}
          />
          <BoundText
            field="device.processors"
            label="Processors"
            numeric
            value={fuchsia.processors}
            onChange={(processors) => set({ processors })}
          />
        </div>
      )}
    </>
  );
}

export function FuchsiaFields() {
  const [fuchsia, set] = useFuchsia();
  return (
    <>
      <Segments
        label="Source"
        value={fuchsia.from}
        options={[
          { value: 'bundle', label: 'Product bundle' },
          { value: 'files', label: 'Loose files' },
          { value: 'template', label: 'Flag template' },
        ]}
        onChange={(from) => set((before) => ({ ...withoutDevice(before), from }))}
      />
      <Source />
      {fuchsia.from !== 'template' && <VirtualDevice />}
      <div className="columns-2">
        <EngineField />
        <AccelerationField architecture={fuchsia.architecture} />
      </div>
      <div className="columns-2">
        <NetworkingField />
        <ConsoleField />
      </div>
      {mapsPorts(fuchsia.networking) && <FuchsiaPorts />}
      <div className="checks">
        <Check
          label="Headless: no window of its own"
          checked={fuchsia.headless}
          onChange={(headless) => set({ headless })}
        />
        <Check label="Wait for a debugger" checked={fuchsia.debugger} onChange={(wait) => set({ debugger: wait })} />
      </div>
      <OtherChoices />
    </>
  );
}
