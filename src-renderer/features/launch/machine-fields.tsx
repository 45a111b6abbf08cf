/** The virtual machine: processor, memory, board, acceleration, network. */
import { useStore } from 'zustand';
import { maxSerialPorts } from '../../../src-shared/model/console.ts';
import { type Architecture, architectures } from '../../../src-shared/model/engine.ts';
import { useApplication } from '../../state/context.tsx';
import { optionStrings } from '../../strings/launch-fields.ts';
import { AccelerationHint } from '../doctor/acceleration-hint.tsx';
import { optionsOf } from './fields/options-of.ts';
import { Own, resolvedReason, useChoice, useForm } from './form-fields.tsx';
import { PortTable } from './port-table.tsx';

const suggested = (...values: string[]) => values.map((value) => ({ value, label: value }));

function useHost() {
  return useStore(useApplication().stores.host, (state) => state.host);
}

export function SizeFields() {
  return (
    <div className="columns-2">
      <Own.Text numeric of="memoryMiB" field="device.memoryMiB" />
      <Own.Text numeric of="processors" field="device.processors" />
    </div>
  );
}

/** The architectures there is a QEMU for; the others are shown with what is missing. */
export function useArchitectures() {
  const host = useHost();
  return architectures.map((value) => {
    const absent = host !== null && !host.engines.some((one) => one.architecture === value && one.binary !== null);
    return { value, label: absent ? optionStrings.architectureAbsent(value) : value, disabled: absent };
  });
}

/** `auto` is said as what it comes to: by the draft's own resolution, else by what the host is like. */
export function AccelerationField({ architecture }: { architecture: Architecture }) {
  const { form } = useForm();
  const ofHost = useHost()?.acceleration.find((one) => one.architecture === architecture)?.choice;
  const resolved = useChoice('host.acceleration');
  const { automatic, ...named } = optionStrings.acceleration;
  const result = resolved?.result ?? ofHost?.accelerator.toUpperCase();
  const reason = resolved === undefined ? ofHost?.reason : resolvedReason(resolved);
  return (
    <Own.Choice
      of="acceleration"
      field="host.acceleration"
      options={[{ value: 'auto', label: automatic(result) }, ...optionsOf(named)]}
      hint={
        form.acceleration === 'auto' && reason !== undefined ? (
          <AccelerationHint reason={reason} choice={ofHost} />
        ) : undefined
      }
    />
  );
}

const displays = suggested('none', 'ramfb', 'virtio-gpu-pci', 'virtio-vga', 'VGA', 'bochs-display', 'cirrus-vga');
const networkCards = suggested('virtio-net-pci', 'e1000', 'e1000e', 'rtl8139', 'virtio-net-device', 'usb-net');
const serialCounts = { min: 1, max: maxSerialPorts };

export function MachineFields() {
  const { form } = useForm();
  const host = useHost();
  const engine = host?.engines.find((one) => one.kind === 'qemu' && one.architecture === form.architecture);
  const machines = (engine?.machines ?? []).map(({ name, description }) => ({ value: name, label: description }));
  return (
    <>
      <div className="columns-2">
        <Own.Choice of="architecture" field="architecture" options={useArchitectures()} />
        <AccelerationField architecture={form.architecture} />
        <Own.Text mono of="machine" field="device.machine" suggestions={machines} />
        <Own.Text mono of="cpu" field="device.cpu" />
        <Own.Text mono of="display" field="device.display" suggestions={displays} />
        <Own.Text
          numeric
          of="serialPorts"
          field="device.serialPorts"
          hint={optionStrings.serialPorts(serialCounts.min, serialCounts.max)}
        />
      </div>
      <div className="checks">
        <Own.Toggle of="entropy" field="device.entropy" />
      </div>
      <Own.File optional of="binary" field="runtime.binary" />
    </>
  );
}

const networks = optionsOf(optionStrings.networking);

export function NetworkFields() {
  const { form, change } = useForm();
  return (
    <>
      <div className="columns-2">
        <Own.Choice of="networking" field="host.networking" options={networks} />
        {form.networking === 'user' && (
          <Own.Text mono of="networkDevice" field="host.networkDevice" suggestions={networkCards} />
        )}
      </div>
      {form.networking === 'user' && (
        <PortTable
          ports={form.ports}
          onChange={(ports) => change({ ports, portsTouched: true })}
          made={(port) => port}
        />
      )}
    </>
  );
}
