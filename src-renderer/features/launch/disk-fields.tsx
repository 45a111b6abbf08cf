/** Disks of a guest: the file, and how the guest sees it. */
import { Plus, X } from 'lucide-react';
import { limits } from '../../../src-shared/limits.ts';
import { formStrings, optionStrings } from '../../strings/launch-fields.ts';
import { Button, IconButton } from '../../ui/button.tsx';
import { optionsOf } from './fields/options-of.ts';
import { rowFields, rowsEditor } from './fields/row-fields.tsx';
import { useForm } from './form-fields.tsx';
import { type DiskForm, newDisk } from './form-rows.ts';

const Disk = rowFields<DiskForm>();

const accesses = optionsOf(optionStrings.access);
const media = optionsOf(optionStrings.media);
const formats = (['auto', 'raw', 'qcow2', 'vmdk', 'vdi', 'vpc', 'vhdx'] as const).map((value) => ({
  value,
  label: value === 'auto' ? optionStrings.formatFromHeader : value,
}));
const interfaces = (['virtio', 'ide', 'scsi', 'nvme', 'usb'] as const).map((value) => ({ value, label: value }));

export function DiskList() {
  const { form, change } = useForm();
  const rows = rowsEditor(form.disks, (disks) => change({ disks }));
  return (
    <div className="rows">
      {form.disks.map((disk, index) => (
        <Disk.Row key={disk.key} row={disk} at={`guest.disks.${index}`} onChange={(part) => rows.edit(disk.key, part)}>
          <div className="row-group">
            <div className="row-group-head">
              <Disk.File
                of="file"
                field="file"
                label={formStrings.disk(index + 1)}
                also={(file) => (file === null ? {} : { ...newDisk(file), key: disk.key })}
              />
              <IconButton
                icon={X}
                label={formStrings.remove(formStrings.disk(index + 1).toLowerCase())}
                onClick={() => rows.remove(disk.key)}
              />
            </div>
            <div className="columns-4">
              <Disk.Choice of="access" field="access" options={accesses} />
              <Disk.Choice of="format" field="format" options={formats} />
              <Disk.Choice of="media" field="media" options={media} />
              <Disk.Choice of="interface" field="interface" options={interfaces} />
              <Disk.Text mono of="serial" field="serial" />
              {disk.interface === 'ide' && <Disk.Text numeric of="place" field="place" />}
            </div>
          </div>
        </Disk.Row>
      ))}
      <div>
        <Button small icon={Plus} disabled={form.disks.length >= limits.disks} onClick={() => rows.add(newDisk())}>
          {formStrings.addDisk}
        </Button>
      </div>
    </div>
  );
}
