/** Disks of a guest: the file, and how the guest sees it. */
import { Plus, X } from 'lucide-react';
import { limits } from '../../../src-shared/limits.ts';
import { Button, IconButton } from '../../ui/button.tsx';
import { FileField } from './file-field.tsx';
import { BoundSelect, useForm } from './form-fields.tsx';
import { type DiskForm, newDisk } from './form-rows.ts';

function DiskRow({ disk, index }: { disk: DiskForm; index: number }) {
  const { form, change } = useForm();
  const set = (part: Partial<DiskForm>): void =>
    change({ disks: form.disks.map((other) => (other.key === disk.key ? { ...other, ...part } : other)) });
  const label = index === 0 ? 'Disk' : `Disk ${index + 1}`;
  const path = `guest.disks.${index}`;
  return (
    <div className="row-group">
      <div className="row-group-head">
        <FileField
          field={`${path}.file`}
          label={label}
          choose="Choose disk…"
          value={disk.file}
          onChange={(file) => set(file === null ? { file } : { ...newDisk(file), key: disk.key })}
        />
        <IconButton
          icon={X}
          label={`Remove ${label.toLowerCase()}`}
          onClick={() => change({ disks: form.disks.filter((other) => other.key !== disk.key) })}
        />
      </div>
      <div className="columns-4">
        <BoundSelect
          field={`${path}.access`}
          label="Access"
          value={disk.access}
          options={[
            { value: 'overlay', label: 'Overlay' },
            { value: 'copy', label: 'Private copy' },
            { value: 'direct', label: 'Write to file' },
            { value: 'read-only', label: 'Read-only' },
          ]}
          onChange={(access) => set({ access })}
        />
        <BoundSelect
          field={`${path}.format`}
          label="Format"
          value={disk.format}
          options={(['auto', 'raw', 'qcow2', 'vmdk', 'vdi', 'vpc', 'vhdx'] as const).map((value) => ({
            value,
            label: value === 'auto' ? 'From header' : value,
          }))}
          onChange={(format) => set({ format })}
        />
        <BoundSelect
          field={`${path}.media`}
          label="Media"
          value={disk.media}
          options={[
            { value: 'disk', label: 'Disk' },
            { value: 'cdrom', label: 'CD-ROM' },
          ]}
          onChange={(media) => set({ media })}
        />
        <BoundSelect
          field={`${path}.interface`}
          label="Interface"
          value={disk.interface}
          options={(['virtio', 'ide', 'scsi', 'nvme', 'usb'] as const).map((value) => ({ value, label: value }))}
          onChange={(bus) => set({ interface: bus })}
        />
      </div>
    </div>
  );
}

export function DiskList() {
  const { form, change } = useForm();
  return (
    <div className="rows">
      {form.disks.map((disk, index) => (
        <DiskRow key={disk.key} disk={disk} index={index} />
      ))}
      <div>
        <Button
          small
          icon={Plus}
          disabled={form.disks.length >= limits.disks}
          onClick={() => change({ disks: [...form.disks, newDisk()] })}
        >
          Add disk
        </Button>
      </div>
    </div>
  );
}
