/** The design system's fields, bound to one form and to the messages for their place in the draft. */
import { createContext, type ReactNode, useContext } from 'react';
import type { ResolvedChoice } from '../../../src-shared/model/fuchsia.ts';
import { SelectField, TextField, type TextFieldProps } from '../../ui/field.tsx';
import type { LaunchForm } from './form.ts';
import type { FuchsiaForm, ResolvedDevice } from './fuchsia/fuchsia-form.ts';
import { useMessages } from './messages.tsx';

export interface FormBinding {
  readonly form: LaunchForm;
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

/** What the core says a field comes to. */
export function useChoice(field: string): ResolvedChoice | undefined {
  return useForm().choices.find((choice) => choice.field === field);
}

/** Why it came to this and, where there is something to do, what. */
export function resolvedReason({ reason, hint }: ResolvedChoice): string {
  return hint === null ? reason : `${reason} ${hint}`;
}

interface Bound extends Omit<TextFieldProps, 'messages'> {
  /** Dotted path into the draft. */
  readonly field: string;
}

export function BoundText({ field, ...rest }: Bound) {
  return <TextField {...rest} messages={useMessages(field)} />;
}

interface BoundSelectProps<V extends string> {
  readonly field: string;
  readonly label: string;
  readonly value: V;
  readonly hint?: ReactNode | undefined;
  readonly disabled?: boolean;
  readonly messagesElsewhere?: boolean | undefined;
  readonly options: readonly { readonly value: V; readonly label: string; readonly disabled?: boolean }[];
  readonly onChange: (value: V) => void;
}

export function BoundSelect<V extends string>({ field, ...rest }: BoundSelectProps<V>) {
  return <SelectField {...rest} messages={useMessages(field)} />;
}
