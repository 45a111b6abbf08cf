/** Choices that may be left to Slipway: each says what it comes to here, and why. */
import { useStore } from 'zustand';
import { useApplication } from '../../../state/context.tsx';
import { BoundSelect, resolvedReason, useChoice, useForm, useFuchsia } from '../form-fields.tsx';
import type { BundleDevice } from './fuchsia-form.ts';

/** The device the core says the draft comes to. */
export function useFuchsiaDevice(): BundleDevice | null {
  return useForm().device ?? null;
}

/** The label of an `auto`, with its result once it is known. */
function automatic(result: string | undefined): string {
  return result === undefined ? 'Automatic' : `Automatic: ${result}`;
}

export function EngineField() {
  const [fuchsia, set] = useFuchsia();
  const { stores } = useApplication();
  const host = useStore(stores.host, (state) => state.host);
  const choice = useChoice('guest.engine');
  const found = (kind: 'qemu' | 'femu') =>
    host?.engines.filter((one) => one.kind === kind && (kind === 'femu' || one.architecture === fuchsia.architecture));
  const missing = (kind: 'qemu' | 'femu'): boolean =>
    host !== null && (found(kind) ?? []).every(({ binary }) => binary === null);
  const label = (kind: 'qemu' | 'femu', name: string): string => (missing(kind) ? `${name} (not installed)` : name);
  const install =
    fuchsia.engine !== 'auto' && missing(fuchsia.engine)
      ? (found(fuchsia.engine)?.[0]?.note ?? 'No program of this engine was found on this host.')
      : undefined;
  return (
    <BoundSelect
      field="guest.engine"
      label="Engine"
      value={fuchsia.engine}
      options={[
        { value: 'auto', label: automatic(choice?.result) },
        { value: 'qemu', label: label('qemu', 'QEMU') },
        { value: 'femu', label: label('femu', 'FEMU') },
      ]}
      hint={install ?? (choice === undefined ? undefined : resolvedReason(choice))}
      onChange={(engine) => set({ engine })}
    />
  );
}

const networkingHints = {
  auto: undefined,
  user: undefined,
  tap: 'Needs an interface named "qemu" that is up and free. No ports are mapped: the guest has an address.',
  none: 'Without a network only the consoles reach the guest.',
} as const;

export function NetworkingField() {
  const [fuchsia, set] = useFuchsia();
  const choice = useChoice('host.networking');
  return (
    <BoundSelect
      field="host.networking"
      label="Networking"
      value={fuchsia.networking}
      options={[
        { value: 'auto', label: automatic(choice?.result) },
        { value: 'user', label: 'User mode' },
        { value: 'tap', label: 'Tap' },
        { value: 'none', label: 'None' },
      ]}
      hint={choice === undefined ? networkingHints[fuchsia.networking] : resolvedReason(choice)}
      onChange={(networking) => set({ networking })}
    />
  );
}

export function ConsoleField() {
  const [fuchsia, set] = useFuchsia();
  return (
    <BoundSelect
      field="guest.console"
      label="Console"
      value={fuchsia.console}
      options={[
        { value: 'none', label: 'None' },
        { value: 'console', label: 'Serial console' },
        { value: 'monitor', label: 'Monitor' },
      ]}
      hint={fuchsia.console === 'none' ? undefined : 'In front after the launch; the others stay in reach.'}
      onChange={(console) => set({ console })}
    />
  );
}

export function GpuField() {
  const [fuchsia, set] = useFuchsia();
  const choice = useChoice('guest.gpu');
  return (
    <BoundSelect
      field="guest.gpu"
      label="GPU"
      value={fuchsia.gpu}
      options={[
        { value: 'swiftshader_indirect', label: 'SwiftShader (software)' },
        { value: 'host', label: "The host's" },
        { value: 'auto', label: automatic(choice?.result) },
      ]}
      hint={choice === undefined ? 'FEMU only.' : resolvedReason(choice)}
      onChange={(gpu) => set({ gpu })}
    />
  );
}

const fieldsWithPlace: ReadonlySet<string> = new Set([
  'guest.engine',
  'host.acceleration',
  'host.networking',
  'guest.gpu',
  'guest.source.device',
]);

/** What else was decided and has no field of its own above. */
export function OtherChoices() {
  const { choices } = useForm();
  const others = choices.filter(({ field }) => !fieldsWithPlace.has(field));
  if (others.length === 0) return null;
  return (
    <dl className="choices" aria-label="Decided here">
      {others.map((choice) => (
        <div key={`${choice.field} ${choice.label}`}>
          <dt>{choice.label}</dt>
          <dd>
            {choice.result} <span className="field-hint">{resolvedReason(choice)}</span>
          </dd>
        </div>
      ))}
    </dl>
  );
}
