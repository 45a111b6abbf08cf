/** The virtual machine: processor, memory, board, acceleration, network. */
import { Plus, X } from 'lucide-react';
import { useStore } from 'zustand';
import { limits } from '../../../src-shared/limits.ts';
import { architectures } from '../../../src-shared/model/engine.ts';
import { useApplication } from '../../state/context.tsx';
import { Button, IconButton } from '../../ui/button.tsx';
import { Messages } from '../../ui/field.tsx';
import { FileField } from './file-field.tsx';
import { newPort, type PortForm } from './form.ts';
import { BoundSelect, BoundText, useForm } from './form-fields.tsx';
import { useMessages } from './messages.tsx';

export function SizeFields() {
  const { form, change } = useForm();
  return (
    <div className="columns-2">
      <BoundText
        field="device.memoryMiB"
        label="Memory (MiB)"
        numeric
        value={form.memoryMiB}
        onChange={(memoryMiB) => change({ memoryMiB })}
      />
      <BoundText
        field="device.processors"
        label="Processors"
        numeric
        value={form.processors}
        onChange={(processors) => change({ processors })}
      />
    </div>
  );
}

export function MachineFields() {
  const { form, change } = useForm();
  const { stores } = useApplication();
  const host = useStore(stores.host, (state) => state.host);
  const engine = host?.engines.find((one) => one.architecture === form.architecture);
  const auto = host?.acceleration.find((one) => one.architecture === form.architecture)?.choice;
  const machines = (engine?.machines ?? []).map(({ name, description }) => ({ value: name, label: description }));
  return (
    <>
      <div className="columns-2">
        <BoundSelect
          field="architecture"
          label="Architecture"
          value={form.architecture}
          options={architectures.map((value) => {
            const found = host?.engines.find((one) => one.architecture === value);
            const absent = host !== null && (found === undefined || found.binary === null);
            return { value, label: absent ? `${value} (no QEMU for it)` : value, disabled: absent };
          })}
          onChange={(architecture) => change({ architecture })}
        />
        <BoundSelect
          field="host.acceleration"
          label="Acceleration"
          value={form.acceleration}
          options={[
            { value: 'auto', label: auto ? `Automatic: ${auto.accelerator.toUpperCase()}` : 'Automatic' },
            { value: 'kvm', label: 'KVM' },
            { value: 'hvf', label: 'HVF' },
            { value: 'tcg', label: 'TCG' },
          ]}
          hint={form.acceleration === 'auto' ? auto?.reason : undefined}
          onChange={(acceleration) => change({ acceleration })}
        />
      </div>
      <div className="columns-2">
        <BoundText
          field="device.machine"
          label="Machine"
          mono
          value={form.machine}
          placeholder="chosen by Slipway"
          suggestions={machines}
          onChange={(machine) => change({ machine })}
        />
        <BoundText
          field="device.cpu"
          label="CPU"
          mono
          value={form.cpu}
          placeholder="chosen by Slipway"
          onChange={(cpu) => change({ cpu })}
        />
      </div>
      <FileField
        field="runtime.binary"
        label="QEMU binary of your own"
        choose="Choose binary…"
        optional
        value={form.binary}
        onChange={(binary) => change({ binary })}
      />
    </>
  );
}

function PortRow({ port, index }: { port: PortForm; index: number }) {
  const { form, change } = useForm();
  const set = (part: Partial<PortForm>): void =>
    change({
      portsTouched: true,
      ports: form.ports.map((other) => (other.key === port.key ? { ...other, ...part } : other)),
    });
  const path = `host.ports.${index}`;
  const messages = useMessages(path);
  return (
    <div className="port-row">
      <BoundText
        messagesElsewhere
        field={`${path}.name`}
        label="Name"
        value={port.name}
        onChange={(name) => set({ name })}
      />
      <BoundSelect
        messagesElsewhere
        field={`${path}.protocol`}
        label="Protocol"
        value={port.protocol}
        options={[
          { value: 'tcp', label: 'tcp' },
          { value: 'udp', label: 'udp' },
        ]}
        onChange={(protocol) => set({ protocol })}
      />
      <BoundText
        messagesElsewhere
        field={`${path}.guest`}
        label="Guest port"
        numeric
        value={port.guest}
        onChange={(guest) => set({ guest })}
      />
      <BoundText
        messagesElsewhere
        field={`${path}.host`}
        label="Host port"
        numeric
        placeholder="auto"
        value={port.host}
        onChange={(host) => set({ host })}
      />
      <BoundText
        messagesElsewhere
        field={`${path}.bind`}
        label="Listens on"
        mono
        value={port.bind}
        onChange={(bind) => set({ bind })}
      />
      <IconButton
        icon={X}
        label={`Remove port ${port.name || index + 1}`}
        onClick={() => change({ portsTouched: true, ports: form.ports.filter((other) => other.key !== port.key) })}
      />
      <div className="row-messages">
        <Messages messages={messages} />
      </div>
    </div>
  );
}

export function NetworkFields() {
  const { form, change } = useForm();
  return (
    <>
      <div className="columns-2">
        <BoundSelect
          field="host.networking"
          label="Networking"
          value={form.networking}
          options={[
            { value: 'user', label: 'User mode' },
            { value: 'none', label: 'None' },
          ]}
          onChange={(networking) => change({ networking })}
        />
      </div>
      {form.networking === 'user' && (
        <div className="rows">
          {form.ports.map((port, index) => (
            <PortRow key={port.key} port={port} index={index} />
          ))}
          <div>
            <Button
              small
              icon={Plus}
              disabled={form.ports.length >= limits.portMappings}
              onClick={() => change({ portsTouched: true, ports: [...form.ports, newPort()] })}
            >
              Add port mapping
            </Button>
          </div>
        </div>
      )}
    </>
  );
}
