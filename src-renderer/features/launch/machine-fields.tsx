/** The virtual machine: processor, memory, board, acceleration, network. */
import { Plus, X } from 'lucide-react';
import { useStore } from 'zustand';
import { limits } from '../../../src-shared/limits.ts';
import { type Architecture, architectures, type EngineDescription } from '../../../src-shared/model/engine.ts';
import { useApplication } from '../../state/context.tsx';
import { Button, IconButton } from '../../ui/button.tsx';
import { Messages } from '../../ui/field.tsx';
import { FileField } from './file-field.tsx';
import { BoundSelect, BoundText, resolvedReason, useChoice, useForm } from './form-fields.tsx';
import { newPort, type PortForm } from './form-rows.ts';
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

/** The QEMU of this host for an architecture; `undefined` also while the host is not described. */
function useQemu(architecture: Architecture): EngineDescription | undefined {
  const { stores } = useApplication();
  const host = useStore(stores.host, (state) => state.host);
  return host?.engines.find((one) => one.kind === 'qemu' && one.architecture === architecture);
}

export interface ArchitectureFieldProps {
  readonly value: Architecture;
  readonly onChange: (architecture: Architecture) => void;
}

export function ArchitectureField({ value, onChange }: ArchitectureFieldProps) {
  const { stores } = useApplication();
  const host = useStore(stores.host, (state) => state.host);
  return (
    <BoundSelect
      field="architecture"
      label="Architecture"
      value={value}
      options={architectures.map((architecture) => {
        const absent =
          host !== null && !host.engines.some((one) => one.architecture === architecture && one.binary !== null);
        return {
          value: architecture,
          label: absent ? `${architecture} (no QEMU for it)` : architecture,
          disabled: absent,
        };
      })}
      onChange={onChange}
    />
  );
}

/** `auto` is said as what it comes to: by the draft's own resolution, else by what the host is like. */
export function AccelerationField({ architecture }: { architecture: Architecture }) {
  const { form, change } = useForm();
  const { stores } = useApplication();
  const host = useStore(stores.host, (state) => state.host);
  const ofHost = host?.acceleration.find((one) => one.architecture === architecture)?.choice;
  const resolved = useChoice('host.acceleration');
  const result = resolved?.result ?? ofHost?.accelerator.toUpperCase();
  const reason = resolved === undefined ? ofHost?.reason : resolvedReason(resolved);
  return (
    <BoundSelect
      field="host.acceleration"
      label="Acceleration"
      value={form.acceleration}
      options={[
        { value: 'auto', label: result === undefined ? 'Automatic' : `Automatic: ${result}` },
        { value: 'kvm', label: 'KVM' },
        { value: 'hvf', label: 'HVF' },
        { value: 'tcg', label: 'TCG' },
      ]}
      hint={form.acceleration === 'auto' ? reason : undefined}
      onChange={(acceleration) => change({ acceleration })}
    />
  );
}

export function BinaryField() {
  const { form, change } = useForm();
  return (
    <FileField
      field="runtime.binary"
      label="QEMU binary of your own"
      choose="Choose binary…"
      optional
      value={form.binary}
      onChange={(binary) => change({ binary })}
    />
  );
}

export function MachineFields() {
  const { form, change } = useForm();
  const engine = useQemu(form.architecture);
  const machines = (engine?.machines ?? []).map(({ name, description }) => ({ value: name, label: description }));
  return (
    <>
      <div className="columns-2">
        <ArchitectureField value={form.architecture} onChange={(architecture) => change({ architecture })} />
        <AccelerationField architecture={form.architecture} />
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
      <BinaryField />
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
