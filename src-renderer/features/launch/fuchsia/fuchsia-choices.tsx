/** Choices that may be left to Slipway: each says what it comes to here, and why. */
import { useStore } from 'zustand';
import { useApplication } from '../../../state/context.tsx';
import { fuchsiaStrings } from '../../../strings/fuchsia-form.ts';
import { optionsOf } from '../fields/options-of.ts';
import { Fuchsia, resolvedReason, useChoice, useForm, useFuchsia } from '../form-fields.tsx';
import type { BundleDevice } from './fuchsia-form.ts';

/** The device the core says the draft comes to. */
export function useFuchsiaDevice(): BundleDevice | null {
  return useForm().device ?? null;
}

/** An `auto`, with its result once it is known. */
const automatic = (result: string | undefined) => ({ value: 'auto' as const, label: fuchsiaStrings.automatic(result) });

export function EngineField() {
  const [fuchsia] = useFuchsia();
  const { stores } = useApplication();
  const host = useStore(stores.host, (state) => state.host);
  const choice = useChoice('guest.engine');
  const found = (kind: 'qemu' | 'femu') =>
    host?.engines.filter((one) => one.kind === kind && (kind === 'femu' || one.architecture === fuchsia.architecture));
  const missing = (kind: 'qemu' | 'femu'): boolean =>
    host !== null && (found(kind) ?? []).every(({ binary }) => binary === null);
  const label = (kind: 'qemu' | 'femu'): string =>
    missing(kind) ? fuchsiaStrings.notInstalled(fuchsiaStrings.engine[kind]) : fuchsiaStrings.engine[kind];
  const install =
    fuchsia.engine !== 'auto' && missing(fuchsia.engine)
      ? (found(fuchsia.engine)?.[0]?.note ?? fuchsiaStrings.engineMissing)
      : undefined;
  return (
    <Fuchsia.Choice
      of="engine"
      field="guest.engine"
      options={[
        automatic(choice?.result),
        { value: 'qemu', label: label('qemu') },
        { value: 'femu', label: label('femu') },
      ]}
      hint={install ?? (choice === undefined ? undefined : resolvedReason(choice))}
    />
  );
}

export function NetworkingField() {
  const [fuchsia] = useFuchsia();
  const choice = useChoice('host.networking');
  return (
    <Fuchsia.Choice
      of="networking"
      field="host.networking"
      options={[automatic(choice?.result), ...optionsOf(fuchsiaStrings.networking)]}
      hint={choice === undefined ? fuchsiaStrings.networkingHint[fuchsia.networking] : resolvedReason(choice)}
    />
  );
}

const consoles = optionsOf(fuchsiaStrings.console);

export function ConsoleField() {
  const [fuchsia] = useFuchsia();
  return (
    <Fuchsia.Choice
      of="console"
      field="guest.console"
      options={consoles}
      hint={fuchsia.console === 'none' ? undefined : fuchsiaStrings.consoleHint}
    />
  );
}

export function GpuField() {
  const choice = useChoice('guest.gpu');
  return (
    <Fuchsia.Choice
      of="gpu"
      field="guest.gpu"
      options={[...optionsOf(fuchsiaStrings.gpu), automatic(choice?.result)]}
      hint={choice === undefined ? fuchsiaStrings.gpuHint : resolvedReason(choice)}
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
    <dl className="choices" aria-label={fuchsiaStrings.decidedHere}>
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
