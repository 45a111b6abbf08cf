/** What belongs to one kind of guest: its files and its command line. */
import { useStore } from 'zustand';
import { useApplication } from '../../state/context.tsx';
import { DiskList } from './disk-fields.tsx';
import { FileField } from './file-field.tsx';
import { BoundSelect, BoundText, useForm } from './form-fields.tsx';
import { FuchsiaFields } from './fuchsia/fuchsia-fields.tsx';
import { SizeFields } from './machine-fields.tsx';

function Append() {
  const { form, change } = useForm();
  return (
    <BoundText
      field="guest.append"
      label="Kernel command line"
      mono
      value={form.append}
      placeholder={form.kind === 'kernel' ? 'console=ttyS0 …' : undefined}
      hint={form.kind === 'linux' ? 'Added to what the guest needs.' : undefined}
      onChange={(append) => change({ append })}
    />
  );
}

function KernelFields() {
  const { form, change } = useForm();
  return (
    <>
      <FileField
        field="guest.kernel"
        label="Kernel"
        choose="Choose kernel…"
        value={form.kernel}
        onChange={(kernel) => change({ kernel })}
      />
      <FileField
        field="guest.initrd"
        label="Initrd"
        choose="Choose initrd…"
        optional
        value={form.initrd}
        onChange={(initrd) => change({ initrd })}
      />
      <Append />
    </>
  );
}

function DiskFields() {
  const { form, change } = useForm();
  const { stores } = useApplication();
  const host = useStore(stores.host, (state) => state.host);
  const uefi = host === null || host.firmware.some((firmware) => firmware.architecture === form.architecture);
  return (
    <>
      <DiskList />
      <BoundSelect
        field="guest.firmware"
        label="Firmware"
        value={form.diskFirmware}
        options={[
          { value: 'bios', label: 'BIOS' },
          { value: 'uefi', label: 'UEFI', disabled: !uefi },
        ]}
        hint={
          uefi
            ? undefined
            : `UEFI needs an OVMF image for ${form.architecture}; none was found (Debian: package "ovmf").`
        }
        onChange={(diskFirmware) => change({ diskFirmware })}
      />
    </>
  );
}

function FirmwareFields() {
  const { form, change } = useForm();
  return (
    <>
      <BoundSelect
        field="guest.image.as"
        label="Given as"
        value={form.firmwareAs}
        options={[
          { value: 'bios', label: 'One image (-bios)' },
          { value: 'pflash', label: 'Flash pair: code and variables' },
        ]}
        onChange={(firmwareAs) => change({ firmwareAs })}
      />
      {form.firmwareAs === 'bios' ? (
        <FileField
          field="guest.image.file"
          label="Firmware image"
          choose="Choose firmware…"
          value={form.image}
          onChange={(image) => change({ image })}
        />
      ) : (
        <>
          <FileField
            field="guest.image.code"
            label="Code, read-only"
            choose="Choose code…"
            value={form.code}
            onChange={(code) => change({ code })}
          />
          <FileField
            field="guest.image.variables"
            label="Variables, copied for this instance"
            choose="Choose variables…"
            optional
            value={form.variables}
            onChange={(variables) => change({ variables })}
          />
        </>
      )}
      <FileField
        field="guest.efiDirectory"
        label="EFI directory, seen as a FAT disk"
        choose="Choose directory…"
        kind="directory"
        optional
        value={form.efiDirectory}
        onChange={(efiDirectory) => change({ efiDirectory })}
      />
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
          The first launch builds this guest: packages are downloaded from Debian and kept for later launches.
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
      <h3>Disks</h3>
      <DiskList />
    </>
  );
}
