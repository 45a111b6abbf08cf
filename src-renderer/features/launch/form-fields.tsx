/** One form and the fields that are bound to it. */
import { createContext, type ReactNode, useContext } from 'react';
import type { ResolvedChoice } from '../../../src-shared/model/fuchsia.ts';
import { boundFields } from './fields/bound-fields.tsx';
import type { LaunchForm } from './form.ts';
import type { FuchsiaForm, ResolvedDevice } from './fuchsia/fuchsia-form.ts';

export interface FormBinding {
  readonly form: LaunchForm;
  /** The instance that is edited; null: a new one. */
  readonly instance: string | null;
  /** A function sees the form as it is then: for what arrives late. */
  change(change: Partial<LaunchForm> | ((before: LaunchForm) => Partial<LaunchForm>)): void;
  /** What each `auto` comes to, as far as the core was asked. */
  readonly choices: readonly ResolvedChoice[];
  readonly device: ResolvedDevice;
}

const FormContext = createContext<FormBinding | null>(null);

export function FormProvider({ binding, children }: { binding: FormBinding; children: ReactNode }) {
  return <FormContext value={binding}>{children}</FormContext>;
}

export function useForm(): FormBinding {
  const binding = useContext(FormContext);
  if (binding === null) throw new Error('outside of FormProvider');
  return binding;
}

export type FuchsiaChange = Partial<FuchsiaForm> | ((before: FuchsiaForm) => FuchsiaForm);

/** The Fuchsia part of the form, and how it is changed. */
export function useFuchsia(): readonly [FuchsiaForm, (change: FuchsiaChange) => void] {
  const { form, change } = useForm();
  return [
    form.fuchsia,
    (part) =>
      change(({ fuchsia }) => ({ fuchsia: typeof part === 'function' ? part(fuchsia) : { ...fuchsia, ...part } })),
  ];
}

/** Fields of the form itself. */
export const Own = boundFields<LaunchForm>(() => {
  const { form, change } = useForm();
  return { values: form, at: null, set: change };
});

/** Fields of its Fuchsia part. */
export const Fuchsia = boundFields<FuchsiaForm>(() => {
  const [values, set] = useFuchsia();
  return { values, at: null, set };
});

/** What the core says a field comes to. */
export function useChoice(field: string): ResolvedChoice | undefined {
  return useForm().choices.find((choice) => choice.field === field);
}

/** Why it came to this and, where there is something to do, what. */
export function resolvedReason({ reason, hint }: ResolvedChoice): string {
  return hint === null ? reason : `${reason} ${hint}`;
}
