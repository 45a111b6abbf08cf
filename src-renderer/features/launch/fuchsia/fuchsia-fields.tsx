/** The essential fields of a Fuchsia guest: what boots, on which device, by which engine, and how it is reached. */
import './fuchsia.css';
import { useEffect } from 'react';
import { fuchsiaStrings } from '../../../strings/fuchsia-form.ts';
import { fieldStrings } from '../../../strings/launch-fields.ts';
import { Segments } from '../../../ui/segments.tsx';
import { FieldFrame } from '../fields/field-frame.tsx';
import { optionsOf } from '../fields/options-of.ts';
import { Fuchsia, useFuchsia } from '../form-fields.tsx';
import { AccelerationField, useArchitectures } from '../machine-fields.tsx';
import { PortTable } from '../port-table.tsx';
import { BundleGallery } from './bundle-gallery.tsx';
import { ConsoleField, EngineField, NetworkingField, OtherChoices, useFuchsiaDevice } from './fuchsia-choices.tsx';
import { diskKindOf, withDevice, withoutDevice } from './fuchsia-form.ts';
import { bootsByItself, mapsPorts } from './fuchsia-to-draft.ts';

const sources = optionsOf(fuchsiaStrings.from);
const diskKinds = optionsOf(fuchsiaStrings.diskKind);

function Files() {
  const [fuchsia] = useFuchsia();
  return (
    <>
      <Fuchsia.File optional={bootsByItself(fuchsia)} of="kernel" field="guest.source.kernel" />
      <Fuchsia.File optional of="zbi" field="guest.source.zbi" />
      <div className="disk-and-kind">
        <Fuchsia.File
          optional
          of="disk"
          field="guest.source.disk"
          also={(disk, { diskKind }) => ({ diskKind: (disk && diskKindOf(disk.shown)) ?? diskKind })}
        />
        <Fuchsia.Choice
          of="diskKind"
          field="guest.source.disk.kind"
          options={diskKinds}
          disabled={fuchsia.disk === null}
        />
      </div>
    </>
  );
}

function Source() {
  const [fuchsia] = useFuchsia();
  const architectures = useArchitectures();
  switch (fuchsia.from) {
    case 'bundle':
      return (
        <>
          <Fuchsia.File kind="directory" of="directory" field="guest.source.directory" />
          <BundleGallery directory={fuchsia.directory} />
        </>
      );
    case 'files':
      return <Files />;
    case 'template':
      return (
        <>
          <Fuchsia.File of="template" field="guest.source.template" />
          <p className="launch-note">{fuchsiaStrings.templateSays}</p>
          <div className="columns-2">
            <Fuchsia.Choice of="architecture" field="architecture" options={architectures} />
          </div>
        </>
      );
  }
}

/** By file, the device is learned from the core's answer; a bundle's own devices are already known. */
function VirtualDevice() {
  const [fuchsia, set] = useFuchsia();
  const device = useFuchsiaDevice();
  const architectures = useArchitectures();
  const known = device === null ? null : JSON.stringify(device);
  const byFile = fuchsia.virtualDevice !== null;
  // biome-ignore lint/correctness/useExhaustiveDependencies: once per device, however often it is answered
  useEffect(() => {
    if (device !== null && byFile) set((before) => withDevice(before, device));
  }, [known, byFile]);
  return (
    <>
      <Fuchsia.File
        optional
        of="virtualDevice"
        field="guest.virtualDevice"
        also={(_, form) => ({ ports: withoutDevice(form).ports })}
      />
      {fuchsia.from === 'files' && !byFile && (
        <div className="columns-3">
          <Fuchsia.Choice of="architecture" field="architecture" options={architectures} />
          <Fuchsia.Text numeric of="memoryMiB" field="device.memoryMiB" />
          <Fuchsia.Text numeric of="processors" field="device.processors" />
        </div>
      )}
    </>
  );
}

export function FuchsiaFields() {
  const [fuchsia, set] = useFuchsia();
  return (
    <>
      <FieldFrame field="guest.source">
        <Segments
          label={fieldStrings['guest.source'].label}
          value={fuchsia.from}
          options={sources}
          onChange={(from) => set((before) => ({ ...withoutDevice(before), from }))}
        />
      </FieldFrame>
      <Source />
      {fuchsia.from !== 'template' && <VirtualDevice />}
      <div className="columns-2">
        <EngineField />
        <AccelerationField architecture={fuchsia.architecture} />
        <NetworkingField />
        <ConsoleField />
      </div>
      {mapsPorts(fuchsia.networking) && (
        <PortTable
          ports={fuchsia.ports}
          onChange={(ports) => set({ ports })}
          made={(port) => ({ ...port, ofDevice: false })}
        />
      )}
      <div className="checks">
        <Fuchsia.Toggle of="headless" field="guest.headless" />
        <Fuchsia.Toggle of="debugger" field="guest.debugger" />
      </div>
      <OtherChoices />
    </>
  );
}
