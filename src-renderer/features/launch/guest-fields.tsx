/** What belongs to one kind of guest: its files and its command line. */
import { useStore } from 'zustand';
import { useApplication } from '../../state/context.tsx';
import { formStrings, optionStrings } from '../../strings/launch-fields.ts';
import { DiskList } from './disk-fields.tsx';
import { optionsOf } from './fields/options-of.ts';
import { Own, useForm } from './form-fields.tsx';
import { FuchsiaFields } from './fuchsia/fuchsia-fields.tsx';
import { SizeFields } from './machine-fields.tsx';

function Append() {
  const { form } = useForm();
  return (
    <Own.Text
      mono
      of="append"
      field="guest.append"
      placeholder={form.kind === 'kernel' ? formStrings.appendPlaceholder : undefined}
      hint={form.kind === 'linux' ? formStrings.appendAdded : undefined}
    />
  );
}

function KernelFields() {
  return (
    <>
      <Own.File of="kernel" field="guest.kernel" />
      <Own.File optional of="initrd" field="guest.initrd" />
      <Append />
    </>
  );
}

function DiskFields() {
  const { form } = useForm();
  const { stores } = useApplication();
  const host = useStore(stores.host, (state) => state.host);
  const uefi = host === null || host.firmware.some((firmware) => firmware.architecture === form.architecture);
  return (
    <>
      <DiskList />
      <Own.Choice
        of="diskFirmware"
        field="guest.firmware"
        options={optionsOf(optionStrings.firmware).map((one) => ({ ...one, disabled: one.value === 'uefi' && !uefi }))}
        hint={uefi ? undefined : formStrings.uefiMissing(form.architecture)}
      />
    </>
  );
}

const imageShapes = optionsOf(optionStrings.firmwareAs);

function FirmwareFields() {
  const { form } = useForm();
  return (
    <>
      <Own.Choice of="firmwareAs" field="guest.image.as" options={imageShapes} />
      {form.firmwareAs === 'bios' ? (
        <Own.File of="image" field="guest.image.file" />
      ) : (
        <>
          <Own.File of="code" field="guest.image.code" />
          <Own.File optional of="variables" field="guest.image.variables" />
        </>
      )}
      <Own.File optional kind="directory" of="efiDirectory" field="guest.efiDirectory" />
    </>
  );
}

function LinuxFields() {
  const { stores } = useApplication();
  const linux = useStore(stores.host, (state) => state.host?.linuxGuest);
  return (
    <>
      {linux?.available && !linux.cached && (
        <p className="launch-note">
          {formStrings.linuxFirst}
          {linux.hint !== null && ` ${linux.hint}`}
        </p>
      )}
      {linux?.available === false && (
        <p className="launch-note" data-severity="error">
          {linux.reason} {linux.hint}
        </p>
      )}
      <Append />
    </>
  );
}

function OwnFields() {
  const { form } = useForm();
  switch (form.kind) {
    case 'demo':
      return null;
    case 'linux':
      return <LinuxFields />;
    case 'kernel':
      return <KernelFields />;
    case 'disk':
      return <DiskFields />;
    case 'firmware':
      return <FirmwareFields />;
    case 'fuchsia':
      return <FuchsiaFields />;
  }
}

/** The essential fields of the chosen kind. A Fuchsia guest's size is its device's. */
export function GuestFields() {
  const { form } = useForm();
  return (
    <>
      <OwnFields />
      {form.kind !== 'fuchsia' && <SizeFields />}
    </>
  );
}

/** What a guest can have besides, but rarely needs. */
export function MoreGuestFields() {
  const { form } = useForm();
  if (form.kind === 'demo') return <Append />;
  if (form.kind === 'disk') return null;
  return (
    <>
      <h3>{formStrings.headings.disks}</h3>
      <DiskList />
    </>
  );
}
