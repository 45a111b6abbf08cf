/** The design system's fields, bound to one form and to the messages for their place in the draft. */
import { createContext, type ReactNode, useContext } from 'react';
import { SelectField, TextField, type TextFieldProps } from '../../ui/field.tsx';
import type { LaunchForm } from './form.ts';
import { useMessages } from './messages.tsx';

export interface FormBinding {
  readonly form: LaunchForm;
  change(change: Partial<LaunchForm>): void;
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
